//! The life of certificates after their issue: updates, deletion, backups and renewal, of the three objects together.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::{
    arm::Arm,
    certificate_support::{issued, policy, policy_with, request, version},
    support::{Vault, base64url},
};

const DAY: Duration = Duration::from_secs(86_400);
const COLLECTIONS: [&str; 3] = ["certificates", "keys", "secrets"];

/// The statuses of the three objects of the name `c` below these collections' paths.
async fn statuses(vault: &Vault, prefix: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for collection in COLLECTIONS {
        statuses.push(vault.get(&format!("/{prefix}{collection}/c")).await.status());
    }
    statuses
}

fn renewing(months: u32, trigger: Value) -> Value {
    policy_with(json!({
        "x509_props": {"subject": "CN=c", "validity_months": months},
        "lifetime_actions": [{"trigger": trigger, "action": {"action_type": "AutoRenew"}}],
    }))
}

async fn versions(vault: &Vault, collection: &str) -> usize {
    let list = vault.get(&format!("/{collection}/c/versions")).await.ok();
    list["value"].as_array().unwrap().len()
}

#[tokio::test]
async fn an_update_reaches_the_key_and_the_secret_and_not_the_times() {
    let vault = Vault::new().await;
    let before = issued(&vault, "c", policy()).await;
    vault.emulator.clock().advance(Duration::from_secs(60));
    let change = json!({"attributes": {"enabled": false, "exp": 1, "nbf": 1}, "tags": {"a": "b"}});
    let after = vault.send("PATCH", "/certificates/c/", Some(change)).await.ok();
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["attributes"]["exp"], before["attributes"]["exp"]);
    assert_eq!(after["attributes"]["enabled"], false);
    let updated = vault.emulator.clock().now().unix_timestamp();
    assert_eq!(after["attributes"]["updated"], updated);
    let key = vault.get("/keys/c").await.ok();
    assert_eq!((&key["attributes"]["enabled"], &key["tags"]["a"]), (&json!(false), &json!("b")));
    let digest = json!({"alg": "ES256", "value": base64url(&[0; 32])});
    let signing = vault.post("/keys/c/sign", digest.clone()).await;
    assert_eq!(signing.refusal().2.as_deref(), Some("KeyDisabled"));
    assert_eq!(vault.get("/secrets/c").await.refusal().2.as_deref(), Some("SecretDisabled"));
    assert_eq!(vault.get("/certificates/c").await.ok()["cer"], before["cer"], "still readable");

    let path = format!("/certificates/c/{}", version(&before["id"]));
    let enabled = json!({"attributes": {"enabled": true}});
    vault.send("PATCH", &path, Some(enabled)).await.ok();
    assert_eq!(vault.get("/secrets/c").await.ok()["tags"], json!({"a": "b"}));
    assert_eq!(vault.post("/keys/c/sign", digest).await.status(), 200);
    let policy = json!({"policy": {"x509_props": {"validity_months": 6}}});
    assert_eq!(vault.send("PATCH", &path, Some(policy.clone())).await.status(), 400);
    let changed = vault.send("PATCH", "/certificates/c", Some(policy)).await.ok();
    assert_eq!(changed["policy"]["x509_props"]["validity_months"], 6);
}

#[tokio::test]
async fn a_policy_counts_from_the_next_version_on() {
    let vault = Vault::new().await;
    let first = issued(&vault, "c", policy()).await;
    vault.emulator.clock().advance(Duration::from_secs(60));
    let change = json!({
        "key_props": {"crv": "P-384"}, "secret_props": {},
        "x509_props": {"subject": "CN=other"}, "attributes": {"enabled": true},
    });
    let changed = vault.send("PATCH", "/certificates/c/policy", Some(change)).await.ok();
    assert_eq!(changed["key_props"]["key_size"], 384);
    assert_eq!(
        changed["secret_props"]["contentType"], "application/x-pem-file",
        "what is left out stays"
    );
    assert_eq!(changed["attributes"]["created"], first["policy"]["attributes"]["created"]);
    assert_eq!(changed["attributes"]["updated"], vault.emulator.clock().now().unix_timestamp());
    assert_eq!(vault.get("/certificates/c/policy").await.ok(), *changed);
    assert_eq!(vault.get("/certificates/c").await.ok()["cer"], first["cer"]);
    vault.post("/certificates/c/create", json!({})).await;
    assert_eq!(vault.get("/keys/c").await.ok()["key"]["crv"], "P-384");
    let bad = json!({"x509_props": {"subject": "nobody"}});
    assert_eq!(vault.send("PATCH", "/certificates/c/policy", Some(bad)).await.status(), 400);
}

