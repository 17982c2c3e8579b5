//! The client of a vault's keys: one method an operation, each giving a builder or a call.

mod backup;
mod hardware;
mod rotation;

use std::{fmt, time::Duration};

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ClientBuilder, Credential, Endpoint, ErrorKind, Operation, Pager, Poller, Result,
    SecretBytes, ServiceClient,
    object::{BeginDelete, BeginRecover, ObjectKind, PurgeAndWait, Target},
    poller::ResumeToken,
    retry::Charge,
};

use crate::{
    DeletedKeyBundle, DeletedKeyProperties, EncryptionAlgorithm, JsonWebKey, KeyBundle,
    KeyProperties, KeyType, SignatureAlgorithm,
    operations::{
        CreateKey, Decrypt, Encrypt, GetKey, ImportKey, Sign, UnwrapKey, UpdateKeyProperties,
        Verify, WrapKey, by_id,
    },
};

/// What to do about a failure, in terms of this client.
pub(crate) fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::SoftDeleted => {
            "recover the deleted key with begin_recover_deleted_key(name), or purge it with purge_deleted_key(name), which cannot be undone, and create it again; or choose another name"
        }
        ErrorKind::BeingDeleted => {
            "await the poller of begin_delete_key(name), or try again in some seconds"
        }
        ErrorKind::BeingRecovered => {
            "await the poller of begin_recover_deleted_key(name), or try again in some seconds"
        }
        ErrorKind::NotFound => {
            "look for the name in list_key_properties(), and in list_deleted_key_properties() if it was deleted"
        }
        ErrorKind::Disabled => {
            "enable the key with update_key_properties(name).enabled(true), or use another version"
        }
        _ => return None,
    })
}

/// A client of the keys in one vault or managed HSM. A cheap clone over one connection pool.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let (vault_url, credential) = (emulator.vault_url("my-vault"), emulator.credential());
/// use azvault_keys::KeyClient;
///
/// // On Azure: KeyClient::new("https://my-vault.vault.azure.net", DefaultAzureCredential::new()?)?
/// let client = KeyClient::builder(&vault_url)
///     .credential(credential)
///     .transport(emulator.transport())
///     .build()?;
///
/// let key = client.create_rsa_key("my-key").size(2048).await?;
/// assert_eq!(client.get_key("my-key").await?.id(), key.id());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyClient {
    client: Client,
}

impl ServiceClient for KeyClient {
    const API_VERSION: &'static str = "2026-04-01";
    type Seed = ();

    fn from_client(client: Client, (): ()) -> Result<Self> {
        Ok(Self { client })
    }
}

static KEYS: ObjectKind = ObjectKind::new(
    "key",
    "keys",
    "deletedkeys",
    Operation::idempotent("begin_delete_key").charging(Charge::UsesKey).with_advice(advice),
    Operation::idempotent("begin_recover_deleted_key")
        .charging(Charge::UsesKey)
        .with_advice(advice),
);
static LIST_KEYS: Operation = Operation::idempotent("list_key_properties").with_advice(advice);
static LIST_VERSIONS: Operation =
    Operation::idempotent("list_key_properties_versions").with_advice(advice);
static LIST_DELETED: Operation =
    Operation::idempotent("list_deleted_key_properties").with_advice(advice);
static GET_DELETED: Operation =
    Operation::idempotent("get_deleted_key").charging(Charge::UsesKey).with_advice(advice);
static PURGE: Operation =
    Operation::idempotent("purge_deleted_key").charging(Charge::UsesKey).with_advice(advice);

impl KeyClient {
    /// A client of the keys in the vault at `vault_url`, with the defaults of
    /// [`builder`](Self::builder).
    ///
    /// # Errors
    /// `InvalidInput` if `vault_url` is not the address of a vault.
    ///
    /// # Examples
    /// ```
    /// use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_keys::KeyClient;
    ///
    /// let credential = DefaultAzureCredential::new()?;
    /// let client = KeyClient::new("https://my-vault.vault.azure.net", credential)?;
    /// assert_eq!(client.vault_url().as_str(), "https://my-vault.vault.azure.net");
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn new(vault_url: &str, credential: impl Into<Credential>) -> Result<Self> {
        Self::builder(vault_url).credential(credential).build()
    }

