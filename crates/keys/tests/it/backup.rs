//! Backup and restore: what comes back, and what a restore meets in its way.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_keys::{ErrorKind, KeyBackup, SignatureAlgorithm};

use crate::support::{Vault, client};

const LAG: Duration = Duration::from_secs(12);

fn slow() -> Vault {
    let lags = Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG);
    Vault::on(lags.in_memory())
}

async fn versions(vault: &Vault, name: &str) -> Vec<String> {
    let list = vault.client.list_key_properties_versions(name).try_collect().await.unwrap();
    let mut ids: Vec<_> = list.iter().map(|it| it.version().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[tokio::test]
async fn a_restored_key_has_its_versions_properties_and_material() {
    let vault = Vault::new();
    let old = vault.client.create_ec_key("k").tag("a", "1").await.unwrap();
    let new = vault.client.create_ec_key("k").enabled(false).await.unwrap();
    let signed =
        vault.client.sign("k", SignatureAlgorithm::ES256, [7; 32]).version(old.version().unwrap());
    let signature = signed.await.unwrap().signature;
    let backup = vault.client.backup_key("k").await.unwrap();
    assert_eq!(backup.name(), Some("k"));

    // As a file would keep it.
    let backup = KeyBackup::from_bytes(backup.as_bytes());
    let other = client(&vault.emulator, &vault.emulator.vault_url("other-vault"));
    let restored = other.restore_key_backup(&backup).await.unwrap();
    assert_eq!((restored.version(), restored.jwk().x()), (new.version(), new.jwk().x()));
    assert!(!restored.properties().enabled());
    let version = old.version().unwrap();
    let same = other.get_key("k").version(version).await.unwrap();
    assert_eq!(same.properties().tags()["a"], "1");
    assert_eq!(same.properties().created_on(), old.properties().created_on());
    let verify = other.verify("k", SignatureAlgorithm::ES256, [7; 32], signature);
    assert!(verify.version(version).await.unwrap().is_valid());
}

#[tokio::test(start_paused = true)]
async fn a_restore_over_a_live_a_deleted_or_a_purged_name_is_a_conflict() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    let backup = vault.client.backup_key("k").await.unwrap();
    let restore = || async {
        let error = vault.client.restore_key_backup(&backup).await.unwrap_err();
        assert_eq!(error.status().map(u16::from), Some(409), "{error}");
        assert_eq!(error.attempts(), 1, "a conflict is not repeated: {error}");
        assert_eq!((error.kind(), error.inner_code()), (ErrorKind::Conflict, None));
        let id = "the key 'https://my-vault.vault.localhost:8443/keys/k/";
        assert!(error.message().contains(id), "{error}");
        assert!(error.explain().unwrap().contains("restore_replace(name, backup)"), "{error:?}");
    };
    restore().await;
    let deletion = vault.client.begin_delete_key("k").await.unwrap();
    restore().await;
    vault.while_time_passes(deletion.wait()).await.unwrap();
    restore().await;
    vault.client.purge_deleted_key("k").await.unwrap();
    // For a while after the purge's 204.
    restore().await;
    vault.emulator.clock().advance(LAG);
    vault.client.restore_key_backup(&backup).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_backup_replaces_the_key_that_holds_its_name_live_or_deleted() {
    let vault = slow();
    vault.client.create_ec_key("k").await.unwrap();
    let backup = vault.client.backup_key("k").await.unwrap();
    let kept = versions(&vault, "k").await;
    for stage in ["live", "being deleted", "deleted", "being recovered"] {
        vault.client.rotate_key("k").await.unwrap();
        if stage != "live" {
            let deletion = vault.client.begin_delete_key("k").await.unwrap();
            if stage != "being deleted" {
                vault.while_time_passes(deletion.wait()).await.unwrap();
            }
        }
        if stage == "being recovered" {
            let _recovery = vault.client.begin_recover_deleted_key("k").await.unwrap();
        }
        let replace = vault.client.restore_replace("k", &backup);
        vault.while_time_passes(replace).await.unwrap();
        assert_eq!(versions(&vault, "k").await, kept, "{stage}");
    }
}

#[tokio::test]
async fn what_is_no_backup_replaces_nothing() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let backup = vault.client.backup_key("k").await.unwrap();
    let mut garbled = backup.as_bytes().to_vec();
    let end = garbled.len() - 9;
    garbled[end] ^= 4;
    for bytes in [garbled, b"no backup".to_vec()] {
        let backup = KeyBackup::from_bytes(bytes);
        let error = vault.client.restore_replace("k", &backup).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadRequest);
        assert_eq!(error.code(), Some("Malformed backup blob"));
    }
    assert!(vault.client.get_key("k").await.is_ok());
    assert_eq!(vault.requests("DELETE", "/"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_backup_of_another_name_kept_as_bytes_deletes_nothing() {
    let vault = Vault::new();
    let key = vault.client.create_ec_key("k").await.unwrap();
    vault.client.create_ec_key("other").await.unwrap();
    let backup = vault.client.backup_key("other").await.unwrap();
    let kept = KeyBackup::from_bytes(backup.as_bytes());
    let error = vault.client.restore_replace("k", &kept).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains("that is 'other'"), "{error}");
    assert_eq!(vault.requests("DELETE", "/"), 0);
    assert_eq!(vault.client.get_key("k").await.unwrap(), key);
}

#[tokio::test]
async fn a_restore_under_purge_protection_leaves_the_key_as_it_is() {
    let vault = Vault::on(Emulator::builder().purge_protection(true).in_memory());
    vault.client.create_ec_key("k").await.unwrap();
    let backup = vault.client.backup_key("k").await.unwrap();
    let latest = vault.client.rotate_key("k").await.unwrap();
    let error = vault.client.restore_replace("k", &backup).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("nothing was deleted"), "{error}");
    assert_eq!(vault.client.get_key("k").await.unwrap(), latest);
}

#[tokio::test]
async fn a_key_of_501_versions_is_too_large_for_a_backup() {
    let vault = Vault::new();
    for _ in 0..500 {
        vault.client.create_ec_key("k").await.unwrap();
    }
    let backup = vault.client.backup_key("k").await.unwrap();
    vault.client.create_ec_key("k").await.unwrap();
    let error = vault.client.backup_key("k").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert!(error.message().contains("501 versions"), "{error}");

    // A backup of 500 goes the whole way, in a request and an answer of some hundred kilobytes.
    vault.client.restore_replace("k", &backup).await.unwrap();
    assert_eq!(versions(&vault, "k").await.len(), 500);
}

#[tokio::test(start_paused = true)]
async fn a_restore_is_not_repeated_when_it_may_have_been_done() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").await.unwrap();
    let backup = vault.client.backup_key("k").await.unwrap();
    let other = client(&vault.emulator, &vault.emulator.vault_url("other-vault"));
    // The vault is no stranger to the client any more.
    assert_eq!(other.get_key("k").await.unwrap_err().kind(), ErrorKind::NotFound);
    vault.emulator.faults().next(1).on("POST", "/keys/restore").disconnect_after_processing();
    let error = other.restore_key_backup(&backup).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    assert!(error.may_have_been_sent());
    assert!(other.get_key("k").await.is_ok());
}