#[tokio::test]
async fn the_three_are_deleted_recovered_and_purged_together() {
    let lag = Duration::from_secs(5);
    let builder = Emulator::builder().deletion_lag(lag).recovery_lag(lag).purge_lag(lag);
    let vault = Vault::of(builder).await;
    let bundle = issued(&vault, "c", policy()).await;
    let deleted = vault.delete("/certificates/c").await.ok();
    assert_eq!(deleted["cer"], bundle["cer"]);
    assert_eq!(statuses(&vault, "").await, [404; 3]);
    assert_eq!(statuses(&vault, "deleted").await, [404; 3]);
    assert_eq!(
        vault.delete("/deletedcertificates/c").await.refusal(),
        (
            409,
            "Conflict".to_owned(),
            Some("ObjectIsBeingDeleted".to_owned()),
            "Certificate is currently being deleted.".to_owned()
        )
    );
    vault.emulator.clock().advance(lag);
    assert_eq!(statuses(&vault, "deleted").await, [200; 3]);
    for collection in COLLECTIONS {
        let list = vault.get(&format!("/deleted{collection}")).await.ok();
        assert_eq!(list["value"].as_array().unwrap().len(), 1, "{collection}");
    }
    vault.send("POST", "/deletedcertificates/c/recover", None).await.ok();
    assert_eq!(statuses(&vault, "").await, [404; 3]);
    vault.emulator.clock().advance(lag);
    assert_eq!(statuses(&vault, "").await, [200; 3]);

    vault.delete("/certificates/c").await.ok();
    vault.emulator.clock().advance(lag);
    let taken = request(&vault, "c", policy()).await.refusal();
    assert_eq!(taken.2.as_deref(), Some("ObjectIsDeletedButRecoverable"));
    assert_eq!(vault.delete("/deletedcertificates/c").await.status(), 204);
    vault.emulator.clock().advance(lag);
    assert_eq!(statuses(&vault, "deleted").await, [404; 3]);
    issued(&vault, "c", policy()).await;
}

#[tokio::test]
async fn the_three_are_purged_when_the_retention_ends() {
    let vault = Vault::of(Emulator::builder().retention_days(7)).await;
    issued(&vault, "c", policy()).await;
    vault.delete("/certificates/c").await.ok();
    vault.emulator.clock().advance(DAY * 7 - Duration::from_secs(1));
    assert_eq!(statuses(&vault, "deleted").await, [200; 3]);
    vault.emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(statuses(&vault, "deleted").await, [404; 3]);
}

#[tokio::test]
async fn a_backup_brings_all_versions_back_with_their_keys_and_secrets() {
    let vault = Vault::new().await;
    let first = issued(&vault, "c", policy()).await;
    let second = issued(&vault, "c", policy()).await;
    let before = vault.get("/secrets/c").await.ok();
    let backup = vault.send("POST", "/certificates/c/backup", None).await.ok();
    let restore = || vault.post("/certificates/restore", json!({"value": backup["value"]}));
    assert_eq!(restore().await.status(), 409, "the name is taken");
    vault.delete("/certificates/c").await.ok();
    assert_eq!(restore().await.status(), 409, "by a deleted one too");
    vault.delete("/deletedcertificates/c").await;
    vault.create("c", json!({"kty": "EC"})).await;
    assert_eq!(restore().await.status(), 409, "and by somebody else's key");
    vault.delete("/keys/c").await.ok();
    vault.delete("/deletedkeys/c").await;

    let restored = restore().await.ok();
    assert_eq!(restored["id"], second["id"]);
    assert_eq!(restored["policy"], second["policy"]);
    assert!(restored.get("pending").is_none(), "the operation is not in it");
    assert_eq!(vault.get("/secrets/c").await.ok(), before);
    let old = version(&first["id"]);
    assert_eq!(vault.get(&format!("/certificates/c/{old}")).await.ok()["cer"], first["cer"]);
    assert_eq!(vault.get(&format!("/keys/c/{old}")).await.ok()["managed"], true);
    for collection in COLLECTIONS {
        assert_eq!(versions(&vault, collection).await, 2, "{collection}");
    }
    let signed = json!({"alg": "ES256", "value": base64url(&[0; 32])});
    assert_eq!(vault.post("/keys/c/sign", signed).await.ok()["kid"], second["kid"]);
}