    /// A builder, to set the transport, time limits, retry, the API version and more.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// use azvault_keys::{KeyClient, RetryPolicy};
    ///
    /// let client = KeyClient::builder(&emulator.vault_url("my-vault"))
    ///     .credential(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .retry(RetryPolicy::none())
    ///     .build()?;
    /// client.create_ec_key("my-key").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(vault_url: &str) -> ClientBuilder<Self> {
        ClientBuilder::new(vault_url, ())
    }

    /// The vault's address.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// assert_eq!(client.vault_url().as_str(), emulator.vault_url("my-vault"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn vault_url(&self) -> &Endpoint {
        self.client.endpoint()
    }

    /// Creates a key, or a new version of the key if the name exists.
    ///
    /// The key's size or curve are the service's defaults unless set on the builder. Needs the
    /// permission `keys/create`. Sent again after a failure only when the service surely did not
    /// create anything.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one, or a size or curve that does not go with the
    /// kind of key; `SoftDeleted` if a deleted key holds the name.
    ///
    /// Source: [CreateKey](https://learn.microsoft.com/rest/api/keyvault/keys/create-key/create-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{KeyOperation, KeyType};
    ///
    /// let key = client
    ///     .create_key("my-key", KeyType::Rsa)
    ///     .key_ops([KeyOperation::Sign, KeyOperation::Verify])
    ///     .tag("purpose", "releases")
    ///     .await?;
    /// assert_eq!(key.key_ops(), [KeyOperation::Sign, KeyOperation::Verify]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_key(&self, name: impl Into<String>, key_type: KeyType) -> CreateKey {
        CreateKey::new(self.target(name), key_type)
    }

    /// Creates an RSA key: [`create_key`](Self::create_key) with [`KeyType::Rsa`]. Its size is
    /// 2048, 3072 or 4096 bits; 2048 unless set.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let key = client.create_rsa_key("my-key").size(3072).await?;
    /// assert_eq!(key.jwk().rsa_bits(), Some(3072));
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_rsa_key(&self, name: impl Into<String>) -> CreateKey {
        self.create_key(name, KeyType::Rsa)
    }

    /// Creates an elliptic curve key: [`create_key`](Self::create_key) with [`KeyType::Ec`]. Its
    /// curve is P-256 unless set.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::KeyCurve;
    ///
    /// let key = client.create_ec_key("my-key").curve(KeyCurve::P384).await?;
    /// assert_eq!(key.jwk().curve(), Some(&KeyCurve::P384));
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_ec_key(&self, name: impl Into<String>) -> CreateKey {
        self.create_key(name, KeyType::Ec)
    }

    /// Creates a symmetric key in a managed HSM: [`create_key`](Self::create_key) with
    /// [`KeyType::OctHsm`]. Its size is 128, 192 or 256 bits.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// use azvault_keys::KeyClient;
    ///
    /// let hsm = KeyClient::builder(&emulator.managed_hsm_url("my-hsm"))
    ///     .credential(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .build()?;
    /// let key = hsm.create_oct_key("my-key").size(256).await?;
    /// assert_eq!(key.jwk().key_type().as_str(), "oct-HSM");
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_oct_key(&self, name: impl Into<String>) -> CreateKey {
        self.create_key(name, KeyType::OctHsm)
    }

    /// Imports a key that was made elsewhere, as a new version of the key if the name exists.
    ///
    /// `key` is a JSON web key with its private part; [`JsonWebKey::from_pem`] and
    /// [`JsonWebKey::from_der`] read PKCS#8, PKCS#1 and SEC1. Needs the permission `keys/import`.
    /// Sent again after a failure only when the service surely did not import anything. The
    /// private part is in no error, no log and no `Debug`, and the request's body is wiped.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one, or a key without its private part;
    /// `BadRequest` for a kind or size that the service does not take; `SoftDeleted` if a deleted
    /// key holds the name.
    ///
    /// Source: [ImportKey](https://learn.microsoft.com/rest/api/keyvault/keys/import-key/import-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::JsonWebKey;
    ///
    /// let pem = "-----BEGIN PRIVATE KEY-----
    /// MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
    /// OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
    /// 1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
    /// -----END PRIVATE KEY-----";
    /// let key = client.import_key("my-key", JsonWebKey::from_pem(pem)?).await?;
    /// assert_eq!(key.jwk().x().map(<[u8]>::len), Some(32));
    /// # Ok(())
    /// # }
    /// ```
    pub fn import_key(&self, name: impl Into<String>, key: JsonWebKey) -> ImportKey {
        ImportKey::new(self.target(name), key)
    }

    /// Gets a key's public part and properties: the latest version unless one is set.
    ///
    /// Needs the permission `keys/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `NotFound`.
    ///
    /// Source: [GetKey](https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let first = client.create_ec_key("my-key").await?;
    /// let second = client.create_ec_key("my-key").await?;
    ///
    /// assert_eq!(client.get_key("my-key").await?.id(), second.id());
    /// let version = first.version().unwrap_or_default();
    /// assert_eq!(client.get_key("my-key").version(version).await?.id(), first.id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_key(&self, name: impl Into<String>) -> GetKey {
        GetKey::new(self.target(name))
    }

    /// Waits for up to `limit` until this vault lets the caller read keys: what access policies
    /// and roles were just given takes effect some seconds to minutes later.
    ///
    /// Looks again and again for a key that nobody has. Needs the permission `keys/get` in the
    /// end; a caller without it waits with the call it is about to make instead, by that call's
    /// own `wait_for_access`.
    ///
    /// # Errors
    /// `ForbiddenByPolicy` or `ForbiddenByRbac` if it is still refused then; every other refusal,
    /// the firewall's for instance, at once.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use std::time::Duration;
    ///
    /// client.wait_for_access(Duration::from_secs(300)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_access(&self, limit: Duration) -> Result<()> {
        let probe = self.get_key("azvault-access-probe").wait_for_access(limit);
        match probe.await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gets the key that an identifier names: the version in it, or the latest.
    ///
    /// Takes a [`ResourceId`](crate::ResourceId) or text: the `kid` of another service's answer,
    /// for instance. Needs the permission `keys/get`.
    ///
    /// # Errors
    /// `InvalidInput`, and nothing is sent, if the identifier is of another vault, not of a key, or
    /// of a deleted key; `NotFound`.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let key = client.create_ec_key("my-key").await?;
    /// assert_eq!(client.get_key_by_id(key.id()).await?, key);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_key_by_id(&self, id: impl fmt::Display) -> Call<KeyBundle> {
        by_id(&self.client, &KEYS, &id.to_string())
    }

    /// Changes what a key may be used for, its validity and its tags: what is not set stays, but
    /// tags are replaced as a whole. Makes no new version.
    ///
    /// Needs the permission `keys/update`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `NotFound`.
    ///
    /// Source: [UpdateKey](https://learn.microsoft.com/rest/api/keyvault/keys/update-key/update-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// let key = client.update_key_properties("my-key").enabled(false).await?;
    /// assert!(!key.properties().enabled());
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_key_properties(&self, name: impl Into<String>) -> UpdateKeyProperties {
        UpdateKeyProperties::new(self.target(name))
    }

    /// Lists the keys of the vault, without their material and versions.
    ///
    /// Needs the permission `keys/list`.
    ///
    /// Source: [GetKeys](https://learn.microsoft.com/rest/api/keyvault/keys/get-keys/get-keys).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.create_ec_key("my-key").await?;
    /// let keys = client.list_key_properties().try_collect().await?;
    /// assert_eq!(keys[0].name(), "my-key");
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_key_properties(&self) -> Pager<KeyProperties> {
        self.list(&LIST_KEYS, &["keys"])
    }

    /// Lists the versions of a key, without their material; none if there is no such key.
    ///
    /// Needs the permission `keys/list`. The service promises no order.
    ///
    /// # Errors
    /// `InvalidInput`, as the list's first item, for a name that cannot be one.
    ///
    /// Source: [GetKeyVersions](https://learn.microsoft.com/rest/api/keyvault/keys/get-key-versions/get-key-versions).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// client.rotate_key("my-key").await?;
    /// let versions = client.list_key_properties_versions("my-key").try_collect().await?;
    /// assert_eq!(versions.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_key_properties_versions(&self, name: impl AsRef<str>) -> Pager<KeyProperties> {
        let first = self.target(name.as_ref()).request(Method::Get, Some("versions"));
        Pager::new(self.client.clone(), &LIST_VERSIONS, first)
    }

    /// Lists the deleted keys that can be recovered or purged.
    ///
    /// Needs the permission `keys/list`.
    ///
    /// Source: [GetDeletedKeys](https://learn.microsoft.com/rest/api/keyvault/keys/get-deleted-keys/get-deleted-keys).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// client.begin_delete_key("my-key").await?.wait().await?;
    /// let deleted = client.list_deleted_key_properties().try_collect().await?;
    /// assert_eq!(deleted[0].name(), "my-key");
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_deleted_key_properties(&self) -> Pager<DeletedKeyProperties> {
        self.list(&LIST_DELETED, &["deletedkeys"])
    }

    pub(crate) fn target(&self, name: impl Into<String>) -> Target {
        Target::latest(self.client.clone(), &KEYS, name)
    }

    pub(crate) fn target_of(&self, id: &str) -> Result<Target> {
        Target::of_id(self.client.clone(), &KEYS, id)
    }

    fn list<T>(&self, operation: &'static Operation, segments: &[&str]) -> Pager<T>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        let first = self.client.request(Method::Get, segments);
        Pager::new(self.client.clone(), operation, first)
    }

    /// Begins to delete a key with all its versions. Await the poller to know that the deletion
    /// is done: before that the key can be neither recovered nor purged.
    ///
    /// Needs the permission `keys/delete`, and `keys/get` to see the end; without that the
    /// poller gives what the deletion's answer said.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [DeleteKey](https://learn.microsoft.com/rest/api/keyvault/keys/delete-key/delete-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// let deleted = client.begin_delete_key("my-key").await?.wait().await?;
    /// assert!(deleted.scheduled_purge_on() > deleted.deleted_on());
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_delete_key(&self, name: impl Into<String>) -> BeginDelete<DeletedKeyBundle> {
        BeginDelete::new(self.target(name))
    }

    /// Goes on with a deletion that was begun by [`begin_delete_key`](Self::begin_delete_key),
    /// perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::ResumeToken;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let text = client.begin_delete_key("my-key").await?.resume_token().to_string();
    ///
    /// let poller = client.resume_delete_key(&ResumeToken::parse(&text)?)?;
    /// assert_eq!(poller.wait().await?.name(), "my-key");
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume_delete_key(&self, token: &ResumeToken) -> Result<Poller<DeletedKeyBundle>> {
        BeginDelete::resume(&self.target(""), token)
    }

    /// Gets a deleted key.
    ///
    /// Needs the permission `keys/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if no key of that name is
    /// deleted, or its deletion is not done yet.
    ///
    /// Source: [GetDeletedKey](https://learn.microsoft.com/rest/api/keyvault/keys/get-deleted-key/get-deleted-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// client.begin_delete_key("my-key").await?.wait().await?;
    /// let deleted = client.get_deleted_key("my-key").await?;
    /// assert!(deleted.recovery_id().is_some_and(|id| id.is_deleted()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_deleted_key(&self, name: impl AsRef<str>) -> Call<DeletedKeyBundle> {
        let request = self.target(name.as_ref()).deleted_request(Method::Get, None);
        Call::json(self.client.pipeline().clone(), &GET_DELETED, request)
    }

    /// Removes a deleted key for good. It cannot be undone, and anything encrypted with the key
    /// is lost.
    ///
    /// Needs the permission `keys/purge`, which `all` does not include.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `BeingDeleted` if its deletion is not done
    /// yet; `Forbidden` if the vault has purge protection.
    ///
    /// Source: [PurgeDeletedKey](https://learn.microsoft.com/rest/api/keyvault/keys/purge-deleted-key/purge-deleted-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// client.begin_delete_key("my-key").await?.wait().await?;
    /// client.purge_deleted_key("my-key").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn purge_deleted_key(&self, name: impl AsRef<str>) -> Call<()> {
        let request = self.target(name.as_ref()).deleted_request(Method::Delete, None);
        Call::new(self.client.pipeline().clone(), &PURGE, request, |_| Ok(()))
    }

    /// Removes a deleted key for good, and waits until it is gone. A deletion that is not done yet
    /// is waited for: 5 min in all unless [`with_timeout`](PurgeAndWait::with_timeout) says
    /// otherwise. For some seconds more the service may still refuse the name to a new key;
    /// [`recreate`](CreateKey::recreate) sees that through, too.
    ///
    /// Needs the permission `keys/purge`, and `keys/get` to see the end.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if no key of that name is deleted;
    /// `Forbidden`, at once, if the vault has purge protection; `Timeout`.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.create_ec_key("my-key").await?;
    /// let _deletion = client.begin_delete_key("my-key").await?;
    /// client.purge_and_wait("my-key").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn purge_and_wait(&self, name: impl Into<String>) -> PurgeAndWait {
        PurgeAndWait::new(self.target(name))
    }

    /// Begins to recover a deleted key with all its versions. Await the poller to know that it
    /// can be used again.
    ///
    /// Needs the permission `keys/recover`, and `keys/get` to see the end.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if no key of that name is deleted.
    ///
    /// Source: [RecoverDeletedKey](https://learn.microsoft.com/rest/api/keyvault/keys/recover-deleted-key/recover-deleted-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let key = client.create_ec_key("my-key").await?;
    /// client.begin_delete_key("my-key").await?.wait().await?;
    /// let recovered = client.begin_recover_deleted_key("my-key").await?.wait().await?;
    /// assert_eq!(recovered.id(), key.id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_recover_deleted_key(&self, name: impl Into<String>) -> BeginRecover<KeyBundle> {
        BeginRecover::new(self.target(name))
    }

    /// Goes on with a recovery that was begun by
    /// [`begin_recover_deleted_key`](Self::begin_recover_deleted_key), perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::ResumeToken;
    ///
    /// client.create_ec_key("my-key").await?;
    /// client.begin_delete_key("my-key").await?.wait().await?;
    /// let begun = client.begin_recover_deleted_key("my-key").await?;
    /// let text = begun.resume_token().to_string();
    ///
    /// let poller = client.resume_recover_deleted_key(&ResumeToken::parse(&text)?)?;
    /// assert_eq!(poller.wait().await?.name(), "my-key");
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume_recover_deleted_key(&self, token: &ResumeToken) -> Result<Poller<KeyBundle>> {
        BeginRecover::resume(&self.target(""), token)
    }
}

