//! Secrets of vaults, through Resource Manager.

mod set;
mod update;

use azure_core::http::Method;
use azvault_core::{Call, Client, ErrorKind, Operation, Pager, SecretValue, validate_name};
pub use set::SetSecret;
pub use update::UpdateSecret;

use crate::{
    Secret,
    place::{Parent, Place},
};

static GET: Operation = Operation::idempotent("secrets.get").with_advice(advice);
static LIST: Operation = Operation::idempotent("secrets.list").with_advice(advice);

fn advice(kind: ErrorKind) -> Option<&'static str> {
    matches!(kind, ErrorKind::NotFound).then_some(
        "look at the names of the subscription, the resource group, the vault and the secret; a deleted secret is seen by azvault-secrets alone",
    )
}

/// Sets and describes secrets of vaults by roles of Resource Manager; made by
/// [`KeyVaultManagementClient::secrets`](crate::KeyVaultManagementClient::secrets).
///
/// It is for deployments that have no access to the vault itself. Resource Manager never gives a
/// secret's value: azvault-secrets reads it.
#[derive(Clone, Debug)]
pub struct SecretsClient {
    place: Place,
}

impl SecretsClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { place: Place::new(client, subscription_id, Parent::Vault) }
    }

    /// Sets a secret: makes it, or a new version of it.
    ///
    /// Needs `Microsoft.KeyVault/vaults/secrets/write`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if there is no such vault;
    /// `Conflict` for the name of a deleted secret.
    ///
    /// Source: [Secrets_CreateOrUpdate](https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets/create-or-update).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// let secret = management
    ///     .secrets()
    ///     .create_or_update("my-rg", "my-vault", "db-password", "hunter2")
    ///     .content_type("text/plain")
    ///     .await?;
    /// assert_eq!(secret.content_type(), Some("text/plain"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_or_update(
        &self,
        resource_group: impl Into<String>,
        vault: impl Into<String>,
        name: impl Into<String>,
        value: impl Into<SecretValue>,
    ) -> SetSecret {
        let target = self.target(resource_group.into(), vault.into(), name.into());
        SetSecret::new(target, value.into())
    }

    /// Changes a secret: what is not set stays.
    ///
    /// Needs `Microsoft.KeyVault/vaults/secrets/write`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [Secrets_Update](https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets/update).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # management.secrets().create_or_update("my-rg", "my-vault", "db-password", "x").await?;
    /// let secrets = management.secrets();
    /// let secret = secrets.update("my-rg", "my-vault", "db-password").enabled(false).await?;
    /// assert!(!secret.enabled());
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(
        &self,
        resource_group: impl Into<String>,
        vault: impl Into<String>,
        name: impl Into<String>,
    ) -> UpdateSecret {
        UpdateSecret::new(self.target(resource_group.into(), vault.into(), name.into()))
    }

    /// Gets what is told of a secret, without its value.
    ///
    /// Needs `Microsoft.KeyVault/vaults/secrets/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [Secrets_Get](https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets/get).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # management.secrets().create_or_update("my-rg", "my-vault", "db-password", "x").await?;
    /// let secret = management.secrets().get("my-rg", "my-vault", "db-password").await?;
    /// assert!(secret.enabled() && secret.expires_on().is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(
        &self,
        resource_group: impl AsRef<str>,
        vault: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<Secret> {
        let (group, vault, name) = (resource_group.as_ref(), vault.as_ref(), name.as_ref());
        let request = validate_name("secret", name)
            .and_then(|()| self.place.request(Method::Get, group, vault, &["secrets", name]));
        Call::json(self.place.client.pipeline().clone(), &GET, request)
    }

    /// Lists the secrets of a vault, without their values. Its page size is 1 to 1,000.
    ///
    /// Needs `Microsoft.KeyVault/vaults/secrets/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [Secrets_List](https://learn.microsoft.com/rest/api/keyvault/keyvault/secrets/list).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # management.secrets().create_or_update("my-rg", "my-vault", "db-password", "x").await?;
    /// for secret in management.secrets().list("my-rg", "my-vault").try_collect().await? {
    ///     println!("{}", secret.name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, resource_group: impl AsRef<str>, vault: impl AsRef<str>) -> Pager<Secret> {
        let (group, vault) = (resource_group.as_ref(), vault.as_ref());
        let first = self.place.request(Method::Get, group, vault, &["secrets"]);
        Pager::new(self.place.client.clone(), &LIST, first).page_size_parameter("$top", 1000)
    }

    fn target(&self, resource_group: String, vault: String, name: String) -> Target {
        Target { place: self.place.clone(), resource_group, vault, name }
    }
}

/// The secret that a builder is about.
#[derive(Clone, Debug)]
struct Target {
    place: Place,
    resource_group: String,
    vault: String,
    name: String,
}

impl Target {
    fn request_json(
        &self,
        method: Method,
        body: &impl serde::Serialize,
    ) -> azvault_core::Result<azure_core::http::Request> {
        validate_name("secret", &self.name)?;
        let rest = ["secrets", self.name.as_str()];
        self.place.request_json(method, &self.resource_group, &self.vault, &rest, body)
    }
}
