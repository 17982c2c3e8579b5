//! Certificates that outlive a run: what was asked for is completed by the next one, with the key that it had.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    certificate_support::{
        der, is_signed_by, issued, merged_by, parse, policy, policy_with, request, sections,
    },
    durable::{Data, stop},
    support::{Vault, base64url},
};

const DAY: Duration = Duration::from_secs(86_400);

async fn status(vault: &Vault, name: &str) -> Value {
    vault.get(&format!("/certificates/{name}/pending")).await.ok()["status"].clone()
}

async fn cancel(vault: &Vault, name: &str) {
    let body = json!({"cancellation_requested": true});
    let path = format!("/certificates/{name}/pending");
    vault.send("PATCH", &path, Some(body)).await.ok();
}

#[tokio::test]
async fn a_request_is_merged_after_a_restart_whatever_became_of_it() {
    let data = Data::new();
    let vault = data.start().await;
    let unknown = policy_with(json!({"issuer": {"name": "Unknown"}}));
    let body = json!({"policy": unknown, "preserveCertOrder": true, "tags": {"a": "b"}});
    let mut begun = Vec::new();
    for name in ["waiting", "asked", "cancelled", "failed"] {
        let mut body = body.clone();
        if name == "failed" {
            let issuer = Some(json!({"provider": "Test"}));
            vault.send("PUT", "/certificates/issuers/ca", issuer).await.ok();
            body["policy"]["issuer"]["name"] = json!("ca");
        }
        let answer = vault.post(&format!("/certificates/{name}/create"), body).await;
        assert_eq!(answer.status(), 202, "{}", answer.text());
        begun.push((name, answer.json()));
    }
    vault.delete("/certificates/issuers/ca").await.ok();
    assert_eq!(status(&vault, "failed").await, "failed");
    cancel(&vault, "cancelled").await;
    assert_eq!(status(&vault, "cancelled").await, "cancelled");
    // Nobody has seen this one's cancellation yet.
    cancel(&vault, "asked").await;
    stop(vault).await;

    let vault = data.start().await;
    for (name, expected) in [
        ("waiting", "inProgress"),
        ("asked", "cancelled"),
        ("cancelled", "cancelled"),
        ("failed", "failed"),
    ] {
        assert_eq!(status(&vault, name).await, expected);
    }
    let mut made = Vec::new();
    for (name, begun) in &begun {
        let pending = vault.get(&format!("/certificates/{name}/pending")).await.ok();
        assert_eq!(
            (&pending["csr"], &pending["request_id"]),
            (&begun["csr"], &begun["request_id"]),
            "{name}"
        );
        let [leaf, authority] = merged_by(&begun["csr"]);
        let path = format!("/certificates/{name}/pending/merge");
        let merged = vault.post(&path, json!({"x5c": [authority, leaf]})).await;
        assert_eq!(merged.status(), 201, "{name}: {}", merged.text());
        made.push((name, leaf, authority));
    }
    stop(vault).await;

    let vault = data.start().await;
    for (name, leaf, authority) in made {
        let bundle = vault.get(&format!("/certificates/{name}")).await.ok();
        assert_eq!((&bundle["cer"], &bundle["tags"]), (&json!(leaf), &json!({"a": "b"})));
        assert_eq!(bundle["preserveCertOrder"], true);
        assert_eq!(status(&vault, name).await, "completed");
        let secret = vault.get(&format!("/secrets/{name}")).await.ok();
        let sections = sections(secret["value"].as_str().unwrap());
        let found: Vec<_> = sections[1..].iter().map(|(_, der)| STANDARD.encode(der)).collect();
        assert_eq!(found, [authority, leaf], "{name}: in the order that was kept");
        let digest = json!({"alg": "ES256", "value": base64url(&[7; 32])});
        let signed = vault.post(&format!("/keys/{name}/sign"), digest).await.ok();
        assert_eq!(signed["kid"], bundle["kid"]);
    }
    stop(vault).await;
}

#[tokio::test]
async fn a_certificate_is_renewed_after_a_restart_by_the_authority_that_it_had() {
    let data = Data::new();
    let vault = data.start().await;
    let issuer = Some(json!({"provider": "Test"}));
    vault.send("PUT", "/certificates/issuers/ca", issuer).await.ok();
    let reused = json!({"kty": "EC", "crv": "P-256", "reuse_key": true});
    let by_issuer = policy_with(json!({"issuer": {"name": "ca"}, "key_props": reused}));
    let first = issued(&vault, "c", by_issuer).await;
    let key = vault.get("/keys/c").await.ok()["key"].clone();
    let file = vault.get("/secrets/c").await.ok()["value"].clone();
    let authority = sections(file.as_str().unwrap())[2].1.clone();
    issued(&vault, "gone", policy()).await;
    vault.delete("/certificates/gone").await.ok();
    stop(vault).await;

    let vault = data.start().await;
    assert_eq!(vault.get("/certificates/c").await.ok(), moved(&first, &vault));
    vault.emulator.clock().advance(DAY * 300);
    let second = vault.get("/certificates/c").await.ok();
    assert_ne!(second["x5t"], first["x5t"]);
    let again = vault.get("/keys/c").await.ok()["key"].clone();
    assert_eq!((&again["x"], &again["y"]), (&key["x"], &key["y"]), "the key is used again");
    assert!(is_signed_by(&parse(&der(&second)), &parse(&authority)));
    // The deleted one is purged with its time, and its name free again.
    assert_eq!(request(&vault, "gone", policy()).await.status(), 202);
    stop(vault).await;
}

/// The same at the address of this run.
fn moved(body: &Value, to: &Vault) -> Value {
    let id = body["id"].as_str().unwrap();
    let base = id.split("/certificates/").next().unwrap();
    serde_json::from_str(&body.to_string().replace(base, &to.base)).unwrap()
}
