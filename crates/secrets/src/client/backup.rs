//! Keeping secrets elsewhere, and bringing them back.

use azvault_core::{Call, object::RestoreReplace};

use super::SecretClient;
use crate::{
    SecretBackup, SecretProperties,
    operations::{backup, restore, restore_replace},
};

/// Backup and restore.
impl SecretClient {
    /// Backs up a secret with all its versions: 500 at most.
    ///
    /// The backup is encrypted by the service. It can be restored in a vault of the same
    /// subscription and geography, also after the secret was purged, and cannot be revoked.
    ///
    /// Needs the permission `secrets/backup`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [BackupSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/backup-secret/backup-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let other = azvault_secrets::SecretClient::builder(&emulator.vault_url("other-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_secrets::SecretBackup;
    ///
    /// client.set_secret("db-password", "hunter2").await?;
    /// let bytes = client.backup_secret("db-password").await?.as_bytes().to_vec(); // to keep
    ///
    /// other.restore_secret_backup(&SecretBackup::from_bytes(bytes)).await?;
    /// assert_eq!(other.get_secret("db-password").await?.value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn backup_secret(&self, name: impl Into<String>) -> Call<SecretBackup> {
        backup(&self.target(name))
    }

    /// Restores a secret with all its versions from a backup. It gets the name, the versions and the
    /// properties that it had; [`get_secret`](Self::get_secret) gives its value.
    ///
    /// Needs the permission `secrets/restore`. Sent again after a failure only when the service
    /// surely did not restore anything.
    ///
    /// # Errors
    /// `Conflict` if a secret holds the name, live or deleted, or held it a moment ago: see
    /// [`restore_replace`](Self::restore_replace); `BadRequest` for what is no backup, or that of
    /// another geography.
    ///
    /// Source: [RestoreSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/restore-secret/restore-secret).
    ///
    /// # Examples
    /// See [`backup_secret`](Self::backup_secret).
    pub fn restore_secret_backup(&self, backup: &SecretBackup) -> Call<SecretProperties> {
        restore(&self.client, backup)
    }

    /// Restores the secret `name` from its backup over the secret that holds the name now, live or
    /// deleted: deletes and purges that one first, and sees the service's conflicts through: 5 min
    /// at most unless [`with_timeout`](RestoreReplace::with_timeout) says otherwise.
    ///
    /// It begins by restoring. So a backup that cannot be restored here (it is damaged, of another
    /// geography, or the permission is missing) is found out before anything is deleted; so are a
    /// vault with purge protection, and a backup of another name: nothing is deleted unless this
    /// process made the backup of `name`, or the service's conflict names it. A backup of another
    /// name that was kept as bytes is restored under its own if that is free, and replaces nothing.
    ///
    /// **From the purge to the end the secret exists in the backup alone**, for some seconds
    /// usually. Keep the backup until this has succeeded: after an error, or when the future was
    /// dropped, call it again with the same backup; it goes on from wherever it stands. The message
    /// of the error says whether the secret was purged. Versions that are newer than the backup are
    /// lost.
    ///
    /// Needs the permissions `secrets/restore`, `secrets/get`, `secrets/delete` and `secrets/purge`.
    ///
    /// # Errors
    /// See [`RestoreReplace::send`].
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// let backup = client.backup_secret("db-password").await?;
    /// client.set_secret("db-password", "a mistake").await?;
    ///
    /// client.restore_replace("db-password", &backup).await?;
    /// assert_eq!(client.get_secret("db-password").await?.value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn restore_replace(
        &self,
        name: impl Into<String>,
        backup: &SecretBackup,
    ) -> RestoreReplace<SecretProperties> {
        restore_replace(self.target(name), backup.clone())
    }
}
