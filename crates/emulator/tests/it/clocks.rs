//! The clocks of single vaults, tokens that go by the clock, and clocks that are set back.

use std::time::Duration;

use azvault_emulator::{Emulator, RateLimit, VaultLimits};
use serde_json::json;

use crate::{arm::Arm, support::Vault};

const DAY: Duration = Duration::from_secs(86_400);
const SCOPE: &str = "https://vault.azure.net/.default";

#[tokio::test]
async fn a_vaults_clock_moves_its_own_objects_alone() {
    let vault = Vault::new().await;
    let url = vault.emulator.vault_url("other");
    let other = Vault::at(vault.emulator.clone(), url, SCOPE).await;
    for vault in [&vault, &other] {
        vault.set("s", json!({"value": "v"})).await.to_string();
        vault.delete("/secrets/s").await.status();
    }
    vault.emulator.clock().of_vault("kv").advance(DAY * 91);
    assert_eq!(vault.get("/deletedsecrets/s").await.status(), 404, "purged");
    assert_eq!(other.get("/deletedsecrets/s").await.status(), 200);
    let made = vault.set("t", json!({"value": "v"})).await["attributes"]["created"].as_i64();
    let there = other.set("t", json!({"value": "v"})).await["attributes"]["created"].as_i64();
    assert_eq!(made.unwrap() - there.unwrap(), 91 * 86_400);
    vault.emulator.clock().of_vault("kv").follow();
    let now = vault.set("u", json!({"value": "v"})).await["attributes"]["created"].as_i64();
    assert_eq!(now, there);
}

#[tokio::test]
async fn resource_manager_goes_by_the_clock_of_the_vault_that_it_shows() {
    let arm = Arm::of(Emulator::builder().provisioning_lag(Duration::from_secs(30))).await;
    for name in ["kv-1", "kv-2"] {
        arm.put(name, json!({})).await.status();
    }
    let state = async |name: &str| {
        let vault = arm.get_vault(name).await.ok();
        vault["properties"]["provisioningState"].as_str().map(str::to_owned)
    };
    arm.emulator().clock().of_vault("kv-1").advance(Duration::from_secs(31));
    assert_eq!(state("kv-1").await.as_deref(), Some("Succeeded"));
    assert_eq!(state("kv-2").await.as_deref(), Some("RegisteringDns"));
    for name in ["kv-1", "kv-2"] {
        arm.delete(name).await.status();
    }
    let deleted = async |name: &str| {
        arm.get(&arm.provider(&format!("locations/westus/deletedVaults/{name}"))).await
    };
    let date = async |name: &str| {
        deleted(name).await.ok()["properties"]["deletionDate"].as_str().map(str::to_owned)
    };
    assert!(date("kv-1").await > date("kv-2").await, "by its own clock");
    arm.emulator().clock().of_vault("kv-1").advance(DAY * 91);
    let listed = arm.get(&arm.provider("deletedVaults")).await.ok()["value"].clone();
    let names: Vec<_> = listed.as_array().unwrap().iter().map(|it| it["name"].as_str()).collect();
    assert_eq!(names, [Some("kv-2")]);
    assert_eq!(deleted("kv-1").await.status(), 404, "purged");
    assert_eq!(deleted("kv-2").await.status(), 200);
}

#[tokio::test]
async fn a_purge_is_done_by_the_clock_of_its_vault() {
    let arm = Arm::of(Emulator::builder().purge_lag(Duration::from_secs(60))).await;
    arm.put("kv-1", json!({})).await.status();
    arm.delete("kv-1").await.status();
    let purge = arm.provider("locations/westus/deletedVaults/kv-1/purge");
    let answer = arm.send("POST", &purge, None).await;
    assert_eq!(answer.status(), 202);
    let location = answer.header("location").unwrap().to_owned();
    let poll = async || arm.http.send_to("GET", &location, "", &[]).await.status();
    assert_eq!(poll().await, 202);
    arm.emulator().clock().of_vault("kv-1").advance(Duration::from_secs(61));
    assert_ne!(poll().await, 202);
}

