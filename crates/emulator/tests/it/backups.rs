//! Backup and restore: what a blob holds, where it may go, and what stands in its way.

use std::time::Duration;

use azvault_emulator::Emulator;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    arm::Arm,
    support::{Answer, Body, Vault, base64url, from_base64url},
};

const LAG: Duration = Duration::from_secs(10);

async fn back_up(vault: &Vault, path: &str) -> Body {
    vault.send("POST", &format!("{path}/backup"), None).await.ok()
}

async fn restore(vault: &Vault, collection: &str, blob: &Value) -> Answer {
    vault.post(&format!("/{collection}/restore"), json!({"value": blob})).await
}

/// Another vault of the same emulator.
async fn another(vault: &Vault) -> Vault {
    let emulator = vault.emulator.clone();
    let url = emulator.vault_url("other");
    Vault::at(emulator, url, "https://vault.azure.net/.default").await
}

/// Restored answers name the other vault, and else are what they were.
fn moved(body: &Value, to: &Vault) -> Value {
    let host = to.base.trim_start_matches("https://");
    serde_json::from_str(&body.to_string().replace("kv.vault.localhost:8443", host)).unwrap()
}

#[tokio::test]
async fn a_keys_blob_has_the_services_label_and_no_readable_content() {
    let vault = Vault::new().await;
    vault.create("canary-name", json!({"kty": "EC", "tags": {"canary": "tag"}})).await;
    let answer = vault.send("POST", "/keys/canary-name/backup", None).await;
    assert_eq!(answer.status(), 200);
    let body = answer.json();
    assert_eq!(body.as_object().unwrap().len(), 1, "value alone");
    let blob = from_base64url(&body["value"]);
    assert_eq!((blob[0], &blob[1..39]), (38, b"AzureKeyVaultKeyBackupV1.microsoft.com".as_slice()));
    let jwe = std::str::from_utf8(&blob[39..]).unwrap();
    let parts: Vec<_> = jwe.split('.').collect();
    assert_eq!(parts.len(), 5);
    for part in parts {
        let part = URL_SAFE_NO_PAD.decode(part).unwrap();
        assert!(!String::from_utf8_lossy(&part).contains("canary"));
    }
}

#[tokio::test]
async fn a_restored_key_has_every_version_and_its_material_in_another_vault() {
    let vault = Vault::new().await;
    let body = json!({"kty": "EC", "tags": {"a": "1"}, "attributes": {"exp": 2_524_723_200_i64}});
    let first = vault.create("k", body).await;
    vault.emulator.clock().advance(LAG);
    let second = vault.create("K", json!({"kty": "RSA", "attributes": {"enabled": false}})).await;
    vault.send("PATCH", "/keys/k", Some(json!({"attributes": {"enabled": true}}))).await.ok();
    let latest = vault.get("/keys/k").await.ok();
    let digest = base64url(&[7; 32]);
    let path = |bundle: &Value| {
        bundle["key"]["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap().to_owned()
    };
    let signed = vault
        .post(&format!("{}/sign", path(&first)), json!({"alg": "ES256", "value": digest}))
        .await
        .ok();
    let sealed = vault
        .post("/keys/k/encrypt", json!({"alg": "RSA-OAEP-256", "value": base64url(b"plain")}))
        .await
        .ok();
    let blob = back_up(&vault, "/keys/k").await;
    vault.emulator.clock().advance(LAG);

    let other = another(&vault).await;
    let restored = restore(&other, "keys", &blob["value"]).await.ok();
    assert_eq!(restored, moved(&latest, &other));
    assert_eq!(other.get(&path(&first)).await.ok(), moved(&first, &other));
    assert_eq!(restored["key"]["kid"], moved(&second["key"]["kid"], &other));
    assert_eq!(other.get("/keys/k/versions").await.ok()["value"].as_array().unwrap().len(), 2);
    let verify = json!({"alg": "ES256", "digest": digest, "value": signed["value"]});
    let verified = other.post(&format!("{}/verify", path(&first)), verify).await.ok();
    assert_eq!(verified, json!({"value": true}));
    let open = json!({"alg": "RSA-OAEP-256", "value": sealed["value"]});
    let opened = other.post("/keys/k/decrypt", open).await.ok();
    assert_eq!(from_base64url(&opened["value"]), b"plain");
}

#[tokio::test]
async fn a_restored_secret_has_every_version_with_its_value() {
    let vault = Vault::new().await;
    let first = vault.set("s", json!({"value": "one", "contentType": "text"})).await;
    vault.emulator.clock().advance(LAG);
    let second = vault.set("s", json!({"value": "two", "tags": {"a": "1"}})).await;
    let blob = back_up(&vault, "/secrets/s").await;
    let other = another(&vault).await;
    let restored = restore(&other, "secrets", &blob["value"]).await.ok();
    assert_eq!(restored["id"], moved(&second["id"], &other));
    assert!(restored.get("value").is_none(), "{restored}");
    assert_eq!(other.get("/secrets/s").await.ok(), moved(&second, &other));
    let path = first["id"].as_str().unwrap().strip_prefix(&vault.base).unwrap().to_owned();
    assert_eq!(other.get(&path).await.ok(), moved(&first, &other));
}

#[tokio::test]
async fn a_rotation_policy_comes_back_with_its_key() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let policy = json!({"lifetimeActions": [], "attributes": {"expiryTime": "P90D"}});
    vault.send("PUT", "/keys/k/rotationpolicy", Some(policy)).await.ok();
    let before = vault.get("/keys/k/rotationpolicy").await.ok();
    let blob = back_up(&vault, "/keys/k").await;
    let other = another(&vault).await;
    restore(&other, "keys", &blob["value"]).await.ok();
    assert_eq!(other.get("/keys/k/rotationpolicy").await.ok(), moved(&before, &other));
}

