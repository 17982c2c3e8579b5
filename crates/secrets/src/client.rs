//! The client of a vault's secrets: one method an operation, each giving a builder or a call.

mod backup;

use std::{fmt, time::Duration};

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ClientBuilder, Credential, Endpoint, ErrorKind, Operation, Pager, Poller, Result,
    SecretBytes, SecretValue, ServiceClient,
    object::{BeginDelete, BeginRecover, ObjectKind, PurgeAndWait, Target},
    poller::ResumeToken,
};

use crate::{
    DeletedSecretBundle, DeletedSecretProperties, GetMany, LoadAll, SecretBundle, SecretProperties,
    operations::{GetSecret, SetSecret, UpdateSecretProperties, by_id},
};

/// What to do about a failure, in terms of this client.
pub(crate) fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::SoftDeleted => {
            "recover the deleted secret with begin_recover_deleted_secret(name), or purge it with purge_deleted_secret(name), which cannot be undone, and set it again; or choose another name"
        }
        ErrorKind::BeingDeleted => {
            "await the poller of begin_delete_secret(name), or try again in some seconds"
        }
        ErrorKind::BeingRecovered => {
            "await the poller of begin_recover_deleted_secret(name), or try again in some seconds"
        }
        ErrorKind::NotFound => {
            "look for the name in list_secret_properties(), and in list_deleted_secret_properties() if it was deleted"
        }
        ErrorKind::Disabled => {
            "enable the secret with update_secret_properties(name).enabled(true), or read another version"
        }
        _ => return None,
    })
}

/// A client of the secrets in one vault. A cheap clone over one connection pool.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let (vault_url, credential) = (emulator.vault_url("my-vault"), emulator.credential());
/// use azvault_secrets::SecretClient;
///
/// // On Azure: SecretClient::new("https://my-vault.vault.azure.net", DefaultAzureCredential::new()?)?
/// let client = SecretClient::builder(&vault_url)
///     .credential(credential)
///     .transport(emulator.transport())
///     .build()?;
///
/// client.set_secret("db-password", "hunter2").await?;
/// assert_eq!(client.get_secret("db-password").await?.value().expose(), "hunter2");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SecretClient {
    client: Client,
}

impl ServiceClient for SecretClient {
    const API_VERSION: &'static str = "2026-04-01";
    type Seed = ();

    fn from_client(client: Client, (): ()) -> Result<Self> {
        Ok(Self { client })
    }
}

static SECRETS: ObjectKind = ObjectKind::new(
    "secret",
    "secrets",
    "deletedsecrets",
    Operation::idempotent("begin_delete_secret").with_advice(advice),
    Operation::idempotent("begin_recover_deleted_secret").with_advice(advice),
);
static LIST_SECRETS: Operation =
    Operation::idempotent("list_secret_properties").with_advice(advice);
static LIST_VERSIONS: Operation =
    Operation::idempotent("list_secret_properties_versions").with_advice(advice);
static LIST_DELETED: Operation =
    Operation::idempotent("list_deleted_secret_properties").with_advice(advice);
static GET_DELETED: Operation = Operation::idempotent("get_deleted_secret").with_advice(advice);
static PURGE: Operation = Operation::idempotent("purge_deleted_secret").with_advice(advice);

