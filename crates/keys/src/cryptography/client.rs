//! A client of one key, wherever its cryptography is done.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use azvault_core::{
    CallOptions, Error, ErrorKind, ResourceId, Result, SecretBytes, object::Target, time::Clock,
};

use super::{
    known::{Key, Known},
    operation::Cryptography,
    work::{Decryption, Encryption, Signing, Unwrapping, Verification, Wrapping},
};
use crate::{
    EncryptionAlgorithm, JsonWebKey, KeyBundle, KeyClient, SignatureAlgorithm, operations::GetKey,
};

/// A client of one key: it encrypts, decrypts, signs, verifies, wraps and unwraps, here or in the
/// service. A cheap clone.
///
/// What the public part of a key is enough for (encrypting and wrapping with RSA, verifying with
/// RSA or EC) is done in this process once the key is known; the first such use reads it. The
/// rest is done by the service, and so is all that this process cannot do or may not read the
/// key for. [`local_only`](Self::local_only) and [`remote_only`](Self::remote_only) say otherwise.
///
/// A client that was made for the latest version stays with the version that it met first, so
/// that what it signs and what it verifies fit together: [`latest`](Self::latest) makes one that
/// looks again. **Keep the `key_id` of a result with what was encrypted, wrapped or signed**: only
/// that version decrypts, unwraps or verifies it, and after a rotation the latest is another.
/// [`cryptography_client_by_id`](KeyClient::cryptography_client_by_id) takes it. What the vault says of the key (`key_ops`, enabled, `nbf`, `exp`) is applied as the
/// service applies it, as it stood when the key was read. What that does not permit is asked of the
/// service, since it may have changed; with [`local_only`](Self::local_only) it is refused.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// use azvault_keys::SignatureAlgorithm::RS256;
///
/// client.create_rsa_key("my-key").await?;
/// let crypto = client.cryptography_client("my-key")?;
/// let signed = crypto.sign_data(RS256, b"message").await?; // by the service
/// let verified = crypto.verify_data(RS256, b"message", signed.signature).await?; // here
/// assert!(verified.is_valid());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct CryptographyClient {
    inner: Arc<Inner>,
    place: Place,
}

/// Where cryptography may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Here where that can be, else in the service.
    Both,
    Local,
    Remote,
}

/// How much a use of the key needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Not at all: it is not read for this.
    IfKnown,
    /// It is read, unless that was refused before.
    Wanted,
    /// It is read, whatever was said before.
    Insisted,
}

struct Inner {
    /// Absent for a key that was given as such.
    target: Option<Target>,
    /// The version that a client of the latest one met first.
    pinned: OnceLock<String>,
    known: Known,
    rsa1_5: bool,
}

impl Inner {
    fn new(target: Option<Target>) -> Self {
        Self { target, pinned: OnceLock::new(), known: Known::default(), rsa1_5: false }
    }
}

impl KeyClient {
    /// A client of the cryptography of a key: of its latest version, when first used, unless
    /// [`version`](CryptographyClient::version) names one. Asks nothing of the service yet.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::SignatureAlgorithm::ES256;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// let signed = crypto.sign_data(ES256, b"message").await?;
    /// assert!(crypto.verify_data(ES256, b"message", signed.signature).await?.is_valid());
    /// # Ok(())
    /// # }
    /// ```
    pub fn cryptography_client(&self, name: impl Into<String>) -> Result<CryptographyClient> {
        CryptographyClient::of_target(self.target(name))
    }

    /// A client of the cryptography of the key that an identifier names, a
    /// [`ResourceId`] or its text: of its latest version if it names none.
    ///
    /// # Errors
    /// `InvalidInput` for an identifier of another vault, of a secret or certificate, or of a
    /// deleted key.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::RsaOaep256;
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let wrapped = client.cryptography_client("my-key")?.wrap_key(RsaOaep256, [42; 32]).await?;
    /// let kept = (wrapped.key_id.ok_or("a key in a vault has an id")?, wrapped.encrypted_key);
    /// client.rotate_key("my-key").await?;
    ///
    /// let (id, encrypted_key) = kept;
    /// let crypto = client.cryptography_client_by_id(id)?;
    /// let unwrapped = crypto.unwrap_key(RsaOaep256, encrypted_key).await?;
    /// assert_eq!(unwrapped.key.expose(), [42; 32]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cryptography_client_by_id(&self, id: impl fmt::Display) -> Result<CryptographyClient> {
        CryptographyClient::of_target(self.target_of(&id.to_string())?)
    }

    /// A client of the cryptography of a key that was fetched: of that version, whose public part
    /// need not be read again.
    ///
    /// # Errors
    /// `InvalidInput` if it is a key of another vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::RsaOaep256;
    ///
    /// let key = client.create_rsa_key("my-key").await?;
    /// let crypto = client.cryptography_client_for(&key)?;
    /// let wrapped = crypto.wrap_key(RsaOaep256, [42; 32]).await?; // here, without a request
    /// let unwrapped = crypto.unwrap_key(RsaOaep256, wrapped.encrypted_key).await?;
    /// assert_eq!(unwrapped.key.expose(), [42; 32]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn cryptography_client_for(&self, key: &KeyBundle) -> Result<CryptographyClient> {
        let target = self.target_of(&key.id().to_string())?;
        let client = CryptographyClient::of_target(target)?;
        client.learn(key);
        Ok(client)
    }
}

