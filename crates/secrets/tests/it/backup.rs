//! Backing secrets up, and restoring them.

use azvault_secrets::{ErrorKind, SecretBackup};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::support::{Vault, client_of};

#[tokio::test(start_paused = true)]
async fn a_secret_comes_back_from_its_backup_with_all_its_versions() {
    let vault = Vault::new();
    let client = &vault.client;
    let first = client.set_secret("s", "one").tag("a", "1").await.unwrap();
    let second = client.set_secret("s", "two\n").content_type("text/plain").await.unwrap();
    let backup = client.backup_secret("s").await.unwrap();
    // Kept somewhere as bytes, and read again.
    let backup = SecretBackup::from_bytes(backup.as_bytes());

    client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    client.purge_deleted_secret("s").await.unwrap();
    let restored = client.restore_secret_backup(&backup).await.unwrap();
    assert_eq!(&restored, second.properties());
    let read = client.get_secret("s").await.unwrap();
    assert_eq!((read.id(), read.value().expose()), (second.id(), "two\n"));
    let old = client.get_secret_by_id(first.id()).await.unwrap();
    assert_eq!((old.properties(), old.value().expose()), (first.properties(), "one"));
}

#[tokio::test(start_paused = true)]
async fn a_backup_can_be_restored_in_another_vault_and_again_in_a_third() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    let backup = vault.client.backup_secret("s").await.unwrap();
    for other in ["second", "third"] {
        let other = client_of(&vault.emulator, other);
        let restored = other.restore_secret_backup(&backup).await.unwrap();
        assert_eq!(restored.id().vault_url(), other.vault_url());
        assert_eq!(other.get_secret("s").await.unwrap().value().expose(), "v");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_is_not_restored_over_a_secret_nor_over_a_deleted_one() {
    let vault = Vault::new();
    let client = &vault.client;
    client.set_secret("s", "old").await.unwrap();
    let backup = client.backup_secret("s").await.unwrap();
    client.set_secret("s", "new").await.unwrap();
    let error = client.restore_secret_backup(&backup).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Conflict, 1));
    assert_eq!(client.get_secret("s").await.unwrap().value().expose(), "new");

    client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    let error = client.restore_secret_backup(&backup).await.unwrap_err();
    assert_eq!((error.kind(), error.inner_code()), (ErrorKind::Conflict, None), "{error}");
    let id = "the secret 'https://my-vault.vault.localhost:8443/secrets/s/";
    assert!(error.message().contains(id), "{error}");
    assert!(error.explain().unwrap().contains("restore_replace(name, backup)"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_backup_is_refused_by_the_service_in_its_own_words() {
    let vault = Vault::new();
    let error =
        vault.client.restore_secret_backup(&SecretBackup::from_bytes(*b"no")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::BadRequest, Some("Malformed backup blob"))
    );
    let error = vault.client.backup_secret("s").await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some("SecretNotFound")));
}

#[tokio::test(start_paused = true)]
async fn a_restore_whose_answer_is_lost_is_not_sent_again() {
    let vault = Vault::new();
    let client = &vault.client;
    client.set_secret("s", "v").await.unwrap();
    let backup = client.backup_secret("s").await.unwrap();
    client.begin_delete_secret("s").await.unwrap().wait().await.unwrap();
    client.purge_deleted_secret("s").await.unwrap();
    vault.emulator.faults().next(1).on("POST", "/secrets/restore").disconnect_after_processing();
    let error = client.restore_secret_backup(&backup).await.unwrap_err();
    assert!(error.may_have_been_sent() && error.attempts() == 1, "{error}");
    assert_eq!(client.get_secret("s").await.unwrap().value().expose(), "v");
}

#[tokio::test(start_paused = true)]
async fn no_backup_is_printed() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").await.unwrap();
    let call = vault.client.backup_secret("s");
    let answer = call.send_for_response().await.unwrap();
    let restore = vault.client.restore_secret_backup(answer.model());
    let shown = format!("{answer:?} {restore:?}");
    assert!(shown.contains("SecretBackup([REDACTED])"), "{shown}");
    let text = URL_SAFE_NO_PAD.encode(answer.model().as_bytes());
    assert!(text.len() > 100 && !shown.contains(&text[..40]), "{shown}");
}