/// Cryptography by the service. The latest version is used unless one is set on the builder.
impl KeyClient {
    /// Signs a digest with a key of the vault: the hash, not the message.
    ///
    /// Needs the permission `keys/sign`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one, or a digest whose length is not
    /// the algorithm's; `OperationForbidden` if the key may not sign; `Disabled`.
    ///
    /// Source: [sign](https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::SignatureAlgorithm::ES256;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let digest = [7; 32]; // the SHA-256 of a message
    /// let signed = client.sign("my-key", ES256, digest).await?;
    /// let verified = client.verify("my-key", ES256, digest, signed.signature).await?;
    /// assert!(verified.is_valid());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign(
        &self,
        name: impl Into<String>,
        algorithm: SignatureAlgorithm,
        digest: impl Into<Vec<u8>>,
    ) -> Sign {
        Sign::new(self.target(name), algorithm, digest.into())
    }

    /// Verifies a signature of a digest. A signature that is not valid is no error.
    ///
    /// Needs the permission `keys/verify`.
    ///
    /// # Errors
    /// As for [`sign`](Self::sign).
    ///
    /// Source: [verify](https://learn.microsoft.com/rest/api/keyvault/keys/verify/verify).
    ///
    /// # Examples
    /// See [`sign`](Self::sign).
    pub fn verify(
        &self,
        name: impl Into<String>,
        algorithm: SignatureAlgorithm,
        digest: impl Into<Vec<u8>>,
        signature: impl Into<Vec<u8>>,
    ) -> Verify {
        Verify::new(self.target(name), algorithm, digest.into(), signature.into())
    }

    /// Encrypts a short plaintext: with RSA-OAEP-256 and 2048 bits, at most 190 bytes.
    ///
    /// Needs the permission `keys/encrypt`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `OperationForbidden` if the key
    /// may not encrypt.
    ///
    /// Source: [encrypt](https://learn.microsoft.com/rest/api/keyvault/keys/encrypt/encrypt).
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
    /// let encrypted = client.encrypt("my-key", RsaOaep256, *b"a secret").await?;
    /// let decrypted = client.decrypt("my-key", RsaOaep256, encrypted.ciphertext).await?;
    /// assert_eq!(decrypted.plaintext.expose(), b"a secret");
    /// # Ok(())
    /// # }
    /// ```
    pub fn encrypt(
        &self,
        name: impl Into<String>,
        algorithm: EncryptionAlgorithm,
        plaintext: impl Into<SecretBytes>,
    ) -> Encrypt {
        Encrypt::new(self.target(name), algorithm, plaintext.into())
    }

    /// Decrypts what [`encrypt`](Self::encrypt) gave.
    ///
    /// Needs the permission `keys/decrypt`.
    ///
    /// # Errors
    /// `BadRequest` if the ciphertext is not of this key; else as for [`encrypt`](Self::encrypt).
    ///
    /// Source: [decrypt](https://learn.microsoft.com/rest/api/keyvault/keys/decrypt/decrypt).
    ///
    /// # Examples
    /// See [`encrypt`](Self::encrypt).
    pub fn decrypt(
        &self,
        name: impl Into<String>,
        algorithm: EncryptionAlgorithm,
        ciphertext: impl Into<Vec<u8>>,
    ) -> Decrypt {
        Decrypt::new(self.target(name), algorithm, ciphertext.into())
    }

    /// Wraps (encrypts) a symmetric key with a key of the vault.
    ///
    /// Needs the permission `keys/wrapKey`.
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
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::EncryptionAlgorithm::RsaOaep256;
    ///
    /// client.create_rsa_key("my-key").await?;
    /// let wrapped = client.wrap_key("my-key", RsaOaep256, [42; 32]).await?;
    /// let unwrapped = client.unwrap_key("my-key", RsaOaep256, wrapped.encrypted_key).await?;
    /// assert_eq!(unwrapped.key.expose(), [42; 32]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn wrap_key(
        &self,
        name: impl Into<String>,
        algorithm: EncryptionAlgorithm,
        key: impl Into<SecretBytes>,
    ) -> WrapKey {
        WrapKey::new(self.target(name), algorithm, key.into())
    }

    /// Unwraps (decrypts) what [`wrap_key`](Self::wrap_key) gave.
    ///
    /// Needs the permission `keys/unwrapKey`.
    ///
    /// # Errors
    /// `BadRequest` if it was not wrapped with this key; else as for [`encrypt`](Self::encrypt).
    ///
    /// Source: [unwrapKey](https://learn.microsoft.com/rest/api/keyvault/keys/unwrap-key/unwrap-key).
    ///
    /// # Examples
    /// See [`wrap_key`](Self::wrap_key).
    pub fn unwrap_key(
        &self,
        name: impl Into<String>,
        algorithm: EncryptionAlgorithm,
        encrypted_key: impl Into<Vec<u8>>,
    ) -> UnwrapKey {
        UnwrapKey::new(self.target(name), algorithm, encrypted_key.into())
    }
}
