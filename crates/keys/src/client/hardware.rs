//! What only hardware offers: random bytes, attestation, release, and wrapping for who attests.

use azvault_core::{Call, SecretBytes, SecretValue};

use super::KeyClient;
use crate::{
    KeyWrapAlgorithm,
    operations::{GetKeyAttestation, ReleaseKey, SecureUnwrapKey, SecureWrapKey, random_bytes},
};

/// What only hardware offers.
impl KeyClient {
    /// Gets random bytes from a managed HSM: 1 to 128 in a call.
    ///
    /// Needs the data action `rng`. Vaults do not have it.
    ///
    /// # Errors
    /// `InvalidInput` for a count out of range; `BadRequest` from a vault; `InvalidResponse` if
    /// the service gives another number of bytes.
    ///
    /// Source: [GetRandomBytes](https://learn.microsoft.com/rest/api/keyvault/keys/get-random-bytes/get-random-bytes).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.managed_hsm_url("my-hsm"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let seed = client.get_random_bytes(32).await?;
    /// assert_eq!(seed.expose().len(), 32);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_random_bytes(&self, count: u32) -> Call<SecretBytes> {
        random_bytes(&self.client, count)
    }

    /// Gets a key of a managed HSM with its attestation: how it is kept, and that its private part
    /// never was outside. The latest version unless one is set.
    ///
    /// Needs the permission `keys/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `NotFound`.
    ///
    /// Source: [GetKeyAttestation](https://learn.microsoft.com/rest/api/keyvault/keys/get-key-attestation/get-key-attestation).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.managed_hsm_url("my-hsm"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").hardware_protected().await?;
    /// let key = client.get_key_attestation("my-key").await?;
    /// assert!(key.properties().attestation().is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_key_attestation(&self, name: impl Into<String>) -> GetKeyAttestation {
        GetKeyAttestation::new(self.target(name))
    }

    /// Releases an exportable key to the environment that `target`, an attestation service's token,
    /// is about, if the key's release policy lets it: wrapped for the key that the token names.
    ///
    /// Needs the permission `keys/release`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `Forbidden` if the key is not
    /// exportable or the policy does not let it; `NotFound`.
    ///
    /// Source: [release](https://learn.microsoft.com/rest/api/keyvault/keys/release/release).
    ///
    /// # Examples
    /// ```
    /// # use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_keys::{KeyClient, KeyExportEncryptionAlgorithm};
    ///
    /// # fn main() -> Result<(), azvault_keys::Error> {
    /// # let (token, credential) = ("eyJ…", DefaultAzureCredential::new()?);
    /// let client = KeyClient::new("https://my-vault.vault.azure.net", credential)?;
    /// let release = client
    ///     .release_key("my-key", token)
    ///     .enc(KeyExportEncryptionAlgorithm::RsaAesKeyWrap256)
    ///     .nonce("a value of your own");
    /// # let _ = release;
    /// # Ok(())
    /// # }
    /// ```
    pub fn release_key(
        &self,
        name: impl Into<String>,
        target: impl Into<SecretValue>,
    ) -> ReleaseKey {
        ReleaseKey::new(self.target(name), target.into())
    }

    /// Makes a symmetric key in the HSM and wraps it with a key there, so that it never was in the
    /// clear outside; [`secure_unwrap_key`](Self::secure_unwrap_key) gives it to an attested
    /// environment.
    ///
    /// Needs the permission `keys/wrapKey`, and the API version 2026-04-01.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `OperationForbidden`; `NotFound`.
    ///
    /// Source: [secureWrapKey](https://learn.microsoft.com/rest/api/keyvault/keys/secure-wrap-key/secure-wrap-key).
    ///
    /// # Examples
    /// See [`secure_unwrap_key`](Self::secure_unwrap_key).
    pub fn secure_wrap_key(
        &self,
        name: impl Into<String>,
        algorithm: KeyWrapAlgorithm,
    ) -> SecureWrapKey {
        SecureWrapKey::new(self.target(name), algorithm)
    }

    /// Unwraps what [`secure_wrap_key`](Self::secure_wrap_key) gave for the environment that
    /// `target`, an attestation service's token, is about. The key comes encrypted for it.
    ///
    /// Needs the permission `keys/unwrapKey`, and the API version 2026-04-01.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `Forbidden` if the key's release
    /// policy does not let it; `BadRequest` if it was not wrapped with this key; `NotFound`.
    ///
    /// Source: [secureUnwrapKey](https://learn.microsoft.com/rest/api/keyvault/keys/secure-unwrap-key/secure-unwrap-key).
    ///
    /// # Examples
    /// ```
    /// # use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_keys::{KeyClient, KeyWrapAlgorithm};
    ///
    /// # async fn example() -> Result<(), azvault_keys::Error> {
    /// # let (token, credential) = ("eyJ…", DefaultAzureCredential::new()?);
    /// let client = KeyClient::new("https://my-hsm.managedhsm.azure.net", credential)?;
    /// let wrapped = client.secure_wrap_key("my-key", KeyWrapAlgorithm::A256Kw).await?;
    /// let key = client
    ///     .secure_unwrap_key("my-key", wrapped.algorithm, wrapped.encrypted_key, token)
    ///     .await?
    ///     .key;
    /// # let _ = key;
    /// # Ok(())
    /// # }
    /// ```
    pub fn secure_unwrap_key(
        &self,
        name: impl Into<String>,
        algorithm: KeyWrapAlgorithm,
        encrypted_key: impl Into<Vec<u8>>,
        target: impl Into<SecretValue>,
    ) -> SecureUnwrapKey {
        let target = target.into();
        SecureUnwrapKey::new(self.target(name), algorithm, encrypted_key.into(), target)
    }
}
