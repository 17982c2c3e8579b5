//! Restoring certificates: over what is there, elsewhere, and at the limit; and what a disabled one leaves.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    arm::Arm,
    certificate_support::{issued, policy, policy_with, request, version},
    support::{Answer, Vault, base64url},
};

const LAG: Duration = Duration::from_secs(10);
const COLLECTIONS: [&str; 3] = ["certificates", "keys", "secrets"];

async fn back_up(vault: &Vault) -> Value {
    vault.send("POST", "/certificates/c/backup", None).await.ok()["value"].clone()
}

async fn restore(vault: &Vault, blob: &Value) -> Answer {
    vault.post("/certificates/restore", json!({"value": blob})).await
}

async fn versions(vault: &Vault, collection: &str) -> usize {
    let mut page = vault.get(&format!("/{collection}/c/versions")).await.ok();
    let mut found = 0;
    loop {
        found += page["value"].as_array().unwrap().len();
        let Some(next) = page["nextLink"].as_str() else {
            return found;
        };
        let next = next.to_owned();
        page = vault.send_to("GET", &next, "", &[]).await.ok();
    }
}

#[tokio::test]
async fn a_restore_is_refused_over_a_certificate_in_whatever_state_and_changes_nothing() {
    let vault =
        Vault::of(Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG)).await;
    let old = issued(&vault, "c", policy()).await;
    let blob = back_up(&vault).await;
    let id = old["id"].as_str().unwrap();
    let refused = async |state: &str| {
        let (status, code, _, message) = restore(&vault, &blob).await.refusal();
        assert_eq!((status, code.as_str()), (409, "Conflict"), "{state}");
        let start = format!("There was a conflict restoring the certificate '{id}'.");
        assert!(message.starts_with(&start), "{state}: {message}");
    };
    let live = issued(&vault, "c", policy()).await;
    refused("live").await;
    assert_eq!(vault.get("/certificates/c").await.ok(), *live);
    assert_eq!(versions(&vault, "keys").await, 2, "with what it had");
    vault.delete("/certificates/c").await.ok();
    refused("being deleted").await;
    vault.emulator.clock().advance(LAG);
    refused("deleted").await;
    vault.send("POST", "/deletedcertificates/c/recover", None).await.ok();
    refused("being recovered").await;
    vault.emulator.clock().advance(LAG);
    vault.delete("/certificates/c").await.ok();
    vault.emulator.clock().advance(LAG);
    assert_eq!(vault.delete("/deletedcertificates/c").await.status(), 204);
    refused("being purged").await;
    vault.emulator.clock().advance(LAG);
    let back = restore(&vault, &blob).await.ok();
    assert_eq!((&back["id"], &back["cer"]), (&old["id"], &old["cer"]));
    for collection in COLLECTIONS {
        assert_eq!(versions(&vault, collection).await, 1, "{collection}");
    }
}

/// One that is not issued has the name, too.
#[tokio::test]
async fn a_restore_is_refused_over_a_request() {
    let vault = Vault::of(Emulator::builder().certificate_lag(LAG)).await;
    request(&vault, "c", policy()).await;
    vault.emulator.clock().advance(LAG);
    let blob = back_up(&vault).await;
    vault.delete("/certificates/c").await.ok();
    vault.delete("/deletedcertificates/c").await;
    request(&vault, "c", policy()).await;
    assert_eq!(restore(&vault, &blob).await.status(), 409);
    vault.emulator.clock().advance(LAG);
    assert_eq!(vault.get("/certificates/c/pending").await.ok()["status"], "completed");
}

#[tokio::test]
async fn a_restore_is_refused_over_somebodys_key_or_secret_and_leaves_it_alone() {
    for (collection, body) in [("keys", json!({"kty": "EC"})), ("secrets", json!({"value": "v"}))] {
        let vault = Vault::new().await;
        issued(&vault, "c", policy()).await;
        let blob = back_up(&vault).await;
        vault.delete("/certificates/c").await.ok();
        vault.delete("/deletedcertificates/c").await;
        let path = format!("/{collection}/c");
        match collection {
            "keys" => drop(vault.create("c", body).await),
            _ => drop(vault.set("c", body).await),
        }
        let before = vault.get(&path).await.ok();
        for state in ["live", "deleted"] {
            let (status, code, ..) = restore(&vault, &blob).await.refusal();
            assert_eq!((status, code.as_str()), (409, "Conflict"), "{collection} {state}");
            assert_eq!(vault.get("/certificates/c").await.status(), 404);
            let other = if collection == "keys" { "secrets" } else { "keys" };
            assert_eq!(vault.get(&format!("/{other}/c")).await.status(), 404, "nothing of it");
            if state == "live" {
                assert_eq!(vault.get(&path).await.ok(), *before);
                vault.delete(&path).await.ok();
            }
        }
        vault.delete(&format!("/deleted{collection}/c")).await;
        restore(&vault, &blob).await.ok();
    }
}

