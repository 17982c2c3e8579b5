//! The operation that makes a certificate: polling, cancelling, deleting, merging.

use std::time::Duration;

use azvault_emulator::Emulator;
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::KeyPair;
use serde_json::{Value, json};
use x509_parser::{certification_request::X509CertificationRequest, prelude::FromDer};

use crate::{
    certificate_support::{
        der, issued, merged_by, policy, policy_with, request, sections, sign, verifies, version,
    },
    support::{Answer, Vault},
};

const LAG: Duration = Duration::from_secs(10);

async fn slow() -> Vault {
    Vault::of(Emulator::builder().certificate_lag(LAG)).await
}

async fn pending(vault: &Vault) -> Answer {
    vault.get("/certificates/c/pending").await
}

async fn cancel(vault: &Vault) -> Answer {
    let body = json!({"cancellation_requested": true});
    vault.send("PATCH", "/certificates/c/pending", Some(body)).await
}

fn unknown() -> Value {
    policy_with(json!({"issuer": {"name": "Unknown"}}))
}

fn not_found() -> (u16, String, Option<String>, String) {
    let text = "Pending certificate not found: c".to_owned();
    (404, "PendingCertificateNotFound".to_owned(), None, text)
}

#[tokio::test]
async fn without_a_lag_the_first_look_finds_the_certificate() {
    let vault = Vault::new().await;
    let begun = request(&vault, "c", policy()).await;
    assert_eq!(begun.status(), 202);
    assert_eq!(begun.json()["status"], "inProgress");
    assert_eq!(begun.header("retry-after"), Some("10"));
    let polled = pending(&vault).await;
    assert_eq!(polled.header("retry-after"), None);
    let polled = polled.ok();
    assert_eq!(polled["status"], "completed");
    assert_eq!(polled["target"], format!("{}/certificates/c", vault.base));
    assert_eq!(polled["request_id"], begun.json()["request_id"]);
    assert_eq!(polled["csr"], begun.json()["csr"]);
}

#[tokio::test]
async fn a_certificate_is_issued_once_its_lag_is_over() {
    let vault = slow().await;
    let begun = vault.emulator.clock().now();
    request(&vault, "c", policy()).await;
    vault.emulator.clock().advance(LAG - Duration::from_secs(1));
    let polled = pending(&vault).await;
    assert_eq!(polled.header("retry-after"), Some("10"));
    assert_eq!(polled.ok()["status"], "inProgress");
    let shell = vault.get("/certificates/c").await.ok();
    assert_eq!(shell["attributes"]["enabled"], false);
    assert!(shell.get("cer").is_none() && shell.get("kid").is_none(), "{shell}");
    assert_eq!(vault.get("/keys/c").await.status(), 404);
    assert_eq!(vault.get("/secrets/c").await.status(), 404);

    vault.emulator.clock().advance(Duration::from_secs(3600));
    // The key shows it, whoever has not looked at the certificate.
    assert_eq!(vault.get("/keys/c").await.ok()["managed"], true);
    let bundle = vault.get("/certificates/c").await.ok();
    assert_eq!(version(&bundle["id"]), version(&shell["id"]));
    assert_eq!(bundle["attributes"]["created"], (begun + LAG).unix_timestamp());
    assert_eq!(bundle["policy"]["attributes"]["created"], begun.unix_timestamp());
    assert_eq!(bundle["attributes"]["nbf"], (begun + LAG).unix_timestamp() - 600);
}

#[tokio::test]
async fn a_request_is_signed_by_the_key_that_the_certificate_gets() {
    let vault = Vault::new().await;
    let sans = json!({"subject": "CN=c", "sans": {"dns_names": ["a.example"]}});
    let begun = request(&vault, "c", policy_with(json!({"x509_props": sans}))).await;
    let csr = STANDARD.decode(begun.json()["csr"].as_str().unwrap()).unwrap();
    let (_, csr) = X509CertificationRequest::from_der(&csr).unwrap();
    let info = &csr.certification_request_info;
    assert_eq!(info.subject.to_string(), "CN=c");
    let key = &info.subject_pki.subject_public_key.data;
    let algorithm = csr.signature_algorithm.algorithm.to_string();
    assert!(verifies(&algorithm, key, info.raw, &csr.signature_value.data));
    let asked: Vec<String> = csr
        .requested_extensions()
        .unwrap()
        .map(|extension| format!("{extension:?}").split('(').next().unwrap().to_owned())
        .collect();
    assert_eq!(
        asked,
        ["KeyUsage", "ExtendedKeyUsage", "SubjectAlternativeName", "BasicConstraints"]
    );
    let der = der(&vault.get("/certificates/c").await.ok());
    let certificate = crate::certificate_support::parse(&der);
    assert_eq!(certificate.public_key().raw, info.subject_pki.raw);
}