#[tokio::test]
async fn a_certificate_is_renewed_by_its_lifetime_action() {
    for (trigger, day) in
        [(json!({"lifetime_percentage": 80}), 292), (json!({"days_before_expiry": 30}), 335)]
    {
        let vault = Vault::new().await;
        let first = issued(&vault, "c", renewing(12, trigger.clone())).await;
        vault.emulator.clock().advance(DAY * (day - 1));
        assert_eq!(vault.get("/certificates/c").await.ok()["id"], first["id"], "{trigger}");
        vault.emulator.clock().advance(DAY * 2);
        // Whoever looks at the secret alone finds the new one.
        let secret = vault.get("/secrets/c").await.ok();
        let second = vault.get("/certificates/c").await.ok();
        assert_ne!(second["x5t"], first["x5t"], "{trigger}");
        assert_eq!(secret["id"], second["sid"]);
        assert_eq!(vault.get("/keys/c").await.ok()["key"]["kid"], second["kid"]);
        let lived = second["attributes"]["created"].as_i64().unwrap()
            - first["attributes"]["created"].as_i64().unwrap();
        assert_eq!((lived + 600) / 86_400, i64::from(day), "{trigger}: dated when it was due");
        assert_eq!(versions(&vault, "certificates").await, 2);
    }
}

#[tokio::test]
async fn whoever_looks_through_resource_manager_finds_what_is_issued_and_renewed() {
    for collection in ["keys", "secrets"] {
        let arm = Arm::new().await;
        let data = arm.open_vault("kv-1", json!({})).await;
        let below = |rest: &str| format!("{}/{collection}{rest}", arm.vault_path("rg", "kv-1"));
        let begun = request(&data, "c", renewing(12, json!({"lifetime_percentage": 80}))).await;
        assert_eq!(begun.status(), 202);
        let list = arm.get(&below("")).await.ok();
        assert_eq!(list["value"].as_array().unwrap().len(), 1, "issued by that look: {list}");
        let shown = arm.get(&below("/c")).await.ok()["properties"].clone();
        arm.emulator().clock().advance(DAY * 300);
        let renewed = arm.get(&below("/c")).await.ok()["properties"].clone();
        assert_ne!(renewed, shown, "{collection}");
        let bundle = data.get("/certificates/c").await.ok();
        let (id, own) = match collection {
            "keys" => ("keyUriWithVersion", "kid"),
            _ => ("secretUriWithVersion", "sid"),
        };
        assert_eq!(renewed[id], bundle[own]);
        assert_eq!(versions(&data, "certificates").await, 2);
    }
}

#[tokio::test]
async fn what_is_not_to_be_renewed_stays() {
    let vault = Vault::new().await;
    let mail = json!([{"trigger": {"lifetime_percentage": 80}, "action": {"action_type": "EmailContacts"}}]);
    let first = issued(&vault, "c", policy_with(json!({"lifetime_actions": mail}))).await;
    issued(&vault, "off", policy()).await;
    let off = json!({"attributes": {"enabled": false}});
    vault.send("PATCH", "/certificates/off", Some(off)).await.ok();
    vault.emulator.clock().advance(DAY * 4000);
    assert_eq!(vault.get("/certificates/c").await.ok()["id"], first["id"]);
    let list = vault.get("/certificates/off/versions").await.ok();
    assert_eq!(list["value"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_clock_that_jumps_makes_a_dozen_versions_and_the_last_is_current() {
    let vault = Vault::new().await;
    issued(&vault, "c", renewing(1, json!({"lifetime_percentage": 50}))).await;
    vault.emulator.clock().advance(DAY * 3650);
    let latest = vault.get("/certificates/c").await.ok();
    let now = vault.emulator.clock().now().unix_timestamp();
    assert!(latest["attributes"]["exp"].as_i64().unwrap() > now, "{latest}");
    assert!(latest["attributes"]["nbf"].as_i64().unwrap() < now);
    for collection in COLLECTIONS {
        assert_eq!(versions(&vault, collection).await, 13, "{collection}");
    }
}
