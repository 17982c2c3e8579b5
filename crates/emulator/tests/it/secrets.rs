//! Setting, reading and updating secrets.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Vault, member_order};

fn path(vault: &Vault, bundle: &Value) -> String {
    bundle["id"].as_str().unwrap().strip_prefix(&vault.base).unwrap().to_owned()
}

fn disabled() -> (u16, String, Option<String>, String) {
    let text = "Operation get is not allowed on a disabled secret.".to_owned();
    (403, "Forbidden".to_owned(), Some("SecretDisabled".to_owned()), text)
}

#[tokio::test]
async fn a_secret_set_with_a_value_alone_has_no_other_members() {
    let vault = Vault::of(Emulator::builder().retention_days(7)).await;
    let answer = vault.send("PUT", "/secrets/crud", Some(json!({"value": "v"}))).await;
    member_order(answer.text(), &["value", "id", "attributes", "enabled", "created", "updated"]);
    let now = vault.emulator.clock().now().unix_timestamp();
    let bundle = answer.ok();
    let id = bundle["id"].as_str().unwrap();
    let version = id.strip_prefix("https://kv.vault.localhost:8443/secrets/crud/").unwrap();
    assert!(version.len() == 32 && version.bytes().all(|b| b.is_ascii_hexdigit()), "{version}");
    assert_eq!(
        bundle,
        json!({"value": "v", "id": id, "attributes": {
            "enabled": true, "created": now, "updated": now,
            "recoveryLevel": "CustomizedRecoverable+Purgeable", "recoverableDays": 7,
        }})
    );
}

#[tokio::test]
async fn a_secret_set_in_full_is_read_back_in_the_recorded_order() {
    let vault = Vault::new().await;
    let body = json!({
        "value": "pass", "tags": {"foo": "created tag"}, "contentType": "password",
        "attributes": {"enabled": true, "nbf": 1_422_864_000, "exp": 2_527_401_600_i64},
    });
    let answer = vault.send("PUT", "/secrets/full", Some(body)).await;
    member_order(
        answer.text(),
        &["value", "contentType", "id", "attributes", "nbf", "exp", "created", "tags"],
    );
    let set = answer.ok();
    assert_eq!(set["contentType"], "password");
    assert_eq!(set["tags"], json!({"foo": "created tag"}));
    assert_eq!(set["attributes"]["nbf"], 1_422_864_000);
    let version = path(&vault, &set);
    for path in ["/secrets/full", "/secrets/full/", "/secrets/FULL", version.as_str()] {
        assert_eq!(vault.get(path).await.ok(), set, "{path}");
    }
}

#[tokio::test]
async fn every_set_makes_a_version_and_each_keeps_its_value() {
    let vault = Vault::new().await;
    let first = vault.set("s", json!({"value": "one", "contentType": "text"})).await;
    let second = vault.set("s", json!({"value": "two"})).await;
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "two");
    assert!(second.get("contentType").is_none(), "nothing is inherited");
    assert_eq!(vault.get(&path(&vault, &first)).await.ok()["value"], "one");
    let unknown = "/secrets/s/0123456789abcdef0123456789abcdef";
    assert_eq!(vault.get(unknown).await.refusal().1, "SecretNotFound");
}

#[tokio::test]
async fn update_changes_all_but_the_value_and_does_not_show_it() {
    let vault = Vault::new().await;
    let before =
        vault.set("s", json!({"value": "one", "contentType": "a", "tags": {"x": "1"}})).await;
    vault.emulator.clock().advance(Duration::from_secs(60));
    let change = json!({
        "value": "other", "contentType": "b", "attributes": {"exp": 2_524_723_200_i64}, "tags": {"y": "2"},
    });
    let answer = vault.send("PATCH", "/secrets/s/", Some(change)).await;
    member_order(answer.text(), &["contentType", "id", "attributes", "tags"]);
    let after = answer.ok();
    assert!(after.get("value").is_none());
    assert_eq!(after["id"], before["id"]);
    let read = vault.get("/secrets/s").await.ok();
    assert_eq!(read["value"], "one");
    assert_eq!(read["contentType"], "b");
    assert_eq!(read["tags"], json!({"y": "2"}));
    assert_eq!(read["attributes"]["exp"], 2_524_723_200_i64);
    let updated = |bundle: &Value| bundle["attributes"]["updated"].as_i64().unwrap();
    assert_eq!(updated(&read), updated(&before) + 60);
    vault.send("PATCH", "/secrets/s", Some(json!({"attributes": {}}))).await.ok();
    assert_eq!(vault.get("/secrets/s").await.ok()["contentType"], "b");
}