#[tokio::test]
async fn a_cancelled_request_leaves_a_certificate_that_was_never_issued() {
    let vault = slow().await;
    request(&vault, "c", policy()).await;
    let asked = cancel(&vault).await.ok();
    assert_eq!(
        (&asked["cancellation_requested"], &asked["status"]),
        (&json!(true), &json!("inProgress"))
    );
    let cancelled = pending(&vault).await.ok();
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled.get("status_details").is_none() && cancelled.get("target").is_none());
    vault.emulator.clock().advance(LAG);
    assert_eq!(pending(&vault).await.ok()["status"], "cancelled", "for good");
    assert_eq!(cancel(&vault).await.status(), 400);

    let deleted = vault.delete("/certificates/c/pending").await.ok();
    assert_eq!(deleted["status"], "cancelled");
    assert_eq!(pending(&vault).await.refusal(), not_found());
    assert_eq!(vault.delete("/certificates/c/pending").await.refusal(), not_found());
    assert_eq!(vault.get("/keys/c").await.status(), 404);
    let deleted = vault.delete("/certificates/c").await.ok();
    assert_eq!(deleted["policy"]["x509_props"]["subject"], "CN=c");
    assert!(deleted.get("pending").is_none());
}

#[tokio::test]
async fn a_cancellation_right_after_the_request_is_in_time_even_without_a_lag() {
    let vault = Vault::new().await;
    request(&vault, "c", policy()).await;
    assert_eq!(cancel(&vault).await.status(), 200);
    assert_eq!(pending(&vault).await.ok()["status"], "cancelled");
}

#[tokio::test]
async fn one_request_at_a_time() {
    let vault = slow().await;
    request(&vault, "c", policy()).await;
    let text = "A new key vault certificate can not be created or imported while a pending key vault certificate's \
                status is inProgress.";
    let refused = (409, "Forbidden".to_owned(), None, text.to_owned());
    assert_eq!(request(&vault, "c", policy()).await.refusal(), refused);
    let import = json!({"value": crate::test_certificates::LEGACY_PFX});
    assert_eq!(vault.post("/certificates/c/import", import).await.refusal(), refused);
    // Nor can anybody take the name meanwhile.
    let key = vault.post("/keys/c/create", json!({"kty": "EC"})).await.refusal();
    assert_eq!(key.2.as_deref(), Some("KeyManagedByKeyVault"));
    vault.delete("/certificates/c/pending").await.ok();
    assert_eq!(request(&vault, "c", policy()).await.status(), 202);
}

#[tokio::test]
async fn a_request_id_that_is_not_the_pending_one_finds_nothing() {
    let vault = Vault::new().await;
    let begun = request(&vault, "c", policy()).await;
    let location = begun.header("location").unwrap().to_owned();
    let id = begun.json()["request_id"].as_str().unwrap().to_owned();
    assert_eq!(
        location,
        format!("{}/certificates/c/pending?api-version=7.6&request_id={id}", vault.base)
    );
    assert_eq!(vault.send_to("GET", &location, "", &[]).await.ok()["request_id"], id);
    let other =
        vault.get("/certificates/c/pending?request_id=0123456789abcdef0123456789abcdef").await;
    assert_eq!(other.refusal(), not_found());
}