impl CryptographyClient {
    /// A client of a key that no vault need hold. Everything is done here, what needs a private
    /// part only if the key has one.
    ///
    /// # Errors
    /// `InvalidInput` if the key cannot be computed with: members that are missing or do not fit
    /// together, a size or a curve that is not offered.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use azvault_keys::{CryptographyClient, EncryptionAlgorithm::A256Gcm, JsonWebKey};
    ///
    /// let crypto = CryptographyClient::from_jwk(&JsonWebKey::oct([7; 32]))?;
    /// let encrypted = crypto.encrypt(A256Gcm, *b"a secret").await?;
    /// let decrypted = crypto
    ///     .decrypt(A256Gcm, encrypted.ciphertext)
    ///     .iv(encrypted.iv.unwrap_or_default())
    ///     .authentication_tag(encrypted.tag.unwrap_or_default())
    ///     .await?;
    /// assert_eq!(decrypted.plaintext.expose(), b"a secret");
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_jwk(key: &JsonWebKey) -> Result<Self> {
        let mut inner = Inner::new(None);
        inner.known = Known::with(Some(Key::of_jwk(key)?));
        Ok(Self { inner: Arc::new(inner), place: Place::Local })
    }

    fn of_target(target: Target) -> Result<Self> {
        target.segments(None)?;
        Ok(Self { inner: Arc::new(Inner::new(Some(target))), place: Place::Both })
    }

