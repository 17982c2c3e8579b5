//! New versions of keys, at once or by a policy.

use azvault_core::Call;

use super::KeyClient;
use crate::{
    KeyBundle, KeyRotationPolicy,
    operations::{get_policy, rotate, update_policy},
};

/// Rotation.
impl KeyClient {
    /// Makes a new version of a key, with new material of the same kind, which is the latest then.
    /// Older versions stay: what they encrypted can still be decrypted, and what they signed
    /// verified.
    ///
    /// Needs the permission `keys/rotate`. Sent again after a failure only when the service surely
    /// did not rotate anything.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [RotateKey](https://learn.microsoft.com/rest/api/keyvault/keys/rotate-key/rotate-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let old = client.create_rsa_key("my-key").await?;
    /// let new = client.rotate_key("my-key").await?;
    /// assert_ne!(new.version(), old.version());
    /// assert_eq!(client.get_key("my-key").await?.id(), new.id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn rotate_key(&self, name: impl Into<String>) -> Call<KeyBundle> {
        rotate(&self.target(name))
    }

    /// Gets the policy that a key is rotated by. A key that never had one has the service's
    /// default: an event 30 days before it expires.
    ///
    /// Needs the permission `keys/getrotationpolicy`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [GetKeyRotationPolicy](https://learn.microsoft.com/rest/api/keyvault/keys/get-key-rotation-policy/get-key-rotation-policy).
    ///
    /// # Examples
    /// See [`update_key_rotation_policy`](Self::update_key_rotation_policy).
    pub fn get_key_rotation_policy(&self, name: impl Into<String>) -> Call<KeyRotationPolicy> {
        get_policy(&self.target(name))
    }

    /// Puts `policy` in the place of the key's rotation policy, and gives it as the service keeps
    /// it. An expiry holds for new versions, not for those that there are.
    ///
    /// Needs the permission `keys/setrotationpolicy`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one, or a policy that contradicts itself;
    /// `BadRequest` for times that the service does not take: an expiry under 28 days, a rotation
    /// under 7; `NotFound`.
    ///
    /// Source: [UpdateKeyRotationPolicy](https://learn.microsoft.com/rest/api/keyvault/keys/update-key-rotation-policy/update-key-rotation-policy).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{KeyRotationPolicy, LifetimeAction, Period};
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let policy = KeyRotationPolicy::new()
    ///     .expires_after(Period::years(2))
    ///     .lifetime_action(LifetimeAction::rotate_after_create(Period::months(18)));
    /// client.update_key_rotation_policy("my-key", &policy).await?;
    ///
    /// let kept = client.get_key_rotation_policy("my-key").await?;
    /// assert_eq!(kept.expiry_time(), Some(&Period::years(2)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_key_rotation_policy(
        &self,
        name: impl Into<String>,
        policy: &KeyRotationPolicy,
    ) -> Call<KeyRotationPolicy> {
        update_policy(&self.target(name), policy)
    }
}
