//! Create, get, update: bundles as the service writes them.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::support::{Vault, from_base64url, member_order};

#[tokio::test]
async fn an_ec_key_without_options_is_a_p256_key_that_signs() {
    let vault = Vault::new().await;
    let answer = vault.post("/keys/k/create", json!({"kty": "EC"})).await;
    member_order(answer.text(), &["key", "kid", "kty", "key_ops", "crv", "x", "y", "attributes"]);
    member_order(
        answer.text(),
        &["enabled", "created", "updated", "recoveryLevel", "recoverableDays", "exportable"],
    );
    let bundle = answer.ok();
    let key = &bundle["key"];
    assert_eq!(key["crv"], "P-256");
    assert_eq!(key["key_ops"], json!(["sign", "verify"]));
    assert_eq!(from_base64url(&key["x"]).len(), 32);
    assert_eq!(from_base64url(&key["y"]).len(), 32);
    let kid = key["kid"].as_str().unwrap();
    let version = kid.strip_prefix("https://kv.vault.localhost:8443/keys/k/").unwrap();
    assert_eq!(version.len(), 32);
    assert!(version.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)), "{version}");
    let attributes = &bundle["attributes"];
    assert_eq!(attributes["enabled"], true);
    assert_eq!(attributes["created"], vault.emulator.clock().now().unix_timestamp());
    assert_eq!(attributes["created"], attributes["updated"]);
    assert_eq!(attributes["recoveryLevel"], "Recoverable+Purgeable");
    assert_eq!(attributes["recoverableDays"], 90);
    for absent in ["tags", "managed"] {
        assert!(bundle.get(absent).is_none(), "{absent}");
    }
}

