//! One client over many vaults.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use azure_core::http::Transport;
use azvault_core::{Client, ClientBuilder, Credential, Endpoint, Result, ServiceClient};

use crate::{KeyVaultClientBuilder, builder::Settings};

/// A client over many vaults, on one connection pool and one token cache; a cheap clone.
///
/// A vault is named with each call. What is learnt of it, its tenant for instance, is kept.
///
/// # Examples
/// ```
/// use azvault::{DefaultAzureCredential, KeyVaultClient};
///
/// let vaults = KeyVaultClient::new(DefaultAzureCredential::new()?)?;
/// # let _ = vaults;
/// # Ok::<(), azvault::Error>(())
/// ```
#[derive(Clone)]
pub struct KeyVaultClient(Arc<Inner>);

struct Inner {
    credential: Credential,
    transport: Transport,
    built_in: bool,
    settings: Settings,
    vaults: Mutex<HashMap<Endpoint, Client>>,
}

/// What the clients of all services of one vault share.
struct Vault(Client);

impl ServiceClient for Vault {
    // Each service's client sets its own.
    const API_VERSION: &'static str = "2026-04-01";
    type Seed = ();

    fn from_client(client: Client, (): ()) -> Result<Self> {
        Ok(Self(client))
    }
}

impl KeyVaultClient {
    /// A client with the defaults of [`builder`](Self::builder). The credential may be a
    /// [`CallbackCredential`](crate::CallbackCredential), a service principal's
    /// [`ClientSecretCredential`](crate::ClientSecretCredential), or any other.
    ///
    /// # Errors
    /// `Other` if the HTTP client cannot be set up.
    ///
    /// # Examples
    /// ```
    /// use azvault::{DefaultAzureCredential, KeyVaultClient};
    ///
    /// let vaults = KeyVaultClient::new(DefaultAzureCredential::new()?)?;
    /// # let _ = vaults;
    /// # Ok::<(), azvault::Error>(())
    /// ```
    pub fn new(credential: impl Into<Credential>) -> Result<Self> {
        Self::builder(credential).build()
    }

    /// A builder, to set the transport, time limits and retry of all vaults.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// use azvault::KeyVaultClient;
    ///
    /// let vaults = KeyVaultClient::builder(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .build()?;
    /// # let _ = vaults;
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(credential: impl Into<Credential>) -> KeyVaultClientBuilder {
        KeyVaultClientBuilder::new(credential.into())
    }

    pub(crate) fn with_parts(
        credential: Credential,
        transport: Transport,
        built_in: bool,
        settings: Settings,
    ) -> Self {
        Self(Arc::new(Inner {
            credential,
            transport,
            built_in,
            settings,
            vaults: Mutex::default(),
        }))
    }
}

#[cfg(feature = "keys")]
impl KeyVaultClient {
    /// The client of the keys in a vault.
    ///
    /// # Errors
    /// `InvalidInput` if `vault_url` is not the address of a vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// # let url = emulator.vault_url("my-vault");
    /// let keys = vaults.keys(&url)?;
    /// keys.create_ec_key("my-key").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn keys(&self, vault_url: &str) -> Result<azvault_keys::KeyClient> {
        self.0.client(vault_url)
    }

    /// Gets a key: [`into_jwk`](azvault_keys::KeyBundle::into_jwk) of it is the JSON web key. An
    /// empty version means the latest.
    ///
    /// Needs the permission `keys/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a URL, a name or a version that cannot be one; `NotFound`.
    ///
    /// Source: [GetKey](https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// # let url = emulator.vault_url("my-vault");
    /// vaults.keys(&url)?.create_ec_key("my-key").await?;
    /// let key = vaults.get_key(&url, "my-key", "").await?;
    /// println!("{}", key.id());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_key(
        &self,
        vault_url: &str,
        name: &str,
        version: &str,
    ) -> Result<azvault_keys::KeyBundle> {
        let call = self.keys(vault_url)?.get_key(name);
        if version.is_empty() { call.await } else { call.version(version).await }
    }

    /// Gets a key by its identifier, of whatever vault that names: a [`ResourceId`](crate::ResourceId)
    /// or its text. The latest version if the identifier has none.
    ///
    /// Needs the permission `keys/get`.
    ///
    /// # Errors
    /// `InvalidInput` if it is not the identifier of a key that is not deleted; `NotFound`.
    ///
    /// Source: [GetKey](https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// # let url = emulator.vault_url("my-vault");
    /// let made = vaults.keys(&url)?.create_ec_key("my-key").await?;
    /// let key = vaults.get_key_by_id(made.id()).await?;
    /// assert_eq!(key.jwk(), made.jwk());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_key_by_id(&self, id: impl fmt::Display) -> Result<azvault_keys::KeyBundle> {
        let id = live_id(&id.to_string(), "keys")?;
        let version = id.version().unwrap_or_default();
        self.get_key(id.vault_url().as_str(), id.name(), version).await
    }

    /// A client of the cryptography of the key that an identifier names, of whatever vault: to
    /// encrypt, sign and the like with it, here or in the service. Asks nothing of the service yet.
    ///
    /// # Errors
    /// `InvalidInput` if it is not the identifier of a key that is not deleted.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// # let url = emulator.vault_url("my-vault");
    /// use azvault::keys::SignatureAlgorithm::ES256;
    ///
    /// let key = vaults.keys(&url)?.create_ec_key("my-key").await?;
    /// let crypto = vaults.cryptography_client(key.id())?;
    /// let signed = crypto.sign_data(ES256, b"message").await?;
    /// assert!(crypto.verify_data(ES256, b"message", signed.signature).await?.is_valid());
    /// # Ok(())
    /// # }
    /// ```
    pub fn cryptography_client(
        &self,
        key_id: impl fmt::Display,
    ) -> Result<azvault_keys::CryptographyClient> {
        let id = live_id(&key_id.to_string(), "keys")?;
        self.keys(id.vault_url().as_str())?.cryptography_client_by_id(id)
    }
}

