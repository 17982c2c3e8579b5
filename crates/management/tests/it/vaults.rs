//! Making, reading, changing and listing vaults.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_management::{
    ErrorKind, NetworkRuleAction, NetworkRuleSet, ProvisioningState, SkuName, UnavailableReason,
};

use crate::support::{GROUP, Subscription};

#[tokio::test]
async fn a_vault_is_what_it_was_made_to_be() {
    let subscription = Subscription::new().await;
    let rules = NetworkRuleSet::new(NetworkRuleAction::Deny).ip_rule("203.0.113.7/32");
    let parameters = subscription
        .parameters()
        .sku(SkuName::Premium)
        .retention_days(30)
        .purge_protection()
        .network_rules(rules.clone())
        .tag("team", "payments");
    let vaults = subscription.client.vaults();
    let vault = vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    assert_eq!((vault.name(), vault.location()), ("my-vault", "eastus"));
    assert_eq!(vault.resource_group().unwrap(), GROUP);
    assert_eq!(vault.vault_uri(), subscription.emulator.vault_url("my-vault"));
    assert_eq!(vault.tenant_id(), subscription.emulator.tenant_id());
    assert_eq!(vault.sku(), &SkuName::Premium);
    assert_eq!(vault.retention_days(), 30);
    assert!(vault.purge_protection() && vault.rbac_authorization());
    assert_eq!(vault.network_rules().unwrap().ip_rules().collect::<Vec<_>>(), ["203.0.113.7/32"]);
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("team", "payments")]);
    assert_eq!(vaults.get(GROUP, "my-vault").await.unwrap(), vault);
}

#[tokio::test]
async fn policies_make_a_vault_that_goes_by_them() {
    let subscription = Subscription::new().await;
    let vault = subscription.vault("my-vault").await;
    assert!(!vault.rbac_authorization());
    assert_eq!(vault.access_policies(), [subscription.policy()]);
}

#[tokio::test(start_paused = true)]
async fn making_a_vault_waits_until_it_is_ready() {
    let lag = Duration::from_secs(20);
    let emulator = Emulator::builder().provisioning_lag(lag).in_memory();
    let subscription = Subscription::on(emulator).await;
    let vaults = subscription.client.vaults();
    let begun =
        vaults.begin_create_or_update(GROUP, "my-vault", subscription.parameters()).await.unwrap();
    let token = begun.resume_token();
    let early = vaults.get(GROUP, "my-vault").await.unwrap();
    assert_eq!(early.provisioning_state(), Some(&ProvisioningState::RegisteringDns));
    // Another process could wait in its place.
    let resumed = vaults.resume_create_or_update(&token).unwrap();
    let vault = subscription.advance_while(resumed.wait()).await.unwrap();
    assert_eq!(vault.provisioning_state(), Some(&ProvisioningState::Succeeded));
}

#[tokio::test]
async fn a_vault_that_is_ready_at_once_is_not_asked_for_again() {
    let subscription = Subscription::new().await;
    subscription.emulator.clear_journal();
    subscription.vault("my-vault").await;
    let methods: Vec<String> =
        subscription.emulator.journal().iter().map(|r| r.method().to_owned()).collect();
    assert_eq!(methods, ["PUT"]);
}

#[tokio::test]
async fn an_update_leaves_alone_what_it_was_not_told_about() {
    let subscription = Subscription::new().await;
    let before = subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    let after = vaults
        .update(GROUP, "my-vault")
        .tag("team", "payments")
        .enabled_for_deployment(true)
        .await
        .unwrap();
    assert!(after.enabled_for_deployment());
    assert_eq!(after.tags().collect::<Vec<_>>(), [("team", "payments")]);
    assert_eq!(after.access_policies(), before.access_policies());
    assert_eq!(after.rbac_authorization(), before.rbac_authorization());
}

#[tokio::test]
async fn vaults_are_listed_by_group_and_by_subscription_over_pages() {
    let subscription = Subscription::new().await;
    let (groups, vaults) = (subscription.client.resource_groups(), subscription.client.vaults());
    groups.create_or_update("other-rg", "westus").await.unwrap();
    for name in ["vault-a", "vault-b", "vault-c"] {
        subscription.vault(name).await;
    }
    let parameters = subscription.parameters();
    vaults.create_or_update("other-rg", "vault-d", parameters).await.unwrap();
    let in_group = vaults.list_by_resource_group(GROUP).page_size(2).try_collect().await.unwrap();
    assert_eq!(in_group.len(), 3);
    let mut all: Vec<String> = vaults
        .list_by_subscription()
        .try_collect()
        .await
        .unwrap()
        .iter()
        .map(|vault| vault.name().to_owned())
        .collect();
    all.sort();
    assert_eq!(all, ["vault-a", "vault-b", "vault-c", "vault-d"]);
}

#[tokio::test]
async fn whether_a_name_can_be_had_is_told_with_the_reason() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    assert!(vaults.check_name_availability("my-vault").await.unwrap().is_available());
    subscription.vault("my-vault").await;
    let taken = vaults.check_name_availability("my-vault").await.unwrap();
    assert_eq!(taken.reason(), Some(&UnavailableReason::AlreadyExists));
    assert!(taken.message().unwrap().contains("my-vault"));
    let wrong = vaults.check_name_availability("1").await.unwrap();
    assert_eq!(wrong.reason(), Some(&UnavailableReason::AccountNameInvalid));
}

#[tokio::test]
async fn resource_groups_are_made_read_and_deleted_with_their_vaults() {
    let subscription = Subscription::new().await;
    let groups = subscription.client.resource_groups();
    let group = groups.create_or_update("g", "westus").tag("a", "1").await.unwrap();
    assert_eq!((group.name(), group.location()), ("g", "westus"));
    assert_eq!(groups.get("g").await.unwrap(), group);
    let vaults = subscription.client.vaults();
    vaults.create_or_update("g", "my-vault", subscription.parameters()).await.unwrap();
    groups.begin_delete("g").await.unwrap().wait().await.unwrap();
    assert_eq!(groups.get("g").await.unwrap_err().kind(), ErrorKind::NotFound);
    let deleted = vaults.list_deleted().try_collect().await.unwrap();
    assert_eq!(deleted.first().map(|vault| vault.name()), Some("my-vault"));
}

#[tokio::test]
async fn what_is_not_there_is_not_found_with_resource_managers_code() {
    let subscription = Subscription::new().await;
    let error = subscription.client.vaults().get(GROUP, "my-vault").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.code(), Some("ResourceNotFound"));
    assert!(error.explain().unwrap().contains("list_deleted"));
}

#[tokio::test]
async fn tags_that_are_set_take_the_place_of_all_and_those_ensured_do_not() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let tagged = subscription.parameters().tag("team", "payments");
    vaults.create_or_update(GROUP, "my-vault", tagged).await.unwrap();
    let more = subscription.parameters().tag("owner", "ann");
    let vault = vaults.ensure_vault(GROUP, "my-vault", more).await.unwrap();
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("owner", "ann"), ("team", "payments")]);
    let vault = vaults.update(GROUP, "my-vault").tag("a", "1").await.unwrap();
    assert_eq!(vault.tags().collect::<Vec<_>>(), [("a", "1")]);
    let groups = subscription.client.resource_groups();
    groups.create_or_update(GROUP, "eastus").tag("team", "payments").await.unwrap();
    let group = groups.create_or_update(GROUP, "eastus").await.unwrap();
    assert_eq!(group.tags().count(), 0);
}