#[tokio::test]
async fn an_rsa_key_without_options_has_2048_bits_and_every_operation() {
    let vault = Vault::new().await;
    let answer = vault.post("/keys/k/create", json!({"kty": "RSA", "attributes": {}})).await;
    member_order(answer.text(), &["kid", "kty", "key_ops", "n", "e"]);
    let key = &answer.ok()["key"];
    assert_eq!(from_base64url(&key["n"]).len(), 256);
    assert_eq!(key["e"], "AQAB");
    let every = json!(["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]);
    assert_eq!(key["key_ops"], every);
}

#[tokio::test]
async fn every_size_curve_and_hardware_type_can_be_made() {
    let vault = Vault::new().await;
    for (bits, bytes) in [(3072, 384), (4096, 512)] {
        let key = &vault.create("rsa", json!({"kty": "RSA", "key_size": bits})).await["key"];
        assert_eq!(from_base64url(&key["n"]).len(), bytes);
    }
    for (curve, bytes) in [("P-256", 32), ("P-384", 48), ("P-521", 66), ("P-256K", 32)] {
        for kty in ["EC", "EC-HSM"] {
            let key = &vault.create("ec", json!({"kty": kty, "crv": curve})).await["key"];
            assert_eq!((&key["kty"], &key["crv"]), (&json!(kty), &json!(curve)));
            assert_eq!(from_base64url(&key["x"]).len(), bytes);
            assert_eq!(from_base64url(&key["y"]).len(), bytes);
        }
    }
    let hsm = &vault.create("hsm", json!({"kty": "RSA-HSM"})).await["key"];
    // Recorded from a premium vault: four bytes.
    assert_eq!((&hsm["kty"], &hsm["e"]), (&json!("RSA-HSM"), &json!("AAEAAQ")));
}

#[tokio::test]
async fn exportable_is_shown_from_7_4_on() {
    let mut vault = Vault::new().await;
    for (version, shown) in [("7.3", false), ("7.4", true), ("2025-07-01", true)] {
        vault.api_version = version;
        let bundle = vault.create("k", json!({"kty": "EC"})).await;
        assert_eq!(bundle["attributes"].get("exportable").is_some(), shown, "{version}");
    }
}

#[tokio::test]
async fn the_platform_of_a_vaults_key_is_shown_from_7_5_on() {
    let mut vault = Vault::new().await;
    for (version, kty, platform) in [
        ("7.4", "EC-HSM", json!(null)),
        ("7.5", "EC-HSM", json!("2")),
        ("2026-04-01", "EC", json!("0")),
    ] {
        vault.api_version = version;
        let bundle = vault.create("k", json!({"kty": kty})).await;
        assert_eq!(bundle["attributes"]["hsmPlatform"], platform, "{version}");
    }
}

#[tokio::test]
async fn recovery_level_follows_retention_and_purge_protection() {
    for (days, protected, level) in [
        (90, false, "Recoverable+Purgeable"),
        (90, true, "Recoverable"),
        (7, false, "CustomizedRecoverable+Purgeable"),
        (89, true, "CustomizedRecoverable"),
    ] {
        let vault =
            Vault::of(Emulator::builder().retention_days(days).purge_protection(protected)).await;
        let attributes = &vault.create("k", json!({"kty": "EC"})).await["attributes"];
        assert_eq!(attributes["recoveryLevel"], level);
        assert_eq!(attributes["recoverableDays"], days);
    }
}

#[tokio::test]
async fn a_second_create_makes_a_new_version_and_both_can_be_read() {
    let vault = Vault::new().await;
    let first = vault.create("k", json!({"kty": "EC"})).await;
    let second = vault.create("K", json!({"kty": "EC", "crv": "P-384"})).await;
    let path = |bundle: &serde_json::Value| {
        bundle["key"]["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap().to_owned()
    };
    assert_ne!(first["key"]["kid"], second["key"]["kid"]);
    for latest in ["/keys/k", "/keys/k/", "//keys//k", "/KEYS/K"] {
        assert_eq!(vault.get(latest).await.ok(), second, "{latest}");
    }
    assert_eq!(vault.get(&path(&first)).await.ok(), first);
    assert_eq!(vault.get(&path(&second)).await.ok(), second);
}

#[tokio::test]
async fn update_changes_what_is_sent_and_nothing_else() {
    let vault = Vault::new().await;
    let body =
        json!({"kty": "RSA", "attributes": {"nbf": 1_422_864_000}, "tags": {"a": "1", "b": "2"}});
    let before = vault.create("k", body).await;
    vault.emulator.clock().advance(Duration::from_secs(60));
    let change = json!({
        "key_ops": ["decrypt", "encrypt"], "attributes": {"exp": 2_524_723_200_i64}, "tags": {"foo": "updated"},
    });
    let answer = vault.send("PATCH", "/keys/k/", Some(change)).await;
    member_order(answer.text(), &["enabled", "nbf", "exp", "created", "updated", "recoveryLevel"]);
    let after = answer.ok();
    assert_eq!(after["key"]["kid"], before["key"]["kid"]);
    assert_eq!(after["key"]["key_ops"], json!(["decrypt", "encrypt"]));
    assert_eq!(after["tags"], json!({"foo": "updated"}));
    let (old, new) = (&before["attributes"], &after["attributes"]);
    assert_eq!(new["nbf"], 1_422_864_000);
    assert_eq!(new["exp"], 2_524_723_200_i64);
    assert_eq!(new["created"], old["created"]);
    assert_eq!(new["updated"].as_i64(), old["updated"].as_i64().map(|updated| updated + 60));

    let after =
        vault.send("PATCH", "/keys/k", Some(json!({"attributes": {"enabled": false}}))).await.ok();
    assert_eq!(after["attributes"]["enabled"], false);
    assert_eq!(after["tags"], json!({"foo": "updated"}));
    let after = vault.send("PATCH", "/keys/k", Some(json!({"tags": {}}))).await.ok();
    assert!(after.get("tags").is_none());
}

#[tokio::test]
async fn an_old_version_is_updated_by_its_id() {
    let vault = Vault::new().await;
    let first = vault.create("k", json!({"kty": "EC"})).await;
    vault.create("k", json!({"kty": "EC"})).await;
    let path = first["key"]["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap().to_owned();
    vault.send("PATCH", &path, Some(json!({"tags": {"old": "yes"}}))).await.ok();
    assert_eq!(vault.get(&path).await.ok()["tags"], json!({"old": "yes"}));
    assert!(vault.get("/keys/k").await.ok().get("tags").is_none());
}

#[tokio::test]
async fn a_disabled_key_can_be_read() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "EC", "attributes": {"enabled": false}})).await;
    assert_eq!(vault.get("/keys/k").await.ok()["attributes"]["enabled"], false);
}

#[tokio::test]
async fn no_answer_holds_a_private_member() {
    let vault = Vault::new().await;
    let mut texts = Vec::new();
    for (name, body) in [("rsa", json!({"kty": "RSA"})), ("ec", json!({"kty": "EC"}))] {
        texts.push(vault.post(&format!("/keys/{name}/create"), body).await.text().to_owned());
        texts.push(vault.get(&format!("/keys/{name}")).await.text().to_owned());
        texts.push(
            vault
                .send("PATCH", &format!("/keys/{name}"), Some(json!({"tags": {"t": "1"}})))
                .await
                .text()
                .to_owned(),
        );
        texts.push(vault.get(&format!("/keys/{name}/versions")).await.text().to_owned());
        texts.push(vault.delete(&format!("/keys/{name}")).await.text().to_owned());
    }
    texts.push(vault.get("/deletedkeys").await.text().to_owned());
    let hsm = Vault::hsm().await;
    texts.push(hsm.post("/keys/oct/create", json!({"kty": "oct-HSM"})).await.text().to_owned());
    for text in texts {
        for member in ["d", "p", "q", "dp", "dq", "qi", "k", "key_hsm"] {
            assert!(!text.contains(&format!("\"{member}\":")), "{member} in {text}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn keys_are_made_under_a_paused_clock() {
    let vault = Vault::new().await;
    assert_eq!(vault.create("k", json!({"kty": "RSA"})).await["key"]["kty"], "RSA");
}
