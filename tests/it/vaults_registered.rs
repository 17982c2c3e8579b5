//! A subscription that has no vaults yet: it is registered where Resource Manager asks for it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use azure_core::http::Method;
use azvault::management::{
    ErrorKind, KeyVaultManagementClient, RegistrationState, SubscriptionState, SubscriptionsClient,
    VaultCreateOrUpdateParameters,
};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::json;

use crate::arm::{ARM_SUBSCRIPTION, ARM_TENANT, Arm};

fn client(script: &Arc<Script>) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(ARM_SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
}

fn wanted() -> VaultCreateOrUpdateParameters {
    VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT)
}

fn missing(namespace: &str) -> Answer {
    let message = format!(
        "The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how to register subscriptions."
    );
    Answer::error(409, "MissingSubscriptionRegistration", &message)
}

fn provider(state: &str) -> Answer {
    let id = format!("/subscriptions/{ARM_SUBSCRIPTION}/providers/Microsoft.KeyVault");
    let namespace = "Microsoft.KeyVault";
    Answer::ok(&json!({"id": id, "namespace": namespace, "registrationState": state}))
}

/// A subscription that is registered after so many looks, and so many refusals after that.
fn unregistered(looks: usize, late: usize) -> Arc<Script> {
    let state = Mutex::new((false, looks, late, false));
    Script::by(move |seen| {
        let (asked, looks, late, made) = &mut *state.lock().unwrap();
        let path = seen.url.path();
        let registered = *asked && *looks == 0;
        match seen.method {
            Method::Post if path.ends_with("/providers/Microsoft.KeyVault/register") => {
                *asked = true;
                provider(if *looks == 0 { "Registered" } else { "Registering" })
            }
            Method::Get if path.ends_with("/providers/Microsoft.KeyVault") => {
                *looks = looks.saturating_sub(1);
                provider(if *looks == 0 { "Registered" } else { "Registering" })
            }
            Method::Post if registered => Answer::ok(&json!({"nameAvailable": true})),
            Method::Post => missing("Microsoft.KeyVault"),
            Method::Put if registered && *late > 0 => {
                *late -= 1;
                missing("Microsoft.KeyVault")
            }
            Method::Put if registered => {
                *made = true;
                Answer::ok(&Arm::vault(json!({})))
            }
            Method::Put => missing("Microsoft.KeyVault"),
            _ if *made => Answer::ok(&Arm::vault(json!({}))),
            _ => Answer::error(404, "ResourceNotFound", ""),
        }
    })
}