#[tokio::test]
async fn a_restore_is_refused_in_the_same_words_over_a_live_a_deleted_and_a_vanishing_name() {
    let vault =
        Vault::of(Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG)).await;
    for (collection, noun) in [("keys", "key"), ("secrets", "secret")] {
        let path = format!("/{collection}/o");
        let deleted = format!("/deleted{collection}/o");
        let body = json!({"kty": "EC", "value": "v"});
        match noun {
            "key" => drop(vault.create("o", body).await),
            _ => drop(vault.set("o", body).await),
        }
        let before = vault.get(&path).await.ok();
        let id = before["id"].as_str().or(before["key"]["kid"].as_str()).unwrap();
        let blob = back_up(&vault, &path).await["value"].clone();
        let refused = async || {
            let message = format!(
                "There was a conflict restoring the {noun} '{id}'. This can happen if either: a second {noun} with the same name was created after the first {noun} was deleted; thus trying to restore a {noun} whose name is already in use. To fix this, rename the second {noun} to something else so that the restore works. The second probable cause of this exception is when multiple operations are performed in parallel against the {noun}. To avoid this error, perform operations against a {noun} in a sequential manner."
            );
            let expected = (409, "Conflict".to_owned(), None, message);
            assert_eq!(restore(&vault, collection, &blob).await.refusal(), expected);
        };
        refused().await;
        vault.delete(&path).await.ok();
        refused().await;
        vault.emulator.clock().advance(LAG);
        refused().await;
        vault.send("POST", &format!("{deleted}/recover"), None).await.ok();
        refused().await;
        vault.emulator.clock().advance(LAG);
        vault.delete(&path).await.ok();
        vault.emulator.clock().advance(LAG);
        assert_eq!(vault.delete(&deleted).await.status(), 204);
        refused().await;
        vault.emulator.clock().advance(LAG);
        assert_eq!(restore(&vault, collection, &blob).await.status(), 200);
        assert_eq!(vault.get(&path).await.ok(), before);
    }
}

#[tokio::test]
async fn a_restores_conflict_names_the_backups_latest_version_in_the_vault_that_was_asked() {
    let vault = Vault::new().await;
    vault.set("s", json!({"value": "first"})).await;
    let second = vault.set("s", json!({"value": "second"})).await;
    let blob = back_up(&vault, "/secrets/s").await;
    let other = another(&vault).await;
    other.set("S", json!({"value": "in the way"})).await;
    let (status, _, _, message) = restore(&other, "secrets", &blob["value"]).await.refusal();
    assert_eq!(status, 409);
    let id = moved(&second["id"], &other);
    assert!(message.contains(&format!("the secret '{}'.", id.as_str().unwrap())), "{message}");
}

#[tokio::test]
async fn garbled_blobs_and_those_of_another_kind_are_corrupt() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    vault.set("s", json!({"value": "v"})).await;
    let key = back_up(&vault, "/keys/k").await["value"].as_str().unwrap().to_owned();
    let secret = back_up(&vault, "/secrets/s").await["value"].as_str().unwrap().to_owned();
    let mut bytes = URL_SAFE_NO_PAD.decode(&key).unwrap();
    let last = bytes.len() - 30;
    bytes[last] = if bytes[last] == b'A' { b'B' } else { b'A' };
    for (collection, blob) in [
        ("secrets", "bm9uLWV4aXN0aW5n"),
        ("keys", "bm9uLWV4aXN0aW5n"),
        ("keys", ""),
        ("keys", "not base64url!"),
        ("keys", &base64url(&bytes)),
        ("keys", &secret),
        ("secrets", &key),
    ] {
        let answer = restore(&vault, collection, &json!(blob)).await;
        let corrupt = "Malformed backup blob".to_owned();
        let expected = (400, corrupt, None, "Backup blob is corrupt.".to_owned());
        assert_eq!(answer.refusal(), expected, "{collection} {blob}");
        assert_eq!(answer.text().len(), 78, "the recorded Content-Length");
    }
    let none = vault.post("/keys/restore", json!({})).await.refusal();
    assert_eq!((none.0, none.3.as_str()), (400, "Property 'value' is required.\r\n"));
    let (status, code, ..) = vault.send("POST", "/keys/none/backup", None).await.refusal();
    assert_eq!((status, code.as_str()), (404, "KeyNotFound"));
}

