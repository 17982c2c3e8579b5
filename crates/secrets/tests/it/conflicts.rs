//! What the service's conflicts of deletion, recovery and purge are seen through by.

use std::time::Duration;

use azvault_emulator::Emulator;
use azvault_secrets::{ErrorKind, SecretBackup};

use crate::support::Vault;

const LAG: Duration = Duration::from_secs(20);

/// A vault that takes its time, on a clock that moves with tokio's paused one.
fn slow() -> Vault {
    let builder = Emulator::builder().deletion_lag(LAG).recovery_lag(LAG).purge_lag(LAG);
    Vault::on(builder.in_memory())
}

#[tokio::test(start_paused = true)]
async fn a_purge_right_after_a_deletion_waits_for_it() {
    let vault = slow();
    vault.client.set_secret("s", "v").await.unwrap();
    let _deletion = vault.client.begin_delete_secret("s").await.unwrap();
    vault.while_time_passes(vault.client.purge_and_wait("s")).await.unwrap();
    let error = vault.client.get_deleted_secret("s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(vault.requests("DELETE", "/deletedsecrets/s") > 2);
}

#[tokio::test(start_paused = true)]
async fn purging_what_is_not_deleted_is_not_found_and_not_waited_for() {
    let vault = slow();
    vault.client.set_secret("s", "v").await.unwrap();
    for name in ["s", "nothing"] {
        let error = vault.client.purge_and_wait(name).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "v");
}

#[tokio::test(start_paused = true)]
async fn a_secret_is_recreated_from_wherever_its_name_stands() {
    let vault = slow();
    let client = &vault.client;
    for stage in ["absent", "live", "being-deleted", "deleted", "being-recovered", "purged"] {
        if stage != "absent" {
            client.set_secret(stage, "old").await.unwrap();
        }
        if !matches!(stage, "absent" | "live") {
            let deletion = client.begin_delete_secret(stage).await.unwrap();
            if stage != "being-deleted" {
                vault.while_time_passes(deletion.wait()).await.unwrap();
            }
        }
        if stage == "being-recovered" {
            let _recovery = client.begin_recover_deleted_secret(stage).await.unwrap();
        }
        if stage == "purged" {
            client.purge_deleted_secret(stage).await.unwrap();
        }
        let set = client.set_secret(stage, "new").content_type("text/plain").recreate();
        let secret = vault.while_time_passes(set).await.unwrap();
        assert_eq!((secret.value().expose(), secret.content_type()), ("new", Some("text/plain")));
        let versions = client.list_secret_properties_versions(stage).try_collect().await.unwrap();
        assert_eq!(versions.len(), 1, "{stage}");
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_are_recreated_as_the_bytes_they_are() {
    let vault = Vault::new();
    vault.client.set_secret("s", "old").await.unwrap();
    let secret = vault.client.set_secret_bytes("s", [0xfb, 0xff]).recreate().await.unwrap();
    assert_eq!(secret.bytes().unwrap().expose(), [0xfb, 0xff]);
}

#[tokio::test(start_paused = true)]
async fn purge_protection_and_wrong_parameters_end_a_recreation_before_anything_is_deleted() {
    let builder = Emulator::builder().purge_protection(true).deletion_lag(LAG);
    let vault = Vault::on(builder.in_memory());
    vault.client.set_secret("s", "v").await.unwrap();
    let error = vault.client.set_secret("s", "new").recreate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("nothing was deleted"), "{error}");
    let error = vault.client.set_secret("s", "x".repeat(25_601)).recreate().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "v");
    assert_eq!(vault.requests("DELETE", "/"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_recreation_that_runs_out_of_time_says_how_far_it_came_and_nothing_of_the_value() {
    let vault = slow();
    vault.client.set_secret("s", "v").await.unwrap();
    let recreate = vault.client.set_secret("s", "canary").recreate().with_timeout(LAG / 4);
    assert!(!format!("{recreate:?}").contains("canary"));
    let error = vault.while_time_passes(recreate).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("the secret 's' is deleted, but not purged"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
    let recreate = vault.client.set_secret("s", "new").recreate();
    assert_eq!(vault.while_time_passes(recreate).await.unwrap().value().expose(), "new");
    assert_eq!(vault.requests("DELETE", "/secrets/s"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_backup_is_restored_over_whatever_holds_the_name() {
    let vault = slow();
    let client = &vault.client;
    let first = client.set_secret("s", "first").await.unwrap();
    let backup = client.backup_secret("s").await.unwrap();
    for stage in ["live", "deleted", "absent"] {
        if stage == "live" {
            client.set_secret("s", "a mistake").await.unwrap();
        } else {
            let deletion = client.begin_delete_secret("s").await.unwrap();
            vault.while_time_passes(deletion.wait()).await.unwrap();
        }
        if stage == "absent" {
            vault.while_time_passes(client.purge_and_wait("s")).await.unwrap();
        }
        let kept = SecretBackup::from_bytes(backup.as_bytes());
        let restored = vault.while_time_passes(client.restore_replace("s", &kept)).await.unwrap();
        assert_eq!(&restored, first.properties(), "{stage}");
        assert_eq!(client.get_secret("s").await.unwrap().value().expose(), "first");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_cannot_be_restored_deletes_nothing() {
    let vault = Vault::new();
    let client = &vault.client;
    client.set_secret("s", "v").await.unwrap();
    client.set_secret("other", "v").await.unwrap();
    let of_other = client.backup_secret("other").await.unwrap();
    let damaged = SecretBackup::from_bytes(*b"damaged");
    for (backup, kind) in [(&damaged, ErrorKind::BadRequest), (&of_other, ErrorKind::InvalidInput)]
    {
        let error = client.restore_replace("s", backup).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(vault.requests("DELETE", "/"), 0);
    assert_eq!(client.get_secret("other").await.unwrap().value().expose(), "v");
}

#[tokio::test(start_paused = true)]
async fn a_backup_of_another_name_kept_as_bytes_deletes_nothing() {
    let vault = Vault::new();
    let client = &vault.client;
    client.set_secret("s", "v").await.unwrap();
    client.set_secret("other", "v").await.unwrap();
    let backup = client.backup_secret("other").await.unwrap();
    let kept = SecretBackup::from_bytes(backup.as_bytes());
    let error = client.restore_replace("s", &kept).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert!(error.to_string().contains("that is 'other'"), "{error}");
    assert_eq!(vault.requests("DELETE", "/"), 0);
    assert_eq!(client.get_secret("s").await.unwrap().value().expose(), "v");

    // Where nothing is in its way, it is restored under its own name.
    client.begin_delete_secret("other").await.unwrap().wait().await.unwrap();
    client.purge_and_wait("other").await.unwrap();
    let restored = client.restore_replace("s", &kept).await.unwrap();
    assert_eq!((restored.name(), vault.requests("DELETE", "/secrets/s")), ("other", 0));
}
