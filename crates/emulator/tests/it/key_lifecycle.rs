//! Soft delete, recovery, purge, and the vaults' clock.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, Vault, member_order};

const DAY: Duration = Duration::from_secs(86_400);
const LAG: Duration = Duration::from_secs(10);

async fn with_key(vault: Vault) -> Vault {
    vault.create("k", json!({"kty": "EC", "tags": {"a": "1"}})).await;
    vault
}

fn conflict(answer: &Answer) -> String {
    let (status, code, inner, _) = answer.refusal();
    assert_eq!((status, code.as_str()), (409, "Conflict"));
    inner.unwrap()
}

async fn create(vault: &Vault) -> Answer {
    vault.post("/keys/k/create", json!({"kty": "EC"})).await
}

async fn recover(vault: &Vault) -> Answer {
    vault.send("POST", "/deletedkeys/k/recover", None).await
}

#[tokio::test]
async fn delete_answers_the_deleted_key_with_its_dates() {
    let vault = with_key(Vault::new().await).await;
    let before = vault.get("/keys/k").await.ok();
    let answer = vault.delete("/keys/k").await;
    member_order(
        answer.text(),
        &["recoveryId", "deletedDate", "scheduledPurgeDate", "key", "attributes", "tags"],
    );
    let text = answer.text().to_owned();
    let deleted = answer.ok();
    let now = vault.emulator.clock().now().unix_timestamp();
    assert_eq!(deleted["recoveryId"], "https://kv.vault.localhost:8443/deletedkeys/k");
    assert_eq!(deleted["deletedDate"], now);
    assert_eq!(deleted["scheduledPurgeDate"], now + 7_776_000);
    for member in ["key", "attributes", "tags"] {
        assert_eq!(deleted[member], before[member]);
    }
    let read = vault.get("/deletedkeys/k").await;
    assert_eq!((read.status(), read.text()), (200, text.as_str()));
    assert_eq!(vault.get("/keys/k").await.refusal().1, "KeyNotFound");
    assert_eq!(vault.delete("/keys/k").await.refusal().1, "KeyNotFound");
}

#[tokio::test]
async fn a_deleted_name_cannot_be_reused() {
    let vault = with_key(Vault::new().await).await;
    vault.delete("/keys/K").await.ok();
    let answer = create(&vault).await;
    assert_eq!(conflict(&answer), "ObjectIsDeletedButRecoverable");
    assert_eq!(
        answer.refusal().3,
        "Key k is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the \
         key can only be recovered or purged."
    );
}

#[tokio::test]
async fn recover_brings_every_version_back() {
    let vault = with_key(Vault::new().await).await;
    vault.create("k", json!({"kty": "EC"})).await;
    let before = vault.get("/keys/k").await.ok();
    vault.delete("/keys/k").await.ok();
    assert_eq!(recover(&vault).await.ok(), before);
    assert_eq!(vault.get("/keys/k").await.ok(), before);
    assert_eq!(vault.get("/keys/k/versions").await.ok()["value"].as_array().unwrap().len(), 2);
    assert_eq!(recover(&vault).await.refusal().1, "KeyNotFound");
    assert_eq!(vault.get("/deletedkeys/k").await.refusal().1, "KeyNotFound");
}

#[tokio::test]
async fn purge_frees_the_name_and_has_no_content_type() {
    let vault = with_key(Vault::new().await).await;
    vault.delete("/keys/k").await.ok();
    let answer = vault.delete("/deletedkeys/k").await;
    assert_eq!((answer.status(), answer.text()), (204, ""));
    assert_eq!(answer.header("content-type"), None);
    assert_eq!(answer.header("cache-control"), Some("no-cache"));
    assert_eq!(vault.get("/deletedkeys/k").await.status(), 404);
    assert_eq!(create(&vault).await.status(), 200);
}

#[tokio::test]
async fn purge_protection_refuses_to_purge() {
    let vault = with_key(Vault::of(Emulator::builder().purge_protection(true)).await).await;
    assert_eq!(vault.delete("/deletedkeys/k").await.refusal().1, "KeyNotFound");
    vault.delete("/keys/k").await.ok();
    let (status, code, inner, message) = vault.delete("/deletedkeys/k").await.refusal();
    assert_eq!((status, code.as_str(), inner), (403, "Forbidden", None));
    assert_eq!(
        message,
        "Operation \"purge\" is not allowed because purge protection is enabled for this vault. Key Vault service \
         will automatically purge it after the retention period has passed.\r\nVault: kv;location=westus2"
    );
    vault.emulator.clock().advance(DAY * 90);
    assert_eq!(create(&vault).await.status(), 200, "the retention has passed");
}

