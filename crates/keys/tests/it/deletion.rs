//! Deleting, recovering, purging, and waiting for each.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_keys::ErrorKind;

use crate::support::Vault;

const LAG: Duration = Duration::from_secs(7);

/// A vault that takes its time, on a clock that moves with tokio's paused one.
fn slow() -> Vault {
    Vault::on(Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).in_memory())
}

#[tokio::test]
async fn a_deleted_key_can_be_read_as_deleted_and_not_otherwise() {
    let vault = Vault::new();
    let key = vault.client.create_ec_key("k").await.unwrap();
    let deleted = vault.client.begin_delete_key("k").await.unwrap().wait().await.unwrap();
    assert_eq!(deleted.jwk(), key.jwk());
    let retention = deleted.scheduled_purge_on().unwrap() - deleted.deleted_on().unwrap();
    assert_eq!(retention.whole_days(), 90);
    assert_eq!(vault.client.get_deleted_key("k").await.unwrap(), deleted);
    let error = vault.client.get_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.explain().unwrap().contains("list_deleted_key_properties"));
}

#[tokio::test]
async fn the_name_of_a_deleted_key_is_taken_until_it_is_purged() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    vault.client.begin_delete_key("k").await.unwrap().wait().await.unwrap();
    let error = vault.client.create_ec_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SoftDeleted);
    assert_eq!(error.code(), Some("Conflict"));
    assert_eq!(error.inner_code(), Some("ObjectIsDeletedButRecoverable"));
    assert!(error.message().contains("currently in a deleted but recoverable state"));
    let way_out = error.explain().unwrap();
    assert!(way_out.contains("begin_recover_deleted_key"), "{way_out}");
    assert!(way_out.contains("purge_deleted_key"), "{way_out}");

    vault.client.purge_deleted_key("k").await.unwrap();
    vault.client.create_ec_key("k").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn pollers_wait_for_the_end_of_deletion_and_recovery() {
    let vault = slow();
    let key = vault.client.create_ec_key("k").await.unwrap();
    let poller = vault.client.begin_delete_key("k").await.unwrap();
    let error = vault.client.purge_deleted_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BeingDeleted);
    assert!(error.explain().unwrap().contains("begin_delete_key"), "{error:?}");
    vault.while_time_passes(poller.wait()).await.unwrap();

    let poller = vault.client.begin_recover_deleted_key("k").await.unwrap();
    assert_eq!(vault.client.get_key("k").await.unwrap_err().kind(), ErrorKind::NotFound);
    let recovered = vault.while_time_passes(poller.wait()).await.unwrap();
    assert_eq!(recovered, key);
}

#[tokio::test(start_paused = true)]
async fn another_process_can_wait_in_its_place() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    let token = vault.client.begin_delete_key("k").await.unwrap().resume_token().to_string();
    let token = azvault_core::poller::ResumeToken::parse(&token).unwrap();
    let poller = vault.client.resume_delete_key(&token).unwrap();
    let deleted = vault.while_time_passes(poller.wait()).await.unwrap();
    assert_eq!(deleted.name(), "k");
    let error = vault.client.resume_recover_deleted_key(&token).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn purge_protection_refuses_a_purge_with_its_reason() {
    let vault = Vault::on(Emulator::builder().purge_protection(true).in_memory());
    let key = vault.client.create_ec_key("k").await.unwrap();
    assert!(!key.properties().recovery_level().unwrap().allows_purge());
    vault.client.begin_delete_key("k").await.unwrap().wait().await.unwrap();
    let error = vault.client.purge_deleted_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("purge protection is enabled"), "{error}");
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_found_out() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    vault.emulator.faults().next(1).on("DELETE", "/keys/k").disconnect_after_processing();
    let deleted = vault.client.begin_delete_key("k").await.unwrap().wait().await.unwrap();
    assert_eq!(deleted.name(), "k");
    assert_eq!(vault.requests("DELETE", "/keys/k"), 2);
}

#[tokio::test]
async fn deleting_what_is_not_there_is_not_found() {
    let vault = Vault::new();
    let error = vault.client.begin_delete_key("k").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
}
