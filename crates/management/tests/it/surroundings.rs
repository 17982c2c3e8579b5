//! What surrounds vaults: subscriptions, the provider's registration, roles and who has them.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_management::{
    ErrorKind, KeyVaultRole, ObjectCollection, PrincipalType, RegistrationState, Scope,
};

use crate::support::{GROUP, STRANGER, Subscription};

async fn unregistered() -> Subscription {
    let lag = Duration::from_secs(20);
    let emulator = Emulator::builder().provider_registered(false).registration_lag(lag);
    Subscription::on(emulator.in_memory()).await
}

#[tokio::test(start_paused = true)]
async fn the_first_vault_of_a_subscription_registers_it() {
    let subscription = unregistered().await;
    let providers = subscription.client.providers();
    let before = providers.get("Microsoft.KeyVault").await.unwrap();
    assert_eq!(before.registration_state(), Some(&RegistrationState::NotRegistered));
    let vaults = subscription.client.vaults();
    let refused = vaults.create_or_update(GROUP, "vault-a", subscription.parameters());
    let error = refused.with_registration(false).await.unwrap_err();
    assert_eq!(error.code(), Some("MissingSubscriptionRegistration"));
    let made = vaults.create_or_update(GROUP, "vault-a", subscription.parameters()).send();
    assert_eq!(subscription.advance_while(made).await.unwrap().name(), "vault-a");
    let after = providers.get("microsoft.keyvault").await.unwrap();
    assert_eq!(after.registration_state(), Some(&RegistrationState::Registered));
}

#[tokio::test(start_paused = true)]
async fn ensuring_the_first_vault_of_a_subscription_registers_it() {
    let subscription = unregistered().await;
    let ensure =
        subscription.client.vaults().ensure_vault(GROUP, "my-vault", subscription.parameters());
    let vault = subscription.advance_while(ensure.clone().send()).await.unwrap();
    assert_eq!(vault.name(), "my-vault");
    assert!(ensure.plan().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_callers_subscriptions_are_listed_and_read() {
    let subscription = Subscription::new().await;
    let subscriptions = subscription.client.subscriptions();
    let id = subscription.emulator.subscription_id();
    let read = subscriptions.get(id).await.unwrap();
    assert_eq!((read.subscription_id(), read.id()), (id, &*format!("/subscriptions/{id}")));
    assert!(subscriptions.list().try_collect().await.unwrap().contains(&read));
}

#[tokio::test]
async fn the_built_in_roles_are_those_that_azure_has() {
    let subscription = Subscription::new().await;
    let scope = Scope::subscription(subscription.client.subscription_id()).unwrap();
    let definitions = subscription.client.role_definitions();
    let listed = definitions.list(&scope).try_collect().await.unwrap();
    for role in KeyVaultRole::ALL {
        let definition = definitions.get(&scope, role).await.unwrap();
        assert_eq!(definition.role_name(), Some(role.name()));
        assert_eq!(definition.key_vault_role().as_ref(), Some(role));
        assert!(definition.is_built_in() && listed.contains(&definition), "{role}");
    }
}

#[tokio::test]
async fn a_role_is_assigned_once_listed_read_and_taken_away() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let vault =
        vaults.create_or_update(GROUP, "my-vault", subscription.parameters()).await.unwrap();
    let scope = Scope::of_vault(&vault).unwrap();
    let assignments = subscription.client.role_assignments();
    let ensure = || {
        assignments
            .ensure(&scope, KeyVaultRole::SecretsUser, STRANGER)
            .principal_type(PrincipalType::ServicePrincipal)
    };
    let made = ensure().await.unwrap();
    assert_eq!((made.name(), made.principal_id()), (ensure().name(), STRANGER));
    assert_eq!(made.role(), Some(KeyVaultRole::SecretsUser));
    subscription.emulator.clear_journal();
    assert_eq!(ensure().await.unwrap(), made);
    assert!(subscription.emulator.journal().iter().all(|sent| sent.method() == "GET"));
    assert_eq!(assignments.get(&scope, made.name()).await.unwrap(), made);
    assert!(assignments.list_for_scope(&scope).try_collect().await.unwrap().contains(&made));
    let all = assignments.list_for_subscription().try_collect().await.unwrap();
    assert!(all.contains(&made));
    for _twice in 0..2 {
        assignments.delete(&scope, made.name()).await.unwrap();
    }
    let error = assignments.get(&scope, made.name()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_role_that_was_assigned_by_hand_is_found_and_not_assigned_again() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let vault =
        vaults.create_or_update(GROUP, "my-vault", subscription.parameters()).await.unwrap();
    let vault = Scope::of_vault(&vault).unwrap();
    let secret = vault.object(ObjectCollection::Secrets, "db").unwrap();
    let assignments = subscription.client.role_assignments();
    for scope in [&vault, &secret] {
        let role = KeyVaultRole::SecretsUser;
        let by_hand = assignments.create(scope, role.clone(), STRANGER).await.unwrap();
        let found = assignments.ensure(scope, role, STRANGER).await.unwrap();
        assert_eq!(found, by_hand);
    }
}