impl SecretClient {
    /// A client of the secrets in the vault at `vault_url`, with the defaults of
    /// [`builder`](Self::builder).
    ///
    /// # Errors
    /// `InvalidInput` if `vault_url` is not the address of a vault.
    ///
    /// # Examples
    /// ```
    /// use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_secrets::SecretClient;
    ///
    /// let credential = DefaultAzureCredential::new()?;
    /// let client = SecretClient::new("https://my-vault.vault.azure.net", credential)?;
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
    /// use azvault_secrets::{RetryPolicy, SecretClient};
    ///
    /// let client = SecretClient::builder(&emulator.vault_url("my-vault"))
    ///     .credential(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .retry(RetryPolicy::none())
    ///     .build()?;
    /// client.set_secret("db-password", "hunter2").await?;
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
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// assert_eq!(client.vault_url().as_str(), emulator.vault_url("my-vault"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn vault_url(&self) -> &Endpoint {
        self.client.endpoint()
    }

    /// The clock that its time limits are measured by.
    pub(crate) fn clock(&self) -> &std::sync::Arc<dyn azvault_core::time::Clock> {
        self.client.pipeline().clock()
    }

    /// Sets a secret: makes it, or a new version of it if the name exists.
    ///
    /// Needs the permission `secrets/set`. Sent again after a failure only when the service surely
    /// did not set anything.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one, a value of more than 25,600 bytes, or a
    /// content type of more than 255 characters; `SoftDeleted` if a deleted secret holds the name.
    ///
    /// Source: [SetSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let secret = client
    ///     .set_secret("db-password", "hunter2")
    ///     .content_type("text/plain")
    ///     .tag("database", "orders")
    ///     .await?;
    /// assert_eq!(secret.content_type(), Some("text/plain"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_secret(&self, name: impl Into<String>, value: impl Into<SecretValue>) -> SetSecret {
        SetSecret::new(self.target(name), value.into())
    }

    /// Sets a secret to bytes, as [`set_secret`](Self::set_secret) does to text. They are kept in
    /// base64, which the content type says: `application/octet-stream` unless one is set; to one
    /// that does not say it, `;base64` is added. [`SecretBundle::bytes`] gives them back.
    ///
    /// # Errors
    /// As `set_secret`; the limit of 25,600 bytes is that of the base64, so 19,200 of your own.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let pfx: Vec<u8> = vec![0x30, 0x82];
    /// client.set_secret_bytes("pfx", pfx).content_type("application/x-pkcs12").await?;
    /// assert_eq!(client.get_secret("pfx").await?.bytes()?.expose(), [0x30, 0x82]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_secret_bytes(
        &self,
        name: impl Into<String>,
        bytes: impl Into<SecretBytes>,
    ) -> SetSecret {
        SetSecret::of_bytes(self.target(name), bytes.into())
    }

    /// Gets a secret with its value: the latest version unless one is set.
    ///
    /// Needs the permission `secrets/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one; `NotFound`; `Disabled`.
    ///
    /// Source: [GetSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let first = client.set_secret("db-password", "hunter2").await?;
    /// client.set_secret("db-password", "hunter3").await?;
    ///
    /// assert_eq!(client.get_secret("db-password").await?.value().expose(), "hunter3");
    /// let version = first.version().unwrap_or_default();
    /// let old = client.get_secret("db-password").version(version).await?;
    /// assert_eq!(old.value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_secret(&self, name: impl Into<String>) -> GetSecret {
        GetSecret::new(self.target(name))
    }

    /// Waits for up to `limit` until this vault lets the caller read secrets: what access policies
    /// and roles were just given takes effect some seconds to minutes later.
    ///
    /// Looks again and again for a secret that nobody has. Needs the permission `secrets/get` in the
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
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use std::time::Duration;
    ///
    /// client.wait_for_access(Duration::from_secs(300)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn wait_for_access(&self, limit: Duration) -> Result<()> {
        let probe = self.get_secret("azvault-access-probe").wait_for_access(limit);
        match probe.await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Disabled) => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Gets the secret that an identifier names, a [`ResourceId`](crate::ResourceId) or its text:
    /// the latest version if the identifier has none.
    ///
    /// Needs the permission `secrets/get`.
    ///
    /// # Errors
    /// `InvalidInput` for an identifier of another vault, of a key or certificate, or of a deleted
    /// secret; `NotFound`; `Disabled`.
    ///
    /// Source: [GetSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let set = client.set_secret("db-password", "hunter2").await?;
    /// let same = client.get_secret_by_id(set.id()).await?;
    /// assert_eq!(same.value().expose(), "hunter2");
    /// let latest = format!("{}/secrets/db-password", client.vault_url());
    /// assert_eq!(client.get_secret_by_id(latest).await?.id(), set.id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_secret_by_id(&self, id: impl fmt::Display) -> Call<SecretBundle> {
        by_id(&self.client, &SECRETS, &id.to_string())
    }

    /// Gets the secrets of these names, some at a time, and reports what could be read and what not.
    ///
    /// Needs the permission `secrets/get`. No more are asked for once one fails as all would: for
    /// want of a token, at the vault's firewall, or by its access policies. Those that are on their
    /// way then are waited for. A throttled vault pauses them all together.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-user", "scott").await?;
    /// let report = client.get_many(["db-user", "db-password"]).with_concurrency(4).await;
    /// assert_eq!(report.secrets()["db-user"].value().expose(), "scott");
    /// for (name, error) in report.failed() {
    ///     println!("{name}: {error}");
    /// }
    /// assert!(report.failed().contains_key("db-password"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_many<N: Into<String>>(&self, names: impl IntoIterator<Item = N>) -> GetMany {
        GetMany::new(self.clone(), names.into_iter().map(Into::into).collect())
    }

    /// Gets all enabled secrets of the vault that `filter` picks by their properties: their name,
    /// tags, content type or dates. They are got while the list still comes, some at a time, and
    /// the list is never held as a whole.
    ///
    /// Needs the permissions `secrets/list` and `secrets/get`. What is deleted between the two is
    /// reported as [vanished](crate::SecretsReport::vanished); otherwise as
    /// [`get_many`](Self::get_many).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-user", "scott").tag("app", "orders").await?;
    /// client.set_secret("other", "v").await?;
    /// let mine = client.load_all(|secret| secret.tags().contains_key("app")).await;
    /// assert_eq!(mine.into_result()?["db-user"].value().expose(), "scott");
    /// # Ok(())
    /// # }
    /// ```
    pub fn load_all(
        &self,
        filter: impl Fn(&SecretProperties) -> bool + Send + Sync + 'static,
    ) -> LoadAll {
        LoadAll::new(self.clone(), filter)
    }

    /// Changes a secret's content type, validity and tags: what is not set stays, but tags are
    /// replaced as a whole. Makes no new version, and cannot change the value.
    ///
    /// Needs the permission `secrets/set`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or version that cannot be one, or a content type of more than 255
    /// characters; `NotFound`.
    ///
    /// Source: [UpdateSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/update-secret/update-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// let properties = client.update_secret_properties("db-password").enabled(false).await?;
    /// assert!(!properties.enabled());
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_secret_properties(&self, name: impl Into<String>) -> UpdateSecretProperties {
        UpdateSecretProperties::new(self.target(name))
    }

    /// Lists the secrets of the vault, without their values and versions.
    ///
    /// Needs the permission `secrets/list`.
    ///
    /// Source: [GetSecrets](https://learn.microsoft.com/rest/api/keyvault/secrets/get-secrets/get-secrets).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// let secrets = client.list_secret_properties().try_collect().await?;
    /// assert_eq!(secrets[0].name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_secret_properties(&self) -> Pager<SecretProperties> {
        self.list(&LIST_SECRETS, &["secrets"])
    }

    /// Lists the versions of a secret, without their values; none if there is no such secret.
    ///
    /// Needs the permission `secrets/list`. The service promises no order.
    ///
    /// # Errors
    /// `InvalidInput`, as the list's first item, for a name that cannot be one.
    ///
    /// Source: [GetSecretVersions](https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret-versions/get-secret-versions).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.set_secret("db-password", "hunter3").await?;
    /// let versions = client.list_secret_properties_versions("db-password").try_collect().await?;
    /// assert_eq!(versions.len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_secret_properties_versions(
        &self,
        name: impl AsRef<str>,
    ) -> Pager<SecretProperties> {
        let first = self.target(name.as_ref()).request(Method::Get, Some("versions"));
        Pager::new(self.client.clone(), &LIST_VERSIONS, first)
    }

    /// Lists the deleted secrets that can be recovered or purged.
    ///
    /// Needs the permission `secrets/list`.
    ///
    /// Source: [GetDeletedSecrets](https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secrets/get-deleted-secrets).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?.wait().await?;
    /// let deleted = client.list_deleted_secret_properties().try_collect().await?;
    /// assert_eq!(deleted[0].name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_deleted_secret_properties(&self) -> Pager<DeletedSecretProperties> {
        self.list(&LIST_DELETED, &["deletedsecrets"])
    }

    fn target(&self, name: impl Into<String>) -> Target {
        Target::latest(self.client.clone(), &SECRETS, name)
    }

    fn list<T>(&self, operation: &'static Operation, segments: &[&str]) -> Pager<T>
    where
        T: serde::de::DeserializeOwned + Send + 'static,
    {
        let first = self.client.request(Method::Get, segments);
        Pager::new(self.client.clone(), operation, first)
    }

    /// Begins to delete a secret with all its versions. Await the poller to know that the deletion
    /// is done: before that the secret can be neither recovered nor purged.
    ///
    /// Needs the permission `secrets/delete`, and `secrets/get` to see the end; without that, and
    /// for a disabled secret, the poller gives what the deletion's answer said.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; `Forbidden` if the secret belongs
    /// to a certificate.
    ///
    /// Source: [DeleteSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/delete-secret/delete-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// let deleted = client.begin_delete_secret("db-password").await?.wait().await?;
    /// assert!(deleted.scheduled_purge_on() > deleted.deleted_on());
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_delete_secret(&self, name: impl Into<String>) -> BeginDelete<DeletedSecretBundle> {
        BeginDelete::new(self.target(name))
    }

    /// Goes on with a deletion that was begun by
    /// [`begin_delete_secret`](Self::begin_delete_secret), perhaps in another process.
    ///
    /// It has not seen the deletion's answer: where the deleted secret cannot be read, because it
    /// is disabled for instance, waiting ends with that error once the deletion is done.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_core::poller::ResumeToken;
    ///
    /// client.set_secret("db-password", "hunter2").await?;
    /// let text = client.begin_delete_secret("db-password").await?.resume_token().to_string();
    ///
    /// let poller = client.resume_delete_secret(&ResumeToken::parse(&text)?)?;
    /// assert_eq!(poller.wait().await?.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume_delete_secret(&self, token: &ResumeToken) -> Result<Poller<DeletedSecretBundle>> {
        BeginDelete::resume(&self.target(""), token)
    }

    /// Gets a deleted secret, without its value.
    ///
    /// Needs the permission `secrets/get`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if no secret of that name is
    /// deleted, or its deletion is not done yet; `Disabled`.
    ///
    /// Source: [GetDeletedSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/get-deleted-secret/get-deleted-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?.wait().await?;
    /// let deleted = client.get_deleted_secret("db-password").await?;
    /// assert!(deleted.recovery_id().is_some_and(|id| id.is_deleted()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_deleted_secret(&self, name: impl AsRef<str>) -> Call<DeletedSecretBundle> {
        let request = self.target(name.as_ref()).deleted_request(Method::Get, None);
        Call::json(self.client.pipeline().clone(), &GET_DELETED, request)
    }

    /// Removes a deleted secret for good. It cannot be undone.
    ///
    /// Needs the permission `secrets/purge`, which `all` does not include.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `BeingDeleted` if its deletion is not done
    /// yet; `Forbidden` if the vault has purge protection.
    ///
    /// Source: [PurgeDeletedSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/purge-deleted-secret/purge-deleted-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?.wait().await?;
    /// client.purge_deleted_secret("db-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn purge_deleted_secret(&self, name: impl AsRef<str>) -> Call<()> {
        let request = self.target(name.as_ref()).deleted_request(Method::Delete, None);
        Call::new(self.client.pipeline().clone(), &PURGE, request, |_| Ok(()))
    }

    /// Removes a deleted secret for good, and waits until it is gone. A deletion that is not done
    /// yet is waited for: 5 min in all unless [`with_timeout`](PurgeAndWait::with_timeout) says
    /// otherwise. For some seconds more the service may still refuse the name to a new secret;
    /// [`recreate`](SetSecret::recreate) sees that through, too.
    ///
    /// Needs the permission `secrets/purge`, and `secrets/get` to see the end.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if no secret of that name is
    /// deleted; `Forbidden`, at once, if the vault has purge protection; `Timeout`.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?;
    /// client.purge_and_wait("db-password").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn purge_and_wait(&self, name: impl Into<String>) -> PurgeAndWait {
        PurgeAndWait::new(self.target(name))
    }

    /// Begins to recover a deleted secret with all its versions. Await the poller to know that it
    /// can be used again; it gives the secret's properties, and [`get_secret`](Self::get_secret)
    /// the value.
    ///
    /// Needs the permission `secrets/recover`, and `secrets/get` to see the end.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if no secret of that name is
    /// deleted.
    ///
    /// Source: [RecoverDeletedSecret](https://learn.microsoft.com/rest/api/keyvault/secrets/recover-deleted-secret/recover-deleted-secret).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?.wait().await?;
    /// client.begin_recover_deleted_secret("db-password").await?.wait().await?;
    /// assert_eq!(client.get_secret("db-password").await?.value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_recover_deleted_secret(
        &self,
        name: impl Into<String>,
    ) -> BeginRecover<SecretProperties> {
        BeginRecover::new(self.target(name))
    }

    /// Goes on with a recovery that was begun by
    /// [`begin_recover_deleted_secret`](Self::begin_recover_deleted_secret), perhaps in another
    /// process.
    ///
    /// It has not seen the recovery's answer: where the secret cannot be read, because it is
    /// disabled for instance, waiting ends with that error once the recovery is done.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_core::poller::ResumeToken;
    ///
    /// client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?.wait().await?;
    /// let begun = client.begin_recover_deleted_secret("db-password").await?;
    /// let text = begun.resume_token().to_string();
    ///
    /// let poller = client.resume_recover_deleted_secret(&ResumeToken::parse(&text)?)?;
    /// assert_eq!(poller.wait().await?.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume_recover_deleted_secret(
        &self,
        token: &ResumeToken,
    ) -> Result<Poller<SecretProperties>> {
        BeginRecover::resume(&self.target(""), token)
    }
}
