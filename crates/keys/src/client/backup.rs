//! Keeping keys elsewhere, and bringing them back.

use azvault_core::{Call, object::RestoreReplace};

use super::KeyClient;
use crate::{
    KeyBackup, KeyBundle,
    operations::{backup, restore, restore_replace},
};

/// Backup and restore.
impl KeyClient {
    /// Backs up a key with all its versions: 500 at most.
    ///
    /// The backup is encrypted by the service. It can be restored in a vault of the same
    /// subscription and geography, also after the key was purged, and cannot be revoked.
    ///
    /// Needs the permission `keys/backup`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [BackupKey](https://learn.microsoft.com/rest/api/keyvault/keys/backup-key/backup-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let other = azvault_keys::KeyClient::builder(&emulator.vault_url("other-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let key = client.create_ec_key("my-key").await?;
    /// let backup = client.backup_key("my-key").await?;
    ///
    /// let restored = other.restore_key_backup(&backup).await?;
    /// assert_eq!((restored.version(), restored.jwk().x()), (key.version(), key.jwk().x()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn backup_key(&self, name: impl Into<String>) -> Call<KeyBackup> {
        backup(&self.target(name))
    }

    /// Restores a key with all its versions from a backup. It gets the name, the versions and the
    /// properties that it had.
    ///
    /// Needs the permission `keys/restore`. Sent again after a failure only when the service surely
    /// did not restore anything.
    ///
    /// # Errors
    /// `Conflict` if a key holds the name, live or deleted, or held it a moment ago: see
    /// [`restore_replace`](Self::restore_replace); `BadRequest` for what is no backup, or that of
    /// another geography.
    ///
    /// Source: [RestoreKey](https://learn.microsoft.com/rest/api/keyvault/keys/restore-key/restore-key).
    ///
    /// # Examples
    /// See [`backup_key`](Self::backup_key).
    pub fn restore_key_backup(&self, backup: &KeyBackup) -> Call<KeyBundle> {
        restore(&self.client, backup)
    }

    /// Restores the key `name` from its backup over the key that holds the name now, live or
    /// deleted: deletes and purges that one first, and sees the service's conflicts through: 5 min
    /// at most unless [`with_timeout`](RestoreReplace::with_timeout) says otherwise.
    ///
    /// It begins by restoring. So a backup that cannot be restored here (it is damaged, of another
    /// geography, or the permission is missing) is found out before anything is deleted; so are a
    /// vault with purge protection, and a backup of another name: nothing is deleted unless this
    /// process made the backup of `name`, or the service's conflict names it. A backup of another
    /// name that was kept as bytes is restored under its own if that is free, and replaces nothing.
    ///
    /// **From the purge to the end the key exists in the backup alone**, for some seconds usually.
    /// Keep the backup until this has succeeded: after an error, or when the future was dropped,
    /// call it again with the same backup; it goes on from wherever it stands. The message of the
    /// error says whether the key was purged. Versions that are newer than the backup are lost.
    ///
    /// Needs the permissions `keys/restore`, `keys/get`, `keys/delete` and `keys/purge`.
    ///
    /// # Errors
    /// See [`RestoreReplace::send`].
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let key = client.create_ec_key("my-key").await?;
    /// let backup = client.backup_key("my-key").await?;
    /// client.create_ec_key("my-key").await?;
    ///
    /// let restored = client.restore_replace("my-key", &backup).await?;
    /// assert_eq!(restored.id(), key.id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn restore_replace(
        &self,
        name: impl Into<String>,
        backup: &KeyBackup,
    ) -> RestoreReplace<KeyBundle> {
        restore_replace(self.target(name), backup.clone())
    }
}
