//! What cannot be right is refused before any request, with what is wrong and what is right.

use azvault_core::credentials::ClientSecretCredential;
use azvault_management::{
    AccessPolicyEntry, AccessPolicyUpdateKind, Error, ErrorKind, KeyPermission,
    KeyVaultManagementClient, NetworkRuleAction, NetworkRuleSet, SecretPermission,
    VaultCreateOrUpdateParameters,
};

use crate::support::{GROUP, STRANGER, Subscription};

fn assert_refused(error: &Error, right: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains(right), "{error}");
}

#[test]
fn a_subscription_that_is_no_guid_builds_no_client() {
    let credential = ClientSecretCredential::new("tenant", "client", "secret").unwrap();
    let error = KeyVaultManagementClient::new("my-subscription", credential).unwrap_err();
    assert_refused(&error, "subscription id \"my-subscription\" is not a GUID");
}

#[tokio::test]
async fn names_that_cannot_be_reach_no_request_of_any_operation() {
    let subscription = Subscription::new().await;
    subscription.emulator.clear_journal();
    let vaults = subscription.client.vaults();
    for name in ["", "ab", "1ab", "a--b", "ab-", "a_b", "../x", "a/b", "abcdefghijklmnopqrstuvwxy"]
    {
        let errors = [
            vaults.create_or_update(GROUP, name, subscription.parameters()).await.unwrap_err(),
            vaults.get(GROUP, name).await.unwrap_err(),
            vaults.update(GROUP, name).await.unwrap_err(),
            vaults.delete(GROUP, name).await.unwrap_err(),
            vaults
                .update_access_policy(GROUP, name, AccessPolicyUpdateKind::Add, [])
                .await
                .unwrap_err(),
            vaults.get_deleted("eastus", name).await.unwrap_err(),
            vaults.begin_purge_deleted("eastus", name).await.unwrap_err(),
        ];
        for error in errors {
            assert_refused(&error, "3 to 24 letters, digits and single hyphens");
        }
    }
    for group in ["", "a/b", "rg.", "a?b"] {
        let error = vaults.get(group, "my-vault").await.unwrap_err();
        assert_refused(&error, "resource group name");
        let error = subscription.client.resource_groups().get(group).await.unwrap_err();
        assert_refused(&error, "resource group name");
    }
    let error = vaults.get_deleted("east/us", "my-vault").await.unwrap_err();
    assert_refused(&error, "like eastus or East US");
    assert!(subscription.emulator.journal().is_empty());
}

#[tokio::test]
async fn a_page_size_of_a_list_that_takes_none_is_refused() {
    let subscription = Subscription::new().await;
    let list = subscription.client.vaults().list_deleted().page_size(5);
    assert_refused(&list.try_collect().await.unwrap_err(), "takes no page size");
}

#[tokio::test]
async fn parameters_that_cannot_be_are_refused() {
    let subscription = Subscription::new().await;
    subscription.emulator.clear_journal();
    let tenant = subscription.emulator.tenant_id();
    let policy = || AccessPolicyEntry::new(tenant, STRANGER).keys([KeyPermission::Get]);
    let new = |tenant: &str| VaultCreateOrUpdateParameters::new("eastus", tenant);
    for (parameters, right) in [
        (new("contoso"), "tenant id \"contoso\" is not a GUID"),
        (new(tenant).retention_days(6), "must be 7 to 90"),
        (new(tenant).retention_days(91), "must be 7 to 90"),
        (VaultCreateOrUpdateParameters::new("", tenant), "not a region"),
        (new(tenant).access_policy(AccessPolicyEntry::new(tenant, "bob")), "object id"),
        (new(tenant).access_policy(AccessPolicyEntry::new("t", STRANGER)), "tenant id"),
        (
            new(tenant).access_policy(policy().application_id("app")),
            "application id of an access policy",
        ),
        (
            new(tenant).access_policy(AccessPolicyEntry::new(STRANGER, STRANGER)),
            "it must be the vault's",
        ),
        (
            new(tenant).network_rules(
                NetworkRuleSet::new(NetworkRuleAction::Deny).service_tag_rule("AzureCloud"),
            ),
            "service tag",
        ),
        (new(tenant).access_policy(policy()).rbac_authorization(true), "ignores its policies"),
        (new(tenant).access_policy(policy()).access_policy(policy()), "two access policies"),
        (new(tenant).purge_protection().without_purge_protection(), "leave out one of the two"),
    ] {
        let vaults = subscription.client.vaults();
        let error = vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap_err();
        assert_refused(&error, right);
    }
    let vaults = subscription.client.vaults();
    let twice = || [policy(), policy().secrets([SecretPermission::Get])];
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("10.0.0.1");
    for (error, right) in [
        (
            vaults
                .update_access_policy(GROUP, "my-vault", AccessPolicyUpdateKind::Add, twice())
                .await
                .unwrap_err(),
            "two access policies",
        ),
        (
            vaults.set_access_policies(GROUP, "my-vault", twice()).await.unwrap_err(),
            "two access policies",
        ),
        (
            vaults
                .ensure_vault(GROUP, "my-vault", new(tenant).access_policies(twice()))
                .await
                .unwrap_err(),
            "two access policies",
        ),
        (
            vaults.remove_access_policy(GROUP, "my-vault", "bob").await.unwrap_err(),
            "\"bob\" is not a GUID",
        ),
        (
            vaults
                .ensure_vault(GROUP, "my-vault", new(tenant).network_rules(rules.clone()))
                .plan()
                .await
                .unwrap_err(),
            "RFC 1918",
        ),
        (vaults.update(GROUP, "my-vault").network_rules(rules).await.unwrap_err(), "RFC 1918"),
    ] {
        assert_refused(&error, right);
    }
    let update = subscription.client.vaults().update(GROUP, "my-vault");
    let error = update.access_policy(policy()).rbac_authorization(true).await.unwrap_err();
    assert_refused(&error, "ignores its policies");
    assert!(subscription.emulator.journal().is_empty());
}

#[tokio::test]
async fn a_tag_that_is_named_twice_in_another_case_is_refused() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    subscription.emulator.clear_journal();
    let vaults = subscription.client.vaults();
    let twice = || subscription.parameters().tag("Team", "payments").tag("team", "sales");
    for error in [
        vaults.create_or_update(GROUP, "my-vault", twice()).await.unwrap_err(),
        vaults.ensure_vault(GROUP, "my-vault", twice()).await.unwrap_err(),
        vaults.ensure_vault(GROUP, "my-vault", twice()).plan().await.unwrap_err(),
        vaults.update(GROUP, "my-vault").tag("a", "1").tag("A", "2").await.unwrap_err(),
    ] {
        assert_refused(&error, "names of tags have no case");
    }
    assert!(subscription.emulator.journal().is_empty());
}
