//! Deleting vaults, and what can be done with deleted ones.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_management::{CreateMode, ErrorKind, RefusalReason, VaultCreateOrUpdateParameters};

use crate::support::{GROUP, Subscription};

#[tokio::test]
async fn a_deleted_vault_is_listed_and_read_apart() {
    let subscription = Subscription::new().await;
    let vault = subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let error = vaults.get(GROUP, "my-vault").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let deleted = vaults.get_deleted("eastus", "my-vault").await.unwrap();
    assert_eq!(deleted.vault_id(), vault.id());
    let retention = deleted.scheduled_purge_on().unwrap() - deleted.deleted_on().unwrap();
    assert_eq!(retention.whole_days(), 90);
    assert!(!deleted.purge_protection());
    assert_eq!(vaults.list_deleted().try_collect().await.unwrap(), [deleted]);
}

#[tokio::test]
async fn a_vault_is_recovered_as_it_was() {
    let subscription = Subscription::new().await;
    let before = subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let parameters = subscription.parameters().create_mode(CreateMode::Recover);
    let after = vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    assert_eq!(after.access_policies(), before.access_policies());
    assert!(vaults.list_deleted().try_collect().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_held_by_a_deleted_vault_is_a_conflict_with_its_way_out() {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    subscription.client.resource_groups().create_or_update("other", "eastus").await.unwrap();
    let parameters = subscription.parameters();
    let error = vaults.create_or_update("other", "my-vault", parameters).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(error.code(), Some("VaultAlreadyExists"));
    let way_out = error.explain().unwrap();
    assert!(way_out.contains("Recover") && way_out.contains("begin_purge_deleted"), "{way_out}");
}

#[tokio::test(start_paused = true)]
async fn purging_waits_for_the_end_and_frees_the_name() {
    let emulator = Emulator::builder().purge_lag(Duration::from_secs(90)).in_memory();
    let subscription = Subscription::on(emulator).await;
    subscription.vault("my-vault").await;
    let vaults = subscription.client.vaults();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let poller = vaults.begin_purge_deleted("East US", "my-vault").await.unwrap();
    let token = poller.resume_token();
    drop(poller);
    let resumed = vaults.resume_purge_deleted(&token).unwrap();
    subscription.advance_while(resumed.wait()).await.unwrap();
    assert!(vaults.check_name_availability("my-vault").await.unwrap().is_available());
}

#[tokio::test]
async fn purge_protection_refuses_a_purge() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let parameters = subscription.parameters().purge_protection();
    vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let error = vaults.begin_purge_deleted("eastus", "my-vault").await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(405));
    assert!(error.message().contains("DeletedVaultPurge"), "{error}");
    assert!(vaults.get_deleted("eastus", "my-vault").await.unwrap().purge_protection());
}

#[tokio::test]
async fn a_deleted_vault_whose_purge_protection_is_not_wanted_is_left_deleted() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let parameters = subscription.parameters().purge_protection();
    vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let wanted = subscription.parameters().without_purge_protection();
    let ensure = vaults.ensure_vault(GROUP, "my-vault", wanted);
    let plan = ensure.clone().plan().await.unwrap();
    let reasons: Vec<_> = plan.refusals().iter().map(|it| it.reason()).collect();
    assert_eq!(reasons, [RefusalReason::PurgeProtection], "{plan}");
    assert_eq!(ensure.await.unwrap_err().kind(), ErrorKind::InvalidInput);
    assert_eq!(vaults.list_deleted().try_collect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_is_told_to_purge_a_vault_that_purge_protection_keeps() {
    let subscription = Subscription::new().await;
    let vaults = subscription.client.vaults();
    let parameters = subscription.parameters().purge_protection();
    vaults.create_or_update(GROUP, "my-vault", parameters).await.unwrap();
    vaults.delete(GROUP, "my-vault").await.unwrap();
    let tenant = subscription.emulator.tenant_id();
    let wanted = VaultCreateOrUpdateParameters::new("westus", tenant);
    let plan = vaults.ensure_vault("other-rg", "my-vault", wanted).plan().await.unwrap();
    assert_eq!(plan.refusals().len(), 2, "{plan}");
    for refusal in plan.refusals() {
        let text = refusal.to_string();
        assert!(!text.contains("begin_purge_deleted"), "{text}");
        assert!(text.contains("purge protection keeps it until "), "{text}");
    }
}