#[tokio::test]
async fn what_is_not_issued_is_listed_only_on_demand() {
    let vault = slow().await;
    request(&vault, "c", policy()).await;
    for (query, count) in [("", 0), ("?includePending=false", 0), ("?includePending=true", 1)] {
        let list = vault.get(&format!("/certificates{query}")).await.ok();
        assert_eq!(list["value"].as_array().unwrap().len(), count, "{query}");
    }
    vault.delete("/certificates/c").await.ok();
    for (query, count) in [("", 0), ("?includePending=true", 1)] {
        let list = vault.get(&format!("/deletedcertificates{query}")).await.ok();
        assert_eq!(list["value"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test]
async fn a_certificate_that_somebody_else_signed_is_merged() {
    let vault = Vault::new().await;
    let begun = request(&vault, "c", unknown()).await;
    let details = "Pending certificate created. Please Perform Merge to complete the request.";
    assert_eq!(begun.json()["status_details"], details);
    vault.emulator.clock().advance(LAG);
    assert_eq!(pending(&vault).await.ok()["status"], "inProgress");
    let wrong = sign(&KeyPair::generate().unwrap());
    let refusal =
        vault.post("/certificates/c/pending/merge", json!({"x5c": wrong})).await.refusal();
    assert_eq!((refusal.0, refusal.1.as_str()), (400, "BadParameter"));
    assert!(refusal.3.starts_with("The public key of the end-entity certificate"), "{}", refusal.3);
    for x5c in [json!(["dGVzdA=="]), json!(["%"]), json!([])] {
        let refused = vault.post("/certificates/c/pending/merge", json!({"x5c": x5c})).await;
        assert_eq!(refused.refusal().1, "BadParameter", "{x5c}");
    }

    let x5c = merged_by(&begun.json()["csr"]);
    let body = json!({"x5c": x5c, "tags": {"by": "hand"}});
    let merged = vault.post("/certificates/c/pending/merge", body).await;
    assert_eq!(merged.status(), 201);
    let location = format!("{}/certificates/c?api-version=7.6", vault.base);
    assert_eq!(merged.header("location"), Some(location.as_str()));
    let bundle = vault.get("/certificates/c").await.ok();
    assert_eq!(bundle["cer"], x5c[0]);
    assert_eq!(bundle["tags"], json!({"by": "hand"}));
    assert_eq!(bundle["policy"]["issuer"]["name"], "Unknown");
    let secret = vault.get("/secrets/c").await.ok();
    let sections = sections(secret["value"].as_str().unwrap());
    assert_eq!(STANDARD.encode(&sections[2].1), x5c[1], "with the chain");
    assert_eq!(pending(&vault).await.ok()["status"], "completed");
    let again = vault.post("/certificates/c/pending/merge", json!({"x5c": x5c})).await;
    assert_eq!(again.refusal().1, "PendingCertificateNotFound");
}

#[tokio::test]
async fn a_request_that_an_issuer_works_on_cannot_be_merged() {
    let vault = slow().await;
    request(&vault, "c", policy()).await;
    let body = json!({"x5c": ["dGVzdA=="]});
    let text =
        "Merge is forbidden on pending object created with issuer : Self while it is in progess.";
    assert_eq!(
        vault.post("/certificates/c/pending/merge", body).await.refusal(),
        (403, "Forbidden".to_owned(), None, text.to_owned())
    );
}

#[tokio::test]
async fn a_second_version_leaves_the_first_in_use_until_it_is_issued() {
    let vault = slow().await;
    request(&vault, "c", policy()).await;
    vault.emulator.clock().advance(LAG);
    let first = vault.get("/certificates/c").await.ok();
    let body = json!({"tags": {"n": "2"}});
    assert_eq!(
        vault.post("/certificates/c/create", body).await.status(),
        202,
        "the policy is kept"
    );
    let meanwhile = vault.get("/certificates/c").await.ok();
    assert_eq!(meanwhile["id"], first["id"]);
    vault.emulator.clock().advance(LAG);
    let second = vault.get("/certificates/c").await.ok();
    assert_ne!(second["id"], first["id"]);
    assert_ne!(second["x5t"], first["x5t"]);
    assert_eq!(second["tags"], json!({"n": "2"}));
    assert_eq!(vault.get("/keys/c").await.ok()["key"]["kid"], second["kid"]);
    let versions = vault.get("/certificates/c/versions").await.ok();
    assert_eq!(versions["value"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_is_used_again_where_the_policy_says_so() {
    let vault = Vault::new().await;
    for (reuse, same) in [(true, true), (false, false)] {
        let name = format!("reuse-{reuse}");
        let policy = policy_with(json!({"key_props": {"kty": "EC", "reuse_key": reuse}}));
        issued(&vault, &name, policy.clone()).await;
        let first = vault.get(&format!("/keys/{name}")).await.ok();
        issued(&vault, &name, policy).await;
        let second = vault.get(&format!("/keys/{name}")).await.ok();
        assert_ne!(first["key"]["kid"], second["key"]["kid"]);
        assert_eq!(first["key"]["x"] == second["key"]["x"], same, "{reuse}");
    }
}