#[tokio::test]
async fn tokens_go_by_the_clock_where_they_are_told_to() {
    let vault = Vault::of(Emulator::builder().tokens_follow_clock(true)).await;
    assert_eq!(vault.get("/keys").await.status(), 200);
    vault.emulator.clock().advance(Duration::from_secs(3599));
    assert_eq!(vault.get("/keys").await.status(), 200);
    vault.emulator.clock().advance(Duration::from_secs(2));
    let refused = vault.get("/keys").await;
    assert_eq!(refused.status(), 401);
    assert!(refused.text().contains("expired"), "{}", refused.text());
    // A token of now is good again, and those of before are, once the clock is set back.
    let renewed = Vault::at(vault.emulator.clone(), vault.base.clone(), SCOPE).await;
    assert_eq!(renewed.get("/keys").await.status(), 200);
    vault.emulator.clock().rewind(Duration::from_secs(3600));
    assert_eq!(vault.get("/keys").await.status(), 200);
    assert_eq!(renewed.get("/keys").await.status(), 401, "not yet valid");
    vault.emulator.clock().carry_tokens(false);
    vault.emulator.clock().advance(DAY);
    assert_eq!(vault.get("/keys").await.status(), 200, "wall time again");
}

#[tokio::test]
async fn a_token_endpoint_tells_the_lifetime_by_the_same_clock() {
    let emulator = Emulator::builder().tokens_follow_clock(true).in_memory();
    emulator.clock().freeze();
    emulator.clock().advance(DAY * 400);
    let http = Vault::at(emulator.clone(), emulator.authority(), SCOPE).await;
    let url = format!("{}/{}/oauth2/v2.0/token", emulator.authority(), emulator.tenant_id());
    let form = "grant_type=client_credentials&client_id=c&client_secret=s&scope=https%3A%2F%2Fvault.azure.net%2F.default";
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = http.send_to("POST", &url, form, &headers).await.ok();
    // The claims are in whole seconds.
    assert!(
        (3599..=3600).contains(&answer["expires_in"].as_i64().unwrap()),
        "{}",
        answer["expires_in"]
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_breaks_nothing_that_was_done() {
    let limits = VaultLimits::default().others(RateLimit::new(2, 1));
    let vault = Vault::of(Emulator::builder().vault_limits(limits)).await;
    let clock = vault.emulator.clock().clone();
    vault.create("k", json!({"kty": "EC"})).await.to_string();
    let policy = json!({
        "lifetimeActions": [{"trigger": {"timeAfterCreate": "P30D"}, "action": {"type": "Rotate"}}],
        "attributes": {"expiryTime": "P60D"},
    });
    vault.send("PUT", "/keys/k/rotationpolicy", Some(policy)).await.ok().to_string();
    clock.advance(DAY * 31);
    let rotated = vault.get("/keys/k").await.ok()["key"]["kid"].clone();
    clock.rewind(DAY * 60);
    assert_eq!(
        vault.get("/keys/k").await.ok()["key"]["kid"],
        rotated,
        "no version is lost or made"
    );
    clock.advance(DAY * 60);
    assert_eq!(vault.get("/keys/k").await.ok()["key"]["kid"], rotated);
    vault.delete("/keys/k").await.status();
    clock.rewind(DAY * 10);
    assert_eq!(vault.get("/deletedkeys/k").await.status(), 200);
    vault.post("/deletedkeys/k/recover", json!({})).await.ok().to_string();
    assert_eq!(vault.get("/keys/k").await.status(), 200);
    clock.advance(DAY);
    // The bucket is full at most, and fills up again from where the clock stands.
    let list = async || vault.get("/keys").await.status();
    assert_eq!([list().await, list().await, list().await], [200, 200, 429]);
    clock.rewind(DAY);
    assert_eq!(list().await, 429, "time that went back brings nothing");
    clock.advance(Duration::from_secs(1));
    assert_eq!(list().await, 200);
}

#[tokio::test]
async fn a_certificate_outlives_a_clock_that_is_set_back() {
    let vault = Vault::new().await;
    let clock = vault.emulator.clock().of_vault("kv");
    let policy = json!({"policy": {
        "issuer": {"name": "Self"}, "x509_props": {"subject": "CN=a", "validity_months": 1},
        "lifetime_actions": [{"trigger": {"days_before_expiry": 10}, "action": {"action_type": "AutoRenew"}}],
    }});
    assert_eq!(vault.post("/certificates/c/create", policy).await.status(), 202);
    vault.get("/certificates/c").await.ok().to_string();
    let versions = async || {
        let list = vault.get("/certificates/c/versions").await.ok();
        list["value"].as_array().unwrap().len()
    };
    assert_eq!(versions().await, 1);
    clock.advance(DAY * 25);
    vault.get("/certificates/c").await.ok().to_string();
    assert_eq!(versions().await, 2, "renewed");
    clock.rewind(DAY * 50);
    vault.get("/certificates/c").await.ok().to_string();
    assert_eq!(versions().await, 2);
    clock.advance(DAY * 50);
    vault.get("/certificates/c").await.ok().to_string();
    assert_eq!(versions().await, 2, "it was renewed for that time");
}