    /// Chooses a version, 32 hexadecimal digits, instead of the latest.
    ///
    /// # Errors
    /// `InvalidInput` for a version that cannot be one, or a key that is in no vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let first = client.create_ec_key("my-key").await?;
    /// client.rotate_key("my-key").await?;
    ///
    /// let version = first.version().ok_or("a key that was created has a version")?;
    /// let crypto = client.cryptography_client("my-key")?.version(version)?;
    /// assert_eq!(crypto.key_id().as_ref(), Some(first.id()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn version(self, version: impl Into<String>) -> Result<Self> {
        let mut target = self.vault_key()?.clone();
        target.set_version(version);
        target.segments(None)?;
        Ok(self.of_version(target))
    }

    /// A client of the version that is the latest now, which is looked up when it is first used:
    /// for after a rotation.
    ///
    /// # Errors
    /// `InvalidInput` for a key that is in no vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// crypto.prepare().await?;
    ///
    /// let rotated = client.rotate_key("my-key").await?;
    /// assert_ne!(crypto.key_id().as_ref(), Some(rotated.id())); // it stays with what it met first
    /// let latest = crypto.latest()?;
    /// latest.prepare().await?;
    /// assert_eq!(latest.key_id().as_ref(), Some(rotated.id()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn latest(&self) -> Result<Self> {
        let target = self.vault_key()?.without_version();
        Ok(self.of_version(target))
    }

    /// Does everything here: what cannot be is an error. The key is still read from the vault
    /// when it is first needed.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{ErrorKind, SignatureAlgorithm::ES256};
    ///
    /// client.create_ec_key("my-key").await?;
    /// let signed = client.cryptography_client("my-key")?.sign_data(ES256, b"message").await?;
    ///
    /// let here = client.cryptography_client("my-key")?.local_only();
    /// assert!(here.verify_data(ES256, b"message", signed.signature).await?.is_valid());
    /// let refused = here.sign_data(ES256, b"message").await; // the private part is in the vault
    /// assert_eq!(refused.err().map(|error| error.kind()), Some(ErrorKind::InvalidInput));
    /// # Ok(())
    /// # }
    /// ```
    pub fn local_only(mut self) -> Self {
        self.place = Place::Local;
        self
    }

    /// Asks the service for everything, as a policy or an audit may want.
    ///
    /// # Errors
    /// `InvalidInput` for a key that is in no vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::SignatureAlgorithm::ES256;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?.remote_only()?;
    /// let signed = crypto.sign_data(ES256, b"message").await?;
    /// assert!(crypto.verify_data(ES256, b"message", signed.signature).await?.is_valid());
    /// assert_eq!(emulator.journal().iter().filter(|sent| sent.path().ends_with("/verify")).count(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn remote_only(mut self) -> Result<Self> {
        self.vault_key()?;
        self.place = Place::Remote;
        Ok(self)
    }

    /// Allows the algorithm `RSA1_5` here. It is refused otherwise: whoever can tell a wrong
    /// padding from another failure can decrypt with the key, by Bleichenbacher's attack. It is
    /// for reading what was encrypted so; choose RSA-OAEP-256 for anything new. What the service
    /// does when it is asked is its own matter.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::Rsa1_5;
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?.local_only();
    /// assert!(crypto.encrypt(Rsa1_5, *b"a secret").await.is_err());
    /// assert!(crypto.allowing_rsa1_5().encrypt(Rsa1_5, *b"a secret").await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn allowing_rsa1_5(self) -> Self {
        let Inner { target, pinned, known, .. } = &*self.inner;
        let known = Known::with(known.key().map(|key| key.clone().allowing_rsa1_5()));
        let (target, pinned) = (target.clone(), pinned.clone());
        let inner = Inner { target, pinned, known, rsa1_5: true };
        Self { inner: Arc::new(inner), place: self.place }
    }

    /// The identifier of the key: with its version once that is known, `None` for a key of no
    /// vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let key = client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// assert_eq!(crypto.key_id().and_then(|id| id.version().map(str::to_owned)), None);
    /// crypto.prepare().await?;
    /// assert_eq!(crypto.key_id().as_ref(), Some(key.id()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn key_id(&self) -> Option<ResourceId> {
        match self.inner.known.key() {
            Some(key) => key.id.clone(),
            None => self.target()?.id().ok(),
        }
    }

    /// Reads the key from the vault if that has not been done, so that what comes after need not
    /// wait for it. If the caller could not read it so far, this looks again whether it can.
    ///
    /// # Errors
    /// Those of [`KeyClient::get_key`], but that the key may not be read is none.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::RsaOaep256;
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// crypto.prepare().await?; // as the program starts
    ///
    /// emulator.clear_journal();
    /// crypto.encrypt(RsaOaep256, *b"a secret").await?;
    /// assert!(emulator.journal().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn prepare(&self) -> Result<()> {
        self.known(CallOptions::default(), Need::Insisted).await.map(drop)
    }

    /// What names the key and its version, in tokens.
    ///
    /// # Errors
    /// `Forbidden` if nothing does and it may not be read, `InvalidInput` for a key of no vault;
    /// those of [`KeyClient::get_key`].
    pub(crate) async fn version_id(&self, need: Need) -> Result<String> {
        const UNKNOWN: &str = "the key's version is not known: give the client a version, or name the key yourself (`kid`)";
        let of_version = || self.target()?.id().ok().filter(|id| id.version().is_some());
        if self.inner.known.key().is_none()
            && let Some(id) = of_version()
        {
            return Ok(id.to_string());
        }
        let kid = match self.known(CallOptions::default(), need).await? {
            Some(key) => key.kid.clone(),
            // Another call may have met a version meanwhile.
            None => of_version().map(|id| id.to_string()),
        };
        kid.ok_or_else(|| match self.inner.target {
            Some(_) => Error::new(ErrorKind::Forbidden, UNKNOWN),
            None => Error::invalid_input(UNKNOWN),
        })
    }

    fn of_version(&self, target: Target) -> Self {
        let inner = Inner { rsa1_5: self.inner.rsa1_5, ..Inner::new(Some(target)) };
        Self { inner: Arc::new(inner), place: self.place }
    }

    fn vault_key(&self) -> Result<&Target> {
        self.inner.target.as_ref().ok_or_else(in_no_vault)
    }

    fn learn(&self, bundle: &KeyBundle) {
        // Nothing can have been there before it: the client is new.
        self.inner.known.learn(Key::of_bundle(bundle));
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    pub(super) fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.inner.target.as_ref().map(|target| target.client().pipeline().clock())
    }

    /// The key in the vault, of the version that this client keeps to.
    pub(super) fn target(&self) -> Option<Target> {
        let mut target = self.inner.target.clone()?;
        if let Some(version) = self.inner.pinned.get() {
            target.set_version(version.clone());
        }
        Some(target)
    }

    /// Whether no version was chosen, or met, so far.
    pub(super) fn takes_any_version(&self) -> bool {
        self.inner.pinned.get().is_none()
    }

    /// Keeps to the version that was used first. Whether that is the version that was used now.
    pub(super) fn pin(&self, used: &ResourceId) -> bool {
        used.version().is_none_or(|version| {
            self.inner.pinned.get_or_init(|| version.to_owned()).as_str() == version
        })
    }

    /// The key, if it is known; it is read as far as `need` asks for that. `None` if it may not be
    /// read, too.
    pub(super) async fn known(&self, read: CallOptions, need: Need) -> Result<Option<&Key>> {
        let known = &self.inner.known;
        if let Some(key) = known.key() {
            return Ok(Some(key));
        }
        let look = match need {
            Need::IfKnown => false,
            Need::Wanted => !known.is_unreadable(),
            Need::Insisted => true,
        };
        if !look || self.inner.target.is_none() {
            return Ok(None);
        }
        known.read(|| self.read(read)).await
    }

    /// Reads the key, of the version that this client keeps to, and keeps to what it met.
    async fn read(&self, options: CallOptions) -> Result<Key> {
        let get = async || {
            let target = self.target().ok_or_else(in_no_vault)?;
            let get = GetKey::new(target).into_call().with_options(options.clone());
            get.send().await.map(|bundle| Key::of_bundle(&bundle))
        };
        let mut key = get().await?;
        // Another call may have met a later version while this one was read.
        if key.id.as_ref().is_some_and(|id| !self.pin(id)) {
            key = get().await?;
        }
        Ok(if self.inner.rsa1_5 { key.allowing_rsa1_5() } else { key })
    }
}

