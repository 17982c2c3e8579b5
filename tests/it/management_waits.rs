//! Waiting for access at Resource Manager: for roles that were just assigned, and for nothing else.

use std::{sync::Arc, time::Duration};

use azure_core::http::Method;
use azvault::management::{ErrorKind, VaultsClient};
use azvault::management::{KeyVaultManagementClient, VaultCreateOrUpdateParameters};
use azvault_tests::{Answer, Clerk, Script};
use serde_json::json;

use crate::arm::{ARM_SUBSCRIPTION, ARM_TENANT, Arm};

fn vaults(script: &Arc<Script>) -> VaultsClient {
    KeyVaultManagementClient::builder(ARM_SUBSCRIPTION)
        .transport(script.transport())
        .credential(Clerk::rotating())
        .build()
        .unwrap()
        .vaults()
}

fn denied() -> Answer {
    Answer::error(
        403,
        "AuthorizationFailed",
        "The client does not have authorization to perform action 'Microsoft.KeyVault/vaults/write' over scope '…' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    )
}

#[tokio::test(start_paused = true)]
async fn a_role_that_was_just_assigned_is_waited_for_with_the_same_request() {
    let script = Script::by(|seen| match (seen.at.as_secs(), seen.n) {
        // What fails for another reason meanwhile is tried again as ever.
        (_, 3) => Answer::status(503),
        (0..45, _) => denied(),
        _ => Answer::ok(&Arm::vault(json!({}))),
    });
    let update = vaults(&script).update("my-rg", "my-vault").tag("team", "payments");
    update.wait_for_access(Duration::from_secs(120)).await.unwrap();
    let seen = script.seen();
    assert!(seen.len() > 5, "{}", seen.len());
    assert!(seen.iter().all(|it| {
        let same = it.method == Method::Patch && it.url == seen[0].url && it.body == seen[0].body;
        let names = |it: &azvault_tests::Seen| {
            it.headers
                .iter()
                .map(|(name, _)| name.as_str().to_owned())
                .collect::<std::collections::BTreeSet<_>>()
        };
        same && names(it) == names(&seen[0])
    }));
    assert!(script.clock().elapsed() < Duration::from_secs(55));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_no_role_changes_soon_is_told_at_once() {
    for code in [
        "LinkedAuthorizationFailed",
        "RequestDisallowedByPolicy",
        "RequestDisallowedByAzure",
        "DenyAssignmentAuthorizationFailed",
        "InsufficientPermissions",
        "Forbidden",
    ] {
        let script = Script::always(Answer::error(403, code, "no"));
        let new = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT);
        let create = vaults(&script).begin_create_or_update("my-rg", "my-vault", new);
        let error = create.wait_for_access(Duration::from_secs(60)).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Forbidden, Some(code)));
        assert_eq!(script.count(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_dropped_sends_no_more_and_leaves_the_client_usable() {
    let script = Script::by(|seen| match seen.at.as_secs() {
        0..30 => denied(),
        _ => Answer::ok(&Arm::vault(json!({}))),
    });
    let vaults = vaults(&script);
    let get = vaults.get("my-rg", "my-vault").wait_for_access(Duration::from_secs(300));
    let dropped = tokio::time::timeout(Duration::from_secs(10), get.send()).await;
    assert!(dropped.is_err());
    let sent = script.count();
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(script.count(), sent);
    assert_eq!(vaults.get("my-rg", "my-vault").await.unwrap().name(), "my-vault");
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_soon_after_its_time_however_slow_the_service_is() {
    let script = Script::by(|_| denied().after(Duration::from_secs(7)));
    let get = vaults(&script).get("my-rg", "my-vault");
    let error = get.wait_for_access(Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForbiddenByRbac, "{error}");
    assert!(error.to_string().contains("20 s of waiting for access"), "{error}");
    assert!(error.explain().unwrap().contains("assign a role"), "{:?}", error.explain());
    assert!(script.clock().elapsed() <= Duration::from_secs(27), "{:?}", script.clock().elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_may_be_as_long_as_there_is() {
    const EVER: Duration = Duration::MAX;
    let script = Script::always(Answer::ok(&Arm::vault(json!({}))));
    let vaults = vaults(&script);
    let new = || VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT);
    vaults.create_or_update("my-rg", "my-vault", new()).with_timeout(EVER).await.unwrap();
    vaults.ensure_vault("my-rg", "my-vault", new()).with_timeout(EVER).await.unwrap();
    vaults.set_access_policies("my-rg", "my-vault", []).with_timeout(EVER).await.unwrap();
    vaults.get("my-rg", "my-vault").wait_for_access(EVER).with_timeout(EVER).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_vault_that_is_not_made_in_time_is_named() {
    let script = Script::by(|seen| match seen.method {
        Method::Put => Answer::error(
            409,
            "MissingSubscriptionRegistration",
            "not registered to use namespace 'Microsoft.KeyVault'",
        ),
        _ => Answer::ok(
            &json!({"namespace": "Microsoft.KeyVault", "registrationState": "Registering"}),
        ),
    });
    let new = VaultCreateOrUpdateParameters::new("eastus", ARM_TENANT);
    let create = vaults(&script).create_or_update("my-rg", "my-vault", new);
    let error = create.with_timeout(Duration::from_secs(30)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.to_string().contains("my-vault"), "{error}");
}
