//! Deleting, recovering, purging, and waiting for each.

use std::time::Duration;

use azvault_core::poller::ResumeToken;
use azvault_emulator::Emulator;
use azvault_secrets::ErrorKind;

use crate::support::{Vault, client_of};

const LAG: Duration = Duration::from_secs(7);

/// A vault that takes its time, on a clock that moves with tokio's paused one.
fn slow() -> Vault {
    Vault::on(Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).in_memory())
}

#[tokio::test]
async fn a_deleted_secret_can_be_read_as_deleted_and_not_otherwise() {
    let vault = Vault::new();
    let secret = vault.client.set_secret("s", "v").content_type("text").await.unwrap();
    let deleted = vault.client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    assert_eq!((deleted.name(), deleted.id()), ("s", secret.id()));
    assert_eq!(deleted.properties().content_type(), Some("text"));
    let retention = deleted.scheduled_purge_on().unwrap() - deleted.deleted_on().unwrap();
    assert_eq!(retention.whole_days(), 90);
    assert_eq!(vault.client.get_deleted_secret("s").await.unwrap(), deleted);
    let error = vault.client.get_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.explain().unwrap().contains("list_deleted_secret_properties"));
}

#[tokio::test]
async fn the_name_of_a_deleted_secret_is_taken_until_it_is_purged() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    vault.client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    let error = vault.client.set_secret("s", "v").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SoftDeleted);
    assert_eq!(error.code(), Some("Conflict"));
    assert_eq!(error.inner_code(), Some("ObjectIsDeletedButRecoverable"));
    assert!(error.message().contains("currently in a deleted but recoverable state"));
    let way_out = error.explain().unwrap();
    assert!(way_out.contains("begin_recover_deleted_secret"), "{way_out}");
    assert!(way_out.contains("purge_deleted_secret"), "{way_out}");

    vault.client.purge_deleted_secret("s").await.unwrap();
    vault.client.set_secret("s", "v").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn pollers_wait_for_the_end_of_deletion_and_recovery() {
    let vault = slow();
    let secret = vault.client.set_secret("s", "v").await.unwrap();
    let poller = vault.client.begin_delete_secret("s").await.unwrap();
    let error = vault.client.purge_deleted_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BeingDeleted);
    assert!(error.explain().unwrap().contains("begin_delete_secret"), "{error:?}");
    advance_while(&vault, poller.wait()).await.unwrap();

    let poller = vault.client.begin_recover_deleted_secret("s").await.unwrap();
    assert_eq!(vault.client.get_secret("s").await.unwrap_err().kind(), ErrorKind::NotFound);
    let recovered = advance_while(&vault, poller.wait()).await.unwrap();
    assert_eq!(&recovered, secret.properties());
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "v");
}

/// Moves the emulator's clock on by a second whenever the client has waited for one.
async fn advance_while<T>(vault: &Vault, work: impl Future<Output = T>) -> T {
    let clock = async {
        let second = Duration::from_secs(1);
        let mut ticks = tokio::time::interval(second);
        loop {
            ticks.tick().await;
            vault.emulator.clock().advance(second);
        }
    };
    tokio::select! {
        done = work => done,
        () = clock => unreachable!("the clock never stops"),
    }
}

#[tokio::test]
async fn recovery_brings_every_version_back() {
    let vault = Vault::new();
    let first = vault.client.set_secret("s", "one").await.unwrap();
    vault.client.set_secret("s", "two").await.unwrap();
    vault.client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    vault.client.begin_recover_deleted_secret("s").await.unwrap().wait().await.unwrap();
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "two");
    let old = vault.client.get_secret_by_id(first.id()).await.unwrap();
    assert_eq!(old.value().expose(), "one");
}

#[tokio::test(start_paused = true)]
async fn a_disabled_secret_can_be_waited_for_though_it_cannot_be_read() {
    let vault = slow();
    let secret = vault.client.set_secret("s", "v").enabled(false).await.unwrap();
    let poller = vault.client.begin_delete_secret("s").await.unwrap();
    let deleted = advance_while(&vault, poller.wait()).await.unwrap();
    assert!(!deleted.properties().enabled());
    assert_eq!(vault.client.get_deleted_secret("s").await.unwrap_err().kind(), ErrorKind::Disabled);
    let poller = vault.client.begin_recover_deleted_secret("s").await.unwrap();
    let recovered = advance_while(&vault, poller.wait()).await.unwrap();
    assert_eq!(recovered.id(), secret.id());
}

#[tokio::test(start_paused = true)]
async fn another_process_can_wait_in_its_place() {
    let vault = slow();
    vault.client.set_secret("s", "v").await.unwrap();
    let token = vault.client.begin_delete_secret("s").await.unwrap().resume_token().to_string();
    let token = ResumeToken::parse(&token).unwrap();
    let poller = vault.client.resume_delete_secret(&token).unwrap();
    let deleted = advance_while(&vault, poller.wait()).await.unwrap();
    assert_eq!(deleted.name(), "s");

    let begun = vault.client.begin_recover_deleted_secret("s").await.unwrap();
    let other = ResumeToken::parse(&begun.resume_token().to_string()).unwrap();
    let poller = vault.client.resume_recover_deleted_secret(&other).unwrap();
    assert_eq!(advance_while(&vault, poller.wait()).await.unwrap().name(), "s");
}

#[tokio::test]
async fn a_resume_token_serves_only_its_operation_and_its_vault() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    let token = vault.client.begin_delete_secret("s").await.unwrap().resume_token();
    let error = vault.client.resume_recover_deleted_secret(&token).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let other = client_of(&vault.emulator, "other-vault");
    let error = other.resume_delete_secret(&token).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("is for another"), "{error}");
}

#[tokio::test]
async fn purge_protection_refuses_a_purge_with_its_reason() {
    let vault = Vault::on(Emulator::builder().purge_protection(true).in_memory());
    let secret = vault.client.set_secret("s", "v").await.unwrap();
    assert!(!secret.properties().recovery_level().unwrap().allows_purge());
    vault.client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    let error = vault.client.purge_deleted_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.message().contains("purge protection is enabled"), "{error}");
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_found_out() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    vault.emulator.faults().next(1).on("DELETE", "/secrets/s").disconnect_after_processing();
    let deleted = vault.client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    assert_eq!(deleted.name(), "s");
    assert_eq!(vault.requests("DELETE", "/secrets/s"), 2);
}

#[tokio::test]
async fn deleting_or_recovering_what_is_not_there_is_not_found() {
    let vault = Vault::new();
    let error = vault.client.begin_delete_secret("s").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
    let error = vault.client.begin_recover_deleted_secret("s").await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
}