#[tokio::test]
async fn a_deleted_key_is_purged_when_the_clock_says_so() {
    let vault = with_key(Vault::of(Emulator::builder().retention_days(7)).await).await;
    vault.delete("/keys/k").await.ok();
    vault.emulator.clock().advance(DAY * 7 - Duration::from_secs(1));
    assert_eq!(vault.get("/deletedkeys/k").await.status(), 200);
    vault.emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(vault.get("/deletedkeys").await.ok()["value"], json!([]));
    assert_eq!(vault.get("/deletedkeys/k").await.status(), 404);
    assert_eq!(recover(&vault).await.status(), 404);
}

#[tokio::test]
async fn while_a_deletion_runs_nothing_else_is_possible() {
    let vault = with_key(Vault::of(Emulator::builder().deletion_lag(LAG)).await).await;
    vault.delete("/keys/k").await.ok();
    assert_eq!(vault.get("/keys/k").await.status(), 404);
    let (status, code, _, message) = vault.get("/deletedkeys/k").await.refusal();
    assert_eq!(
        (status, code.as_str(), message.as_str()),
        (404, "KeyNotFound", "Deleted Key not found: k")
    );
    assert_eq!(vault.get("/deletedkeys").await.ok()["value"], json!([]));
    for answer in [
        create(&vault).await,
        recover(&vault).await,
        vault.delete("/deletedkeys/k").await,
        vault.delete("/keys/k").await,
    ] {
        assert_eq!(conflict(&answer), "ObjectIsBeingDeleted");
        assert_eq!(answer.refusal().3, "Key is currently being deleted.");
        assert_eq!(answer.text().len(), 118, "the recorded Content-Length");
    }
    vault.emulator.clock().advance(LAG);
    assert_eq!(vault.get("/deletedkeys/k").await.status(), 200);
    assert_eq!(conflict(&create(&vault).await), "ObjectIsDeletedButRecoverable");
    assert_eq!(vault.delete("/deletedkeys/k").await.status(), 204);
}

#[tokio::test]
async fn while_a_recovery_runs_the_key_cannot_be_read_or_changed() {
    let vault = with_key(Vault::of(Emulator::builder().recovery_lag(LAG)).await).await;
    vault.delete("/keys/k").await.ok();
    assert_eq!(recover(&vault).await.status(), 200);
    assert_eq!(vault.get("/keys/k").await.refusal().1, "KeyNotFound");
    assert_eq!(vault.get("/keys").await.ok()["value"], json!([]));
    for answer in [
        create(&vault).await,
        recover(&vault).await,
        vault.delete("/keys/k").await,
        vault.delete("/deletedkeys/k").await,
        vault.send("PATCH", "/keys/k", Some(json!({}))).await,
    ] {
        assert_eq!(conflict(&answer), "ObjectIsBeingRecovered");
    }
    vault.emulator.clock().advance(LAG);
    assert_eq!(vault.get("/keys/k").await.status(), 200);
    assert_eq!(create(&vault).await.status(), 200);
}

#[tokio::test]
async fn a_deleted_key_cannot_be_used() {
    let vault = with_key(Vault::new().await).await;
    vault.delete("/keys/k").await.ok();
    let sign: Value = json!({"alg": "ES256", "value": "AA"});
    assert_eq!(vault.post("/keys/k/sign", sign).await.refusal().1, "KeyNotFound");
    assert_eq!(vault.get("/keys/k/versions").await.ok(), json!({"value": [], "nextLink": null}));
}

#[tokio::test]
async fn a_key_deleted_while_its_next_version_is_made_stays_deleted() {
    let vault = with_key(Vault::new().await).await;
    // The first is polled first: it waits for its RSA key when the second runs.
    let (created, deleted) =
        tokio::join!(vault.post("/keys/k/create", json!({"kty": "RSA"})), vault.delete("/keys/k"),);
    assert_eq!(deleted.status(), 200);
    assert_eq!(conflict(&created), "ObjectIsDeletedButRecoverable");
    assert_eq!(vault.get("/keys/k").await.status(), 404);
}