#[tokio::test]
async fn a_disabled_secret_is_not_read_but_can_be_enabled_again() {
    let vault = Vault::new().await;
    let bundle = vault.set("s", json!({"value": "v", "attributes": {"enabled": false}})).await;
    for path in ["/secrets/s".to_owned(), path(&vault, &bundle)] {
        assert_eq!(vault.get(&path).await.refusal(), disabled());
    }
    let change = json!({"attributes": {"enabled": true}});
    vault.send("PATCH", &path(&vault, &bundle), Some(change)).await.ok();
    assert_eq!(vault.get("/secrets/s").await.ok()["value"], "v");
}

#[tokio::test]
async fn a_deleted_disabled_secret_is_not_read_either() {
    let vault = Vault::new().await;
    vault.set("s", json!({"value": "v", "attributes": {"enabled": false}})).await;
    vault.delete("/secrets/s").await.ok();
    assert_eq!(vault.get("/deletedsecrets/s").await.refusal(), disabled());
}

#[tokio::test]
async fn a_secret_is_read_before_nbf_and_after_exp() {
    let vault = Vault::new().await;
    let now = vault.emulator.clock().now().unix_timestamp();
    vault.set("early", json!({"value": "e", "attributes": {"nbf": now + 1000}})).await;
    vault.set("late", json!({"value": "l", "attributes": {"exp": now - 1000}})).await;
    assert_eq!(vault.get("/secrets/early").await.ok()["value"], "e");
    assert_eq!(vault.get("/secrets/late").await.ok()["value"], "l");
}

#[tokio::test]
async fn values_types_and_tags_are_limited() {
    let vault = Vault::new().await;
    vault.set("s", json!({"value": "é".repeat(12_800)})).await;
    vault
        .set(
            "s",
            json!({"value": "", "contentType": "é".repeat(255), "tags": {"a": "x".repeat(512)}}),
        )
        .await;
    let many: serde_json::Map<_, _> = (0..16).map(|n| (n.to_string(), json!("x"))).collect();
    for body in [
        json!({"value": "x".repeat(25_601)}),
        json!({"value": "canary", "contentType": "x".repeat(256)}),
        json!({"value": "canary", "tags": many}),
        json!({"value": "canary", "tags": {"a": "x".repeat(513)}}),
        json!({"value": 1}),
        json!({}),
    ] {
        let answer = vault.send("PUT", "/secrets/s", Some(body)).await;
        assert_eq!((answer.status(), answer.refusal().1.as_str()), (400, "BadParameter"));
        assert!(!answer.text().contains("canary"), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_unknown_secret_is_not_found_in_the_recorded_words() {
    let vault = Vault::new().await;
    let expected = "A secret with (name/id) none was not found in this key vault. If you recently deleted this secret \
                    you may be able to recover it using the correct recovery command. For help resolving this issue, \
                    please see https://go.microsoft.com/fwlink/?linkid=2125182";
    for (method, path) in [
        ("GET", "/secrets/none"),
        ("PATCH", "/secrets/none"),
        ("DELETE", "/secrets/none"),
        ("GET", "/deletedsecrets/none"),
        ("DELETE", "/deletedsecrets/none"),
        ("POST", "/deletedsecrets/none/recover"),
    ] {
        let refusal = vault.send(method, path, Some(json!({}))).await.refusal();
        let text = (404, "SecretNotFound".to_owned(), None, expected.to_owned());
        assert_eq!(refusal, text, "{method} {path}");
    }
}

#[tokio::test]
async fn a_secret_without_a_name_is_a_put_on_the_collection() {
    let vault = Vault::new().await;
    let answer = vault.send("PUT", "/secrets/", Some(json!({"value": "v"}))).await;
    assert_eq!(
        answer.text(),
        r#"{"error":{"code":"MethodNotAllowed","message":"HTTP PUT not allowed"}}"#
    );
    assert_eq!(answer.status(), 405);
    assert_eq!(vault.send("PUT", "/secrets/a_b", Some(json!({"value": "v"}))).await.status(), 400);
}

#[tokio::test]
async fn keys_and_secrets_of_one_name_are_apart() {
    let vault = Vault::new().await;
    vault.create("both", json!({"kty": "EC"})).await;
    vault.set("both", json!({"value": "v"})).await;
    vault.delete("/keys/both").await.ok();
    assert_eq!(vault.get("/secrets/both").await.ok()["value"], "v");
    assert_eq!(vault.get("/deletedsecrets/both").await.status(), 404);
}

#[tokio::test]
async fn a_managed_hsm_has_no_secrets() {
    let hsm = Vault::hsm().await;
    let refusal = hsm.send("PUT", "/secrets/s", Some(json!({"value": "v"}))).await.refusal();
    assert_eq!((refusal.0, refusal.1.as_str()), (405, "NotSupportedByEmulator"));
}