#[cfg(feature = "secrets")]
impl KeyVaultClient {
    /// The client of the secrets in a vault.
    ///
    /// # Errors
    /// `InvalidInput` if `vault_url` is not the address of a vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// # let url = emulator.vault_url("my-vault");
    /// let secrets = vaults.secrets(&url)?;
    /// secrets.set_secret("db-password", "hunter2").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn secrets(&self, vault_url: &str) -> Result<azvault_secrets::SecretClient> {
        self.0.client(vault_url)
    }

    /// Gets a secret: [`value`](azvault_secrets::SecretBundle::value) of it is the value. An empty
    /// version means the latest.
    ///
    /// Needs the permission `secrets/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a URL, a name or a version that cannot be one; `NotFound`; `Disabled`.
    ///
    /// Source: [GetSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// # let url = emulator.vault_url("my-vault");
    /// vaults.secrets(&url)?.set_secret("db-password", "hunter2").await?;
    /// let secret = vaults.get_secret(&url, "db-password", "").await?;
    /// assert_eq!(secret.value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_secret(
        &self,
        vault_url: &str,
        name: &str,
        version: &str,
    ) -> Result<azvault_secrets::SecretBundle> {
        let call = self.secrets(vault_url)?.get_secret(name);
        if version.is_empty() { call.await } else { call.version(version).await }
    }

    /// Gets a secret by its identifier, of whatever vault that names: a
    /// [`ResourceId`](crate::ResourceId) or its text. The latest version if the identifier has none.
    ///
    /// Needs the permission `secrets/get`.
    ///
    /// # Errors
    /// `InvalidInput` if it is not the identifier of a secret that is not deleted; `NotFound`;
    /// `Disabled`.
    ///
    /// Source: [GetSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let vaults = azvault::KeyVaultClient::builder(emulator.credential())
    /// #     .transport(emulator.transport()).build()?;
    /// let (orders, mail) = (emulator.vault_url("orders"), emulator.vault_url("mail"));
    /// let set = vaults.secrets(&orders)?.set_secret("db-password", "hunter2").await?;
    /// vaults.secrets(&mail)?.set_secret("smtp-password", "hunter3").await?;
    ///
    /// assert_eq!(vaults.get_secret_by_id(set.id()).await?.value().expose(), "hunter2");
    /// let latest = format!("{mail}/secrets/smtp-password");
    /// assert_eq!(vaults.get_secret_by_id(latest).await?.value().expose(), "hunter3");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn get_secret_by_id(
        &self,
        id: impl fmt::Display,
    ) -> Result<azvault_secrets::SecretBundle> {
        let id = live_id(&id.to_string(), "secrets")?;
        let version = id.version().unwrap_or_default();
        self.get_secret(id.vault_url().as_str(), id.name(), version).await
    }
}

fn live_id(id: &str, collection: &str) -> Result<azvault_core::ResourceId> {
    let id: azvault_core::ResourceId = id.parse()?;
    if id.collection() == collection && !id.is_deleted() {
        return Ok(id);
    }
    Err(azvault_core::Error::invalid_input(format!(
        "{id} is not the identifier of one of a vault's {collection}"
    )))
}

impl Inner {
    /// The client of one service of a vault, on what is learnt of the vault once.
    fn client<C: ServiceClient<Seed = ()>>(&self, vault_url: &str) -> Result<C> {
        let vault = self.vault(Endpoint::parse(vault_url)?)?;
        C::from_client(vault.with_api_version(C::API_VERSION), ())
    }

    fn vault(&self, endpoint: Endpoint) -> Result<Client> {
        let mut vaults = self.vaults.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(vault) = vaults.get(&endpoint) {
            return Ok(vault.clone());
        }
        let builder = ClientBuilder::new(endpoint.as_str(), ()).credential(self.credential.clone());
        let transport = self.transport.clone();
        let builder = match self.built_in {
            true => builder.shared_built_in_transport(transport),
            false => builder.transport(transport),
        };
        let Vault(vault) = self.settings.apply(builder).build()?;
        vaults.insert(endpoint, vault.clone());
        Ok(vault)
    }
}

impl fmt::Debug for KeyVaultClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyVaultClient").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}