fn foreign(answer: &Answer) {
    let (status, code, inner, message) = answer.refusal();
    assert_eq!((status, code.as_str(), inner), (400, "BadParameter", None));
    assert_eq!(message, "Cannot decrypt backup blob.");
}

#[tokio::test]
async fn a_blob_of_another_installation_or_pool_cannot_be_decrypted() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC"})).await;
    let blob = back_up(&vault, "/keys/k").await["value"].clone();
    foreign(&restore(&Vault::new().await, "keys", &blob).await);
    let emulator = vault.emulator.clone();
    let url = emulator.managed_hsm_url("pool");
    let pool = Vault::at(emulator.clone(), url, "https://managedhsm.azure.net/.default").await;
    foreign(&restore(&pool, "keys", &blob).await);

    pool.create("o", json!({"kty": "oct-HSM"})).await;
    let sealed =
        pool.post("/keys/o/wrapkey", json!({"alg": "A256KW", "value": base64url(&[1; 16])}));
    let sealed = sealed.await.ok();
    let blob = back_up(&pool, "/keys/o").await["value"].clone();
    let url = emulator.managed_hsm_url("pool-2");
    let other = Vault::at(emulator, url, "https://managedhsm.azure.net/.default").await;
    foreign(&restore(&other, "keys", &blob).await);
    pool.delete("/keys/o").await.ok();
    pool.delete("/deletedkeys/o").await;
    restore(&pool, "keys", &blob).await.ok();
    let open = json!({"alg": "A256KW", "value": sealed["value"]});
    let opened = pool.post("/keys/o/unwrapkey", open).await.ok();
    assert_eq!(from_base64url(&opened["value"]), [1; 16]);
}

#[tokio::test]
async fn a_blob_is_restored_within_its_subscription_and_geography_alone() {
    let arm = Arm::new().await;
    let from = arm.open_vault("kv-from", json!({})).await;
    from.create("k", json!({"kty": "EC"})).await;
    let blob = back_up(&from, "/keys/k").await["value"].clone();
    let near = arm.open_vault("kv-near", json!({})).await;
    restore(&near, "keys", &blob).await.ok();
    let everything = json!({"accessPolicies": [arm.policy(json!({"keys": ["all"]}))]});
    let mut body = arm.body(everything);
    let other = "/subscriptions/66666666-6666-6666-6666-666666666666";
    let group = Some(json!({"location": "westus"}));
    assert_eq!(arm.send("PUT", &format!("{other}/resourcegroups/rg"), group).await.status(), 201);
    for (name, subscription, location) in [
        ("kv-east", arm.subscription().as_str(), "East US"),
        ("kv-canada", arm.subscription().as_str(), "canadacentral"),
        ("kv-other", other, "westus"),
    ] {
        body["location"] = json!(location);
        let group = format!("{subscription}/resourceGroups/rg");
        let path = format!("{group}/providers/Microsoft.KeyVault/vaults/{name}");
        arm.send("PUT", &path, Some(body.clone())).await.ok();
        let answer = restore(&arm.data(name).await, "keys", &blob).await;
        if name == "kv-east" {
            assert_eq!(answer.status(), 200, "the same geography");
        } else {
            foreign(&answer);
        }
    }
}

#[tokio::test]
async fn five_hundred_versions_can_be_backed_up_and_one_more_cannot() {
    let vault = Vault::new().await;
    for _ in 0..500 {
        vault.set("s", json!({"value": "v"})).await;
    }
    let blob = back_up(&vault, "/secrets/s").await;
    let other = another(&vault).await;
    restore(&other, "secrets", &blob["value"]).await.ok();
    vault.set("s", json!({"value": "v"})).await;
    let (status, code, _, message) = vault.send("POST", "/secrets/s/backup", None).await.refusal();
    assert_eq!((status, code.as_str()), (400, "BadParameter"));
    assert_eq!(message, "The secret has 501 versions. At most 500 can be backed up.");
}

#[tokio::test]
async fn the_largest_backup_that_is_made_can_be_restored() {
    let vault = Vault::new().await;
    let value = "v".repeat(25_600);
    for _ in 0..500 {
        vault.set("s", json!({"value": value})).await;
    }
    let blob = back_up(&vault, "/secrets/s").await;
    let other = another(&vault).await;
    restore(&other, "secrets", &blob["value"]).await.ok();
    let read = other.send("GET", "/secrets/s", None).await.ok();
    assert_eq!(read["value"], json!(value));
}
