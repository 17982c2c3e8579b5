//! Lists of secrets, soft delete, recovery and purge.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Vault, member_order};

const DAY: Duration = Duration::from_secs(86_400);
const LAG: Duration = Duration::from_secs(10);

async fn with_secret(vault: Vault) -> Vault {
    vault.set("S", json!({"value": "canary", "contentType": "text", "tags": {"a": "1"}})).await;
    vault
}

async fn recover(vault: &Vault) -> crate::support::Answer {
    vault.send("POST", "/deletedsecrets/s/recover", None).await
}

#[tokio::test]
async fn nothing_but_set_and_get_shows_the_value() {
    let vault = with_secret(Vault::new().await).await;
    for (method, path) in [
        ("GET", "/secrets"),
        ("GET", "/secrets/s/versions"),
        ("PATCH", "/secrets/s"),
        ("DELETE", "/secrets/s"),
        ("GET", "/deletedsecrets"),
        ("GET", "/deletedsecrets/s"),
        ("POST", "/deletedsecrets/s/recover"),
    ] {
        let answer = vault.send(method, path, Some(json!({}))).await;
        assert_eq!(answer.status(), 200, "{method} {path}: {}", answer.text());
        assert!(answer.text().contains("contentType"), "{method} {path}: {}", answer.text());
        assert!(!answer.text().contains("canary"), "{method} {path}: {}", answer.text());
    }
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "canary");
}

#[tokio::test]
async fn a_deleted_secret_is_shown_with_its_version_and_dates() {
    let vault = with_secret(Vault::new().await).await;
    let before = vault.get("/secrets/s").await.ok();
    let answer = vault.delete("/secrets/s").await;
    member_order(
        answer.text(),
        &["recoveryId", "deletedDate", "scheduledPurgeDate", "contentType", "id", "attributes"],
    );
    let text = answer.text().to_owned();
    let deleted = answer.ok();
    let now = vault.emulator.clock().now().unix_timestamp();
    assert_eq!(deleted["recoveryId"], "https://kv.vault.localhost:8443/deletedsecrets/S");
    assert_eq!(deleted["deletedDate"], now);
    assert_eq!(deleted["scheduledPurgeDate"], now + 7_776_000);
    assert_eq!(deleted["id"], before["id"]);
    let read = vault.get("/deletedsecrets/s").await;
    assert_eq!((read.status(), read.text()), (200, text.as_str()));
    assert_eq!(vault.get("/secrets/s").await.refusal().1, "SecretNotFound");
}

#[tokio::test]
async fn a_deleted_name_cannot_be_set_until_it_is_purged() {
    let vault = with_secret(Vault::new().await).await;
    vault.delete("/secrets/s").await.ok();
    let body = || Some(json!({"value": "v"}));
    assert_eq!(
        vault.send("PUT", "/secrets/S", body()).await.refusal(),
        (
            409,
            "Conflict".to_owned(),
            Some("ObjectIsDeletedButRecoverable".to_owned()),
            "Secret S is currently in a deleted but recoverable state, and its name cannot be reused; in this state, \
             the secret can only be recovered or purged."
                .to_owned()
        )
    );
    assert_eq!(vault.delete("/deletedsecrets/s").await.status(), 204);
    assert_eq!(vault.send("PUT", "/secrets/S", body()).await.status(), 200);
}

#[tokio::test]
async fn recovery_brings_every_version_and_value_back() {
    let vault = with_secret(Vault::new().await).await;
    vault.set("s", json!({"value": "second"})).await;
    vault.delete("/secrets/s").await.ok();
    let recovered = recover(&vault).await.ok();
    let read = vault.get("/secrets/s").await.ok();
    assert_eq!((&recovered["id"], &read["value"]), (&read["id"], &json!("second")));
    let versions = vault.get("/secrets/s/versions").await.ok();
    assert_eq!(versions["value"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn deletion_and_recovery_take_their_time() {
    let vault = Vault::of(Emulator::builder().deletion_lag(LAG).recovery_lag(LAG)).await;
    let vault = with_secret(vault).await;
    vault.delete("/secrets/s").await.ok();
    let (status, code, _, message) = vault.get("/deletedsecrets/s").await.refusal();
    assert_eq!((status, code.as_str()), (404, "SecretNotFound"));
    assert_eq!(message, "Deleted Secret not found: s");
    let refusal = vault.delete("/deletedsecrets/s").await.refusal();
    assert_eq!(refusal.2.as_deref(), Some("ObjectIsBeingDeleted"));
    assert_eq!(refusal.3, "Secret is currently being deleted.");
    vault.emulator.clock().advance(LAG);
    recover(&vault).await.ok();
    assert_eq!(vault.get("/secrets/s").await.status(), 404);
    vault.emulator.clock().advance(LAG);
    assert_eq!(vault.get("/secrets/s").await.status(), 200);
}

#[tokio::test]
async fn a_deleted_secret_is_purged_when_the_clock_says_so() {
    let vault = Vault::of(Emulator::builder().retention_days(7).purge_protection(true)).await;
    let vault = with_secret(vault).await;
    vault.delete("/secrets/s").await.ok();
    assert_eq!(vault.delete("/deletedsecrets/s").await.status(), 403);
    vault.emulator.clock().advance(DAY * 7);
    assert_eq!(vault.get("/deletedsecrets/s").await.status(), 404);
    assert_eq!(recover(&vault).await.status(), 404);
}

#[tokio::test]
async fn lists_are_paged_and_end_with_a_null_link() {
    let vault = Vault::new().await;
    for n in 0..26 {
        vault.set(&format!("s-{n:02}"), json!({"value": "v"})).await;
    }
    let page = vault.get("/secrets").await.ok();
    assert_eq!(page["value"].as_array().unwrap().len(), 25);
    assert_eq!(page["value"][0]["id"], "https://kv.vault.localhost:8443/secrets/s-00");
    let link = page["nextLink"].as_str().unwrap();
    let last = vault.send_to("GET", link, "", &[]).await.ok();
    assert_eq!(last["value"].as_array().unwrap().len(), 1);
    assert_eq!(last["nextLink"], Value::Null);

    let version = vault.set("s-00", json!({"value": "v"})).await;
    let versions = vault.get("/secrets/s-00/versions").await.ok();
    let versions = versions["value"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert!(versions.iter().any(|item| item["id"] == version["id"]));
    let none = vault.get("/secrets/none/versions").await;
    assert_eq!(none.text(), r#"{"value":[],"nextLink":null}"#);

    vault.delete("/secrets/s-00").await.ok();
    let deleted = vault.get("/deletedsecrets").await;
    member_order(deleted.text(), &["recoveryId", "scheduledPurgeDate", "id", "attributes"]);
    let item = &deleted.ok()["value"][0];
    assert_eq!(item["id"], "https://kv.vault.localhost:8443/secrets/s-00", "without a version");
}
