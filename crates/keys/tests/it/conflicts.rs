//! What the service's conflicts of deletion, recovery and purge are seen through by.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_keys::{ErrorKind, KeyType};

use crate::support::Vault;

const LAG: Duration = Duration::from_secs(20);

/// A vault that takes its time, on a clock that moves with tokio's paused one.
fn slow() -> Vault {
    let lags = Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG);
    Vault::on(lags.in_memory())
}

#[tokio::test(start_paused = true)]
async fn a_purge_right_after_a_deletion_waits_for_it() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    let _deletion = vault.client.begin_delete_key("k").await.unwrap();
    vault.while_time_passes(vault.client.purge_and_wait("k")).await.unwrap();
    assert_eq!(vault.client.get_deleted_key("k").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(vault.requests("DELETE", "/deletedkeys/k") > 2);
}

#[tokio::test(start_paused = true)]
async fn the_service_refuses_a_name_in_transition_and_says_in_which() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    let create = || async { vault.client.create_ec_key("k").await.unwrap_err().kind() };
    let deletion = vault.client.begin_delete_key("k").await.unwrap();
    let purge = vault.client.purge_deleted_key("k").await.unwrap_err();
    assert_eq!((purge.kind(), create().await), (ErrorKind::BeingDeleted, ErrorKind::BeingDeleted));
    vault.while_time_passes(deletion.wait()).await.unwrap();
    assert_eq!(create().await, ErrorKind::SoftDeleted);
    let recovery = vault.client.begin_recover_deleted_key("k").await.unwrap();
    assert_eq!(create().await, ErrorKind::BeingRecovered);
    vault.while_time_passes(recovery.wait()).await.unwrap();
    let _deletion = vault.client.begin_delete_key("k").await.unwrap();
    vault.while_time_passes(vault.client.purge_and_wait("k")).await.unwrap();
    assert_eq!(create().await, ErrorKind::BeingDeleted, "after the purge's 204");
    vault.while_time_passes(vault.client.create_ec_key("k").recreate()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn purging_what_is_not_deleted_is_not_found_and_not_waited_for() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    for name in ["k", "nothing"] {
        let error = vault.client.purge_and_wait(name).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    assert_eq!(vault.requests("DELETE", "/deletedkeys/"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_live_key_is_recreated_with_one_version() {
    let vault = slow();
    vault.client.create_rsa_key("k").await.unwrap();
    vault.client.create_rsa_key("k").await.unwrap();
    let recreate = vault.client.create_ec_key("k").recreate();
    let key = vault.while_time_passes(recreate).await.unwrap();
    assert_eq!(key.key_type(), &KeyType::Ec);
    let versions = vault.client.list_key_properties_versions("k").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(vault.requests("DELETE", "/keys/k"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_is_recreated_from_wherever_its_name_stands() {
    let vault = slow();
    let client = &vault.client;
    for stage in ["absent", "being deleted", "deleted", "being recovered"] {
        if stage != "absent" {
            vault.client.create_rsa_key(stage.replace(' ', "-")).await.unwrap();
        }
        let name = stage.replace(' ', "-");
        if stage.contains("delet") || stage.contains("recover") {
            let deletion = client.begin_delete_key(&name).await.unwrap();
            if stage != "being deleted" {
                vault.while_time_passes(deletion.wait()).await.unwrap();
            }
        }
        if stage == "being recovered" {
            let _recovery = client.begin_recover_deleted_key(&name).await.unwrap();
        }
        let key = vault.while_time_passes(client.create_ec_key(&name).recreate()).await.unwrap();
        assert_eq!(key.key_type(), &KeyType::Ec, "{stage}");
        let versions = client.list_key_properties_versions(&name).try_collect().await.unwrap();
        assert_eq!(versions.len(), 1, "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn purge_protection_ends_a_recreation_before_anything_is_deleted() {
    let builder = Emulator::builder().purge_protection(true).deletion_lag(LAG);
    let vault = Vault::on(builder.in_memory());
    vault.client.create_ec_key("k").await.unwrap();
    let error = vault.client.create_ec_key("k").recreate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("nothing was deleted"), "{error}");
    assert!(vault.client.get_key("k").await.is_ok());
    assert_eq!(vault.requests("DELETE", "/"), 0);
}

#[tokio::test(start_paused = true)]
async fn purge_protection_ends_a_purge_without_a_wait() {
    let vault = Vault::on(Emulator::builder().purge_protection(true).in_memory());
    vault.client.create_ec_key("k").await.unwrap();
    vault.client.begin_delete_key("k").await.unwrap().wait().await.unwrap();
    let error = vault.client.purge_and_wait("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    let error = vault.client.create_ec_key("k").recreate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert_eq!(vault.requests("DELETE", "/deletedkeys/k"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_recreation_that_runs_out_of_time_says_how_far_it_came() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    let recreate = vault.client.create_ec_key("k").recreate().with_timeout(LAG / 4);
    let error = vault.while_time_passes(recreate).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(
        error.to_string().contains("within 5 s; the key 'k' is deleted, but not purged"),
        "{error}"
    );
    assert!(error.explain().unwrap().contains("go on from there"), "{error:?}");
    let last = std::error::Error::source(&error).unwrap().to_string();
    assert!(last.contains("ObjectIsBeingDeleted"), "{last}");

    // It does go on from there.
    let recreate = vault.client.create_ec_key("k").recreate();
    vault.while_time_passes(recreate).await.unwrap();
    assert_eq!(vault.requests("DELETE", "/keys/k"), 1);
}

#[tokio::test]
async fn a_recreation_whose_parameters_are_wrong_deletes_nothing() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let error = vault.client.create_ec_key("k").size(2048).recreate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(vault.requests("GET", "/keys/k") + vault.requests("DELETE", "/"), 0);
}