fn in_no_vault() -> Error {
    Error::invalid_input(
        "this key is in no vault: it was given as a JSON web key, and is used here only",
    )
}

/// What a key can be asked for.
impl CryptographyClient {
    /// Encrypts: with RSA here, with AES where the key is. A random initialisation vector is made
    /// where one is needed, and given back.
    ///
    /// Needs the permissions `keys/get` (here) or `keys/encrypt`.
    ///
    /// # Errors
    /// `InvalidInput` for a plaintext that is too long or an algorithm that does not go with the
    /// key; `OperationForbidden` outside the key's `key_ops` and time.
    ///
    /// Source: [encrypt](https://learn.microsoft.com/rest/api/keyvault/keys/encrypt/encrypt).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::RsaOaep256;
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// let encrypted = crypto.encrypt(RsaOaep256, *b"a secret").await?;
    /// let decrypted = crypto.decrypt(RsaOaep256, encrypted.ciphertext).await?;
    /// assert_eq!(decrypted.plaintext.expose(), b"a secret");
    /// # Ok(())
    /// # }
    /// ```
    pub fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        plaintext: impl Into<SecretBytes>,
    ) -> Cryptography<Encryption> {
        let plaintext = plaintext.into();
        Cryptography::new(self, Encryption { algorithm, plaintext, iv: None, aad: Vec::new() })
    }

    /// Decrypts what [`encrypt`](Self::encrypt) gave.
    ///
    /// Needs the permission `keys/decrypt`.
    ///
    /// # Errors
    /// `BadRequest`, or `InvalidInput` where it is done here, if the ciphertext is not of this
    /// key; how it failed is not told apart.
    ///
    /// Source: [decrypt](https://learn.microsoft.com/rest/api/keyvault/keys/decrypt/decrypt).
    pub fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        ciphertext: impl Into<Vec<u8>>,
    ) -> Cryptography<Decryption> {
        let ciphertext = ciphertext.into();
        let (iv, tag, aad) = (None, None, Vec::new());
        Cryptography::new(self, Decryption { algorithm, ciphertext, iv, tag, aad })
    }

    /// Signs a digest: the hash, not the message, which [`sign_data`](Self::sign_data) takes.
    ///
    /// Needs the permission `keys/sign`.
    ///
    /// # Errors
    /// `InvalidInput` for a digest whose length is not the algorithm's; `OperationForbidden`,
    /// `Disabled`.
    ///
    /// Source: [sign](https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::SignatureAlgorithm::ES256;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// let digest = ES256.digest(b"message")?;
    /// let signed = crypto.sign(ES256, digest.clone()).await?;
    /// assert!(crypto.verify(ES256, digest, signed.signature).await?.is_valid());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: impl Into<Vec<u8>>,
    ) -> Cryptography<Signing> {
        Cryptography::new(self, Signing { algorithm, digest: Some(digest.into()) })
    }

    /// Hashes a message here and signs the digest. The message never leaves this process.
    ///
    /// # Errors
    /// As for [`sign`](Self::sign); `InvalidInput` for an algorithm that has no hash.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::SignatureAlgorithm::ES256;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// let signed = crypto.sign_data(ES256, b"message").await?;
    /// assert!(crypto.verify_data(ES256, b"message", signed.signature).await?.is_valid());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_data(
        &self,
        algorithm: SignatureAlgorithm,
        data: impl AsRef<[u8]>,
    ) -> Cryptography<Signing> {
        let digest = algorithm.digest(data.as_ref()).ok();
        Cryptography::new(self, Signing { algorithm, digest })
    }

    /// Verifies the signature of a digest. A signature that is not valid is no error.
    ///
    /// Needs the permissions `keys/get` (here) or `keys/verify`.
    ///
    /// # Errors
    /// `InvalidInput` for a digest whose length is not the algorithm's, or an algorithm that does
    /// not go with the key; `OperationForbidden` outside the key's `key_ops`.
    ///
    /// Source: [verify](https://learn.microsoft.com/rest/api/keyvault/keys/verify/verify).
    ///
    /// # Examples
    /// See [`sign`](Self::sign).
    pub fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: impl Into<Vec<u8>>,
        signature: impl Into<Vec<u8>>,
    ) -> Cryptography<Verification> {
        let (digest, signature) = (Some(digest.into()), signature.into());
        Cryptography::new(self, Verification { algorithm, digest, signature })
    }

    /// Hashes a message and verifies the signature of the digest.
    ///
    /// # Errors
    /// As for [`verify`](Self::verify); `InvalidInput` for an algorithm that has no hash.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::SignatureAlgorithm::ES256;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// let signed = crypto.sign_data(ES256, b"message").await?;
    /// let verified = crypto.verify_data(ES256, b"another message", signed.signature).await?;
    /// assert!(!verified.is_valid());
    /// # Ok(())
    /// # }
    /// ```
    pub fn verify_data(
        &self,
        algorithm: SignatureAlgorithm,
        data: impl AsRef<[u8]>,
        signature: impl Into<Vec<u8>>,
    ) -> Cryptography<Verification> {
        let (digest, signature) = (algorithm.digest(data.as_ref()).ok(), signature.into());
        Cryptography::new(self, Verification { algorithm, digest, signature })
    }

    /// Wraps (encrypts) a symmetric key: with RSA here, with AES where the key is.
    ///
    /// Needs the permissions `keys/get` (here) or `keys/wrapKey`.
    ///
    /// # Errors
    /// As for [`encrypt`](Self::encrypt).
    ///
    /// Source: [wrapKey](https://learn.microsoft.com/rest/api/keyvault/keys/wrap-key/wrap-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::RsaOaep256;
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let crypto = client.cryptography_client("my-key")?;
    /// let wrapped = crypto.wrap_key(RsaOaep256, [42; 32]).await?;
    /// let unwrapped = crypto.unwrap_key(RsaOaep256, wrapped.encrypted_key).await?;
    /// assert_eq!(unwrapped.key.expose(), [42; 32]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wrap_key(
        &self,
        algorithm: EncryptionAlgorithm,
        key: impl Into<SecretBytes>,
    ) -> Cryptography<Wrapping> {
        Cryptography::new(self, Wrapping { algorithm, key: key.into() })
    }

    /// Unwraps (decrypts) what [`wrap_key`](Self::wrap_key) gave.
    ///
    /// Needs the permission `keys/unwrapKey`.
    ///
    /// # Errors
    /// As for [`decrypt`](Self::decrypt).
    ///
    /// Source: [unwrapKey](https://learn.microsoft.com/rest/api/keyvault/keys/unwrap-key/unwrap-key).
    pub fn unwrap_key(
        &self,
        algorithm: EncryptionAlgorithm,
        encrypted_key: impl Into<Vec<u8>>,
    ) -> Cryptography<Unwrapping> {
        let encrypted_key = encrypted_key.into();
        Cryptography::new(self, Unwrapping { algorithm, encrypted_key })
    }
}

impl fmt::Debug for CryptographyClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CryptographyClient")
            .field("key_id", &self.key_id().map(|id| id.to_string()))
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}
