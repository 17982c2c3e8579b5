//! Registration of subscriptions for the Key Vault provider.

use std::time::Duration;

use azvault_emulator::Emulator;
use serde_json::json;

use crate::{
    arm::{Arm, code, refused},
    support::Answer,
};

const LAG: Duration = Duration::from_secs(30);
const MISSING: &str = "The subscription is not registered to use namespace 'Microsoft.KeyVault'. See \
                       https://aka.ms/rps-not-found for how to register subscriptions.";

async fn unregistered() -> Arm {
    Arm::of(Emulator::builder().provider_registered(false).registration_lag(LAG)).await
}

async fn state(arm: &Arm, method: &str, path: &str) -> String {
    let provider = arm.send(method, &arm.provider(path), None).await.ok();
    provider["registrationState"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn vaults_are_refused_in_arms_words_until_the_subscription_is_registered() {
    let arm = unregistered().await;
    assert_eq!(state(&arm, "GET", "").await, "NotRegistered");
    let answer = arm.put("kv-1", json!({})).await;
    let expected = (409, "MissingSubscriptionRegistration".to_owned(), None, MISSING.to_owned());
    assert_eq!(answer.refusal(), expected);
    assert_eq!(answer.header("x-ms-failure-cause"), Some("gateway"));
    assert_eq!(
        answer.json()["error"]["details"],
        json!([{
            "code": "MissingSubscriptionRegistration", "target": "Microsoft.KeyVault",
            "message": MISSING,
        }])
    );

    assert_eq!(state(&arm, "POST", "register").await, "Registering");
    assert_eq!(state(&arm, "GET", "").await, "Registering");
    let (status, _, _, text) = arm.put("kv-1", json!({})).await.refusal();
    assert_eq!(status, 409);
    assert!(text.starts_with("The subscription registration is in 'Registering' state."), "{text}");
    arm.emulator().clock().advance(LAG / 2);
    assert_eq!(state(&arm, "POST", "register").await, "Registering", "asking again begins nothing");
    arm.emulator().clock().advance(LAG / 2);
    assert_eq!(state(&arm, "GET", "").await, "Registered");
    assert_eq!(arm.put("kv-1", json!({})).await.ok()["name"], "kv-1");
}

#[tokio::test]
async fn every_write_needs_the_registration_and_no_read_does() {
    let arm = unregistered().await;
    let vault = arm.vault_path("rg", "kv-1");
    let missing = |answer: &Answer| code(answer) == refused(409, "MissingSubscriptionRegistration");
    for (method, path) in [
        ("PATCH", vault.clone()),
        ("DELETE", vault.clone()),
        ("PUT", format!("{vault}/accessPolicies/add")),
        ("PUT", format!("{vault}/secrets/s")),
        ("POST", arm.provider("checkNameAvailability")),
        ("POST", arm.provider("locations/westus/deletedVaults/kv-1/purge")),
    ] {
        let answer = arm.send(method, &path, Some(json!({}))).await;
        assert!(missing(&answer), "{method} {path}: {}", answer.text());
    }
    assert_eq!(arm.get(&arm.provider("vaults")).await.ok(), json!({"value": []}));
    assert_eq!(code(&arm.get(&vault).await), refused(404, "ResourceNotFound"));
}

#[tokio::test]
async fn each_subscription_is_registered_by_itself() {
    let arm = unregistered().await;
    let other = "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.KeyVault";
    arm.send("POST", &format!("{other}/register"), None).await.ok();
    arm.emulator().clock().advance(LAG);
    assert_eq!(arm.get(other).await.ok()["registrationState"], "Registered");
    assert_eq!(state(&arm, "GET", "").await, "NotRegistered");
}