#[tokio::test(start_paused = true)]
async fn making_a_vault_registers_the_subscription_that_has_none_and_goes_on() {
    for (looks, late) in [(0, 0), (3, 0), (3, 2)] {
        let script = unregistered(looks, late);
        let vaults = client(&script).vaults();
        let vault = vaults.create_or_update("my-rg", "my-vault", wanted()).await.unwrap();
        assert_eq!(vault.name(), "my-vault");
        let script = unregistered(looks, late);
        let vaults = client(&script).vaults();
        vaults.ensure_vault("my-rg", "my-vault", wanted()).await.unwrap();
        let registered =
            script.seen().into_iter().filter(|it| it.url.path().ends_with("/register"));
        assert_eq!(registered.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn registering_can_be_left_to_others() {
    let script = unregistered(0, 0);
    let vaults = client(&script).vaults();
    let made = vaults.create_or_update("my-rg", "my-vault", wanted()).with_registration(false);
    let error = made.await.unwrap_err();
    assert_eq!(error.code(), Some("MissingSubscriptionRegistration"));
    assert_eq!(script.count(), 1);
    let ensured = vaults.ensure_vault("my-rg", "my-vault", wanted()).with_registration(false);
    assert_eq!(ensured.await.unwrap_err().code(), Some("MissingSubscriptionRegistration"));
    assert_eq!(script.seen().iter().filter(|seen| seen.method == Method::Put).count(), 2);
    assert!(script.clock().elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn nothing_but_key_vault_is_registered() {
    let script = Script::always(missing("Microsoft.Network"));
    let vaults = client(&script).vaults();
    let error = vaults.create_or_update("my-rg", "my-vault", wanted()).await.unwrap_err();
    assert!(error.message().contains("Microsoft.Network"), "{error}");
    assert_eq!(script.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_register_learns_whom_to_ask_and_a_registration_without_end_ends() {
    let script = Script::by(|seen| match seen.method {
        Method::Put => missing("Microsoft.KeyVault"),
        _ => Answer::error(403, "AuthorizationFailed", "no Microsoft.KeyVault/register/action"),
    });
    let vaults = client(&script).vaults();
    let error = vaults.create_or_update("my-rg", "my-vault", wanted()).await.unwrap_err();
    assert_eq!(error.code(), Some("AuthorizationFailed"));
    assert!(error.explain().unwrap().contains("owner"), "{:?}", error.explain());

    let script = unregistered(usize::MAX, 0);
    let made = client(&script).vaults().create_or_update("my-rg", "my-vault", wanted());
    let error = made.with_timeout(Duration::from_secs(30)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(script.clock().elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_read_and_registered_by_its_namespace() {
    let script = unregistered(2, 0);
    let providers = client(&script).providers();
    let before = providers.get("Microsoft.KeyVault").await.unwrap();
    assert_eq!(before.registration_state(), Some(&RegistrationState::Registering));
    let begun = providers.begin_register("Microsoft.KeyVault").await.unwrap();
    // Another process could wait in its place.
    let resumed = providers.resume_register(&begun.resume_token()).unwrap();
    let after = resumed.wait().await.unwrap();
    assert_eq!(begun.wait().await.unwrap(), after);
    assert_eq!(after.registration_state(), Some(&RegistrationState::Registered));
    let seen = script.seen();
    assert_eq!(seen[1].header("content-length"), Some("0"));
    assert!(seen.iter().all(|it| it.url.query() == Some("api-version=2024-11-01")), "{seen:?}");
    let sent = script.count();
    for namespace in ["", "Microsoft.", "../x", "Microsoft.KeyVault/x", "Microsoft KeyVault"] {
        let error = providers.get(namespace).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{namespace}");
    }
    assert_eq!(script.count(), sent);
}

#[tokio::test(start_paused = true)]
async fn subscriptions_are_listed_and_read_with_or_without_one_to_begin_with() {
    let subscription = json!({
        "id": format!("/subscriptions/{ARM_SUBSCRIPTION}"), "subscriptionId": ARM_SUBSCRIPTION,
        "tenantId": ARM_TENANT, "displayName": "Payments", "state": "Enabled",
        "subscriptionPolicies": {"spendingLimit": "Off"}, "tags": {"team": "payments"},
    });
    let script = Script::by(move |seen| match seen.url.path() {
        "/subscriptions" => Answer::ok(&json!({"value": [subscription.clone()]})),
        _ => Answer::ok(&subscription),
    });
    let alone = SubscriptionsClient::builder()
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap();
    for subscriptions in [alone, client(&script).subscriptions()] {
        let all = subscriptions.list().try_collect().await.unwrap();
        let read = subscriptions.get(ARM_SUBSCRIPTION).await.unwrap();
        assert_eq!(all, std::slice::from_ref(&read));
        assert_eq!(
            (read.subscription_id(), read.tenant_id()),
            (ARM_SUBSCRIPTION, Some(ARM_TENANT))
        );
        assert_eq!(read.display_name(), Some("Payments"));
        assert_eq!(read.state(), Some(&SubscriptionState::Enabled));
        let error = subscriptions.get("payments").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
    let seen = script.seen();
    assert_eq!(seen.len(), 4);
    assert!(seen.iter().all(|it| it.url.query() == Some("api-version=2022-12-01")), "{seen:?}");
}