#[tokio::test]
async fn a_certificates_blob_is_restored_within_its_geography_and_as_a_certificate_alone() {
    let arm = Arm::new().await;
    let all = json!({"certificates": ["all"], "keys": ["all"], "secrets": ["all"]});
    let mut body = arm.body(json!({"accessPolicies": [arm.policy(all)]}));
    for (name, location) in
        [("kv-from", "westus"), ("kv-east", "East US"), ("kv-canada", "canadacentral")]
    {
        body["location"] = json!(location);
        arm.send("PUT", &arm.vault_path("rg", name), Some(body.clone())).await.ok();
    }
    let from = arm.data("kv-from").await;
    issued(&from, "c", policy()).await;
    let blob = back_up(&from).await;
    let abroad = arm.data("kv-canada").await;
    let refused = restore(&abroad, &blob).await.refusal();
    assert_eq!((refused.0, refused.3.as_str()), (400, "Cannot decrypt backup blob."));
    for collection in COLLECTIONS {
        assert_eq!(abroad.get(&format!("/{collection}/c")).await.status(), 404, "{collection}");
    }
    let near = arm.data("kv-east").await;
    for collection in ["keys", "secrets"] {
        let refused = near.post(&format!("/{collection}/restore"), json!({"value": blob})).await;
        assert_eq!(refused.refusal().1, "Malformed backup blob", "{collection}");
    }
    near.set("s", json!({"value": "v"})).await;
    let secret = near.send("POST", "/secrets/s/backup", None).await.ok()["value"].clone();
    assert_eq!(restore(&near, &secret).await.refusal().1, "Malformed backup blob");
    restore(&near, &blob).await.ok();
    let signed = json!({"alg": "ES256", "value": base64url(&[0; 32])});
    near.post("/keys/c/sign", signed).await.ok();
}

#[tokio::test]
async fn a_certificate_of_501_versions_is_too_large_for_a_backup() {
    let vault = Vault::new().await;
    let reused = json!({"kty": "EC", "crv": "P-256", "reuse_key": true});
    let policy = policy_with(json!({"key_props": reused}));
    for _ in 0..500 {
        issued(&vault, "c", policy.clone()).await;
    }
    let blob = back_up(&vault).await;
    issued(&vault, "c", policy).await;
    let refused = vault.send("POST", "/certificates/c/backup", None).await.refusal();
    assert_eq!((refused.0, refused.1.as_str()), (400, "BadParameter"));
    assert_eq!(refused.3, "The certificate has 501 versions. At most 500 can be backed up.");
    let url = vault.emulator.vault_url("other");
    let other = Vault::at(vault.emulator.clone(), url, "https://vault.azure.net/.default").await;
    restore(&other, &blob).await.ok();
    for collection in COLLECTIONS {
        assert_eq!(versions(&other, collection).await, 500, "{collection}");
    }
}

#[tokio::test]
async fn a_disabled_certificates_key_and_secret_are_listed_and_their_use_is_refused() {
    let vault = Vault::new().await;
    let first = issued(&vault, "c", policy()).await;
    let latest = issued(&vault, "c", policy()).await;
    let off = json!({"attributes": {"enabled": false}});
    vault.send("PATCH", "/certificates/c", Some(off)).await.ok();
    for collection in COLLECTIONS {
        let list = vault.get(&format!("/{collection}")).await.ok();
        let [item] = list["value"].as_array().unwrap().as_slice() else { panic!("{list}") };
        assert_eq!(item["attributes"]["enabled"], false, "{collection}");
        let is_owned = if collection == "certificates" { &Value::Null } else { &json!(true) };
        assert_eq!(&item["managed"], is_owned, "{collection}");
        let list = vault.get(&format!("/{collection}/c/versions")).await.ok();
        let mut enabled: Vec<_> = list["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["attributes"]["enabled"].as_bool().unwrap())
            .collect();
        enabled.sort_unstable();
        assert_eq!(enabled, [false, true], "{collection}: that version alone");
    }
    let shown = vault.get("/certificates/c").await.ok();
    assert_eq!((&shown["cer"], &shown["attributes"]["enabled"]), (&latest["cer"], &json!(false)));
    assert_eq!(vault.get("/secrets/c").await.refusal().2.as_deref(), Some("SecretDisabled"));
    let digest = json!({"alg": "ES256", "value": base64url(&[0; 32])});
    let refused = vault.post("/keys/c/sign", digest.clone()).await.refusal();
    assert_eq!((refused.0, refused.2.as_deref()), (403, Some("KeyDisabled")));
    let old = version(&first["id"]);
    vault.post(&format!("/keys/c/{old}/sign"), digest).await.ok();
    vault.get(&format!("/secrets/c/{old}")).await.ok();

    let blob = back_up(&vault).await;
    vault.delete("/certificates/c").await.ok();
    vault.delete("/deletedcertificates/c").await;
    restore(&vault, &blob).await.ok();
    assert_eq!(vault.get("/secrets/c").await.refusal().2.as_deref(), Some("SecretDisabled"));
    vault.get(&format!("/secrets/c/{old}")).await.ok();
}

/// It has no thumbprint, no key and no secret: a client that expects them in a list must not.
#[tokio::test]
async fn what_is_not_issued_is_listed_without_what_it_has_not() {
    let vault = Vault::of(Emulator::builder().certificate_lag(LAG)).await;
    request(&vault, "c", policy()).await;
    for path in ["/certificates", "/certificates/c/versions"] {
        let list = vault.get(&format!("{path}?includePending=true")).await.ok();
        let members: Vec<_> = list["value"][0].as_object().unwrap().keys().collect();
        assert_eq!(members, ["attributes", "id", "subject"], "{path}");
        assert_eq!(list["value"][0]["attributes"]["enabled"], false);
    }
    for collection in ["keys", "secrets"] {
        let list = vault.get(&format!("/{collection}")).await.ok();
        assert_eq!(list["value"], json!([]), "{collection}");
    }
}
