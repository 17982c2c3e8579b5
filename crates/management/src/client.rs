//! The client of a subscription's key vaults, through Azure Resource Manager.

use azvault_core::{
    Client, ClientBuilder, Credential, Endpoint, Result, ServiceClient,
    auth::{Cloud, Requirement},
};

use crate::{
    KeysClient, ManagedHsmsClient, OperationsClient, PrivateEndpointConnectionsClient,
    PrivateLinkResourcesClient, ProvidersClient, ResourceGroupsClient, RoleAssignmentsClient,
    RoleDefinitionsClient, SecretsClient, SubscriptionsClient, VaultsClient, validate,
};

/// Manages the vaults of one subscription. A cheap clone over one connection pool.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let (subscription_id, tenant_id) = (emulator.subscription_id(), emulator.tenant_id());
/// use azvault_management::{KeyVaultManagementClient, VaultCreateOrUpdateParameters};
///
/// // On Azure: KeyVaultManagementClient::new(subscription_id, DefaultAzureCredential::new()?)?
/// let management = KeyVaultManagementClient::builder(subscription_id)
///     .endpoint(emulator.management_url())
///     .credential(emulator.credential())
///     .transport(emulator.transport())
///     .build()?;
///
/// management.resource_groups().create_or_update("my-rg", "eastus").await?;
/// let vault = management
///     .vaults()
///     .create_or_update("my-rg", "my-vault", VaultCreateOrUpdateParameters::new("eastus", tenant_id))
///     .await?;
/// println!("{}", vault.vault_uri());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeyVaultManagementClient {
    client: Client,
    subscription_id: String,
}

/// Resource groups have API versions of their own.
pub(crate) const RESOURCES_API_VERSION: &str = "2024-11-01";

/// So have roles.
const AUTHORIZATION_API_VERSION: &str = "2022-04-01";

impl ServiceClient for KeyVaultManagementClient {
    const API_VERSION: &'static str = "2026-05-15";
    type Seed = String;

    fn from_client(client: Client, subscription_id: String) -> Result<Self> {
        validate::guid("subscription id", &subscription_id)?;
        Ok(Self { client, subscription_id })
    }

    fn requirement(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Option<Requirement> {
        Some(Requirement::of_resource_manager(endpoint, cloud))
    }

    fn address_in(cloud: &Cloud) -> Option<&str> {
        Some(cloud.resource_manager())
    }
}

impl KeyVaultManagementClient {
    /// A client of the vaults of a subscription in the public cloud, with the defaults of
    /// [`builder`](Self::builder).
    ///
    /// # Errors
    /// `InvalidInput` if the subscription's id is not a GUID.
    ///
    /// # Examples
    /// ```
    /// use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_management::KeyVaultManagementClient;
    ///
    /// let subscription = "7c3c4f4c-1f8e-4f0e-9d2a-0f8a5a3f3f10";
    /// let management = KeyVaultManagementClient::new(subscription, DefaultAzureCredential::new()?)?;
    /// assert_eq!(management.subscription_id(), subscription);
    /// # Ok::<(), azvault_management::Error>(())
    /// ```
    pub fn new(
        subscription_id: impl Into<String>,
        credential: impl Into<Credential>,
    ) -> Result<Self> {
        Self::builder(subscription_id).credential(credential).build()
    }

    /// A builder, to set the endpoint of another cloud, the transport, time limits, retry and
    /// more.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// use azvault_management::KeyVaultManagementClient;
    ///
    /// let management = KeyVaultManagementClient::builder(emulator.subscription_id())
    ///     .endpoint(emulator.management_url())
    ///     .credential(emulator.credential())
    ///     .transport(emulator.transport())
    ///     .build()?;
    /// assert!(management.vaults().list_by_subscription().try_collect().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(subscription_id: impl Into<String>) -> ClientBuilder<Self> {
        ClientBuilder::in_cloud(subscription_id.into())
    }

    /// The subscription's id.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// assert_eq!(management.subscription_id(), emulator.subscription_id());
    /// # Ok(())
    /// # }
    /// ```
    pub fn subscription_id(&self) -> &str {
        &self.subscription_id
    }

    /// The operations on vaults, live and deleted.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// let vault = management.vaults().get("my-rg", "my-vault").await?;
    /// assert_eq!(vault.name(), "my-vault");
    /// # Ok(())
    /// # }
    /// ```
    pub fn vaults(&self) -> VaultsClient {
        VaultsClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on managed HSMs, live and deleted.
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// let hsm = management.managed_hsms().get("my-rg", "my-hsm").await?;
    /// assert_eq!(hsm.name(), "my-hsm");
    /// # Ok(())
    /// # }
    /// ```
    pub fn managed_hsms(&self) -> ManagedHsmsClient {
        ManagedHsmsClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on vaults' keys that need no access to the vault itself.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// use azvault_management::{KeyCreateParameters, KeyType};
    ///
    /// let (keys, new) = (management.keys(), KeyCreateParameters::new(KeyType::Ec));
    /// keys.create_if_not_exist("my-rg", "my-vault", "my-key", new).await?;
    /// assert_eq!(keys.get("my-rg", "my-vault", "my-key").await?.name(), "my-key");
    /// # Ok(())
    /// # }
    /// ```
    pub fn keys(&self) -> KeysClient {
        KeysClient::of_vaults(self.client.clone(), self.subscription_id.clone())
    }

    /// The same on managed HSMs' keys.
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// let key = management.managed_hsm_keys().get("my-rg", "my-hsm", "my-key").await?;
    /// assert_eq!(key.name(), "my-key");
    /// # Ok(())
    /// # }
    /// ```
    pub fn managed_hsm_keys(&self) -> KeysClient {
        KeysClient::of_managed_hsms(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on vaults' secrets that need no access to the vault itself.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// let secrets = management.secrets();
    /// secrets.create_or_update("my-rg", "my-vault", "db-password", "hunter2").await?;
    /// let names = secrets.list("my-rg", "my-vault").try_collect().await?;
    /// assert_eq!(names.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn secrets(&self) -> SecretsClient {
        SecretsClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on the private endpoints that want to be connected to vaults.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// let connections = management.private_endpoint_connections();
    /// assert!(connections.list("my-rg", "my-vault").try_collect().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn private_endpoint_connections(&self) -> PrivateEndpointConnectionsClient {
        let id = self.subscription_id.clone();
        PrivateEndpointConnectionsClient::of_vaults(self.client.clone(), id)
    }

    /// The operations on the private endpoints that want to be connected to managed HSMs.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let connections = management.managed_hsm_private_endpoint_connections();
    /// let missing = connections.list("my-rg", "no-such-hsm").try_collect().await;
    /// assert!(missing.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn managed_hsm_private_endpoint_connections(&self) -> PrivateEndpointConnectionsClient {
        let id = self.subscription_id.clone();
        PrivateEndpointConnectionsClient::of_managed_hsms(self.client.clone(), id)
    }

    /// What of vaults and managed HSMs private endpoints can be connected to.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// let resources = management.private_link_resources();
    /// let of_vault = resources.list_by_vault("my-rg", "my-vault").try_collect().await?;
    /// assert_eq!(of_vault.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn private_link_resources(&self) -> PrivateLinkResourcesClient {
        PrivateLinkResourcesClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations of the resource provider, which roles can allow.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// assert!(!management.operations().list().try_collect().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn operations(&self) -> OperationsClient {
        OperationsClient::new(self.client.clone())
    }

    /// The operations on resource groups that provisioning a vault needs.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let group = management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// assert_eq!(group.name(), "my-rg");
    /// # Ok(())
    /// # }
    /// ```
    pub fn resource_groups(&self) -> ResourceGroupsClient {
        let client = self.client.with_api_version(RESOURCES_API_VERSION);
        ResourceGroupsClient::new(client, self.subscription_id.clone())
    }

    /// The subscriptions that the caller can see.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let seen = management.subscriptions().list().try_collect().await?;
    /// assert!(seen.iter().any(|one| one.subscription_id() == management.subscription_id()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn subscriptions(&self) -> SubscriptionsClient {
        SubscriptionsClient::of(&self.client)
    }

    /// The operations on the subscription's resource providers: whether it may have vaults.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let provider = management.providers().get("Microsoft.KeyVault").await?;
    /// assert_eq!(provider.namespace(), "Microsoft.KeyVault");
    /// # Ok(())
    /// # }
    /// ```
    pub fn providers(&self) -> ProvidersClient {
        let client = self.client.with_api_version(RESOURCES_API_VERSION);
        ProvidersClient::new(client, self.subscription_id.clone())
    }

    /// The roles that can be assigned.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_management::{KeyVaultRole, Scope};
    ///
    /// let scope = Scope::subscription(management.subscription_id())?;
    /// let role = management.role_definitions().get(&scope, &KeyVaultRole::SecretsUser).await?;
    /// assert_eq!(role.role_name(), Some("Key Vault Secrets User"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn role_definitions(&self) -> RoleDefinitionsClient {
        RoleDefinitionsClient::new(self.client.with_api_version(AUTHORIZATION_API_VERSION))
    }

    /// The operations on role assignments: who may do what with vaults that go by Azure roles.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// use azvault_management::{KeyVaultRole, Scope};
    ///
    /// let scope = Scope::vault(management.subscription_id(), "my-rg", "my-vault")?;
    /// let principal = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
    /// management.role_assignments().ensure(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn role_assignments(&self) -> RoleAssignmentsClient {
        let client = self.client.with_api_version(AUTHORIZATION_API_VERSION);
        RoleAssignmentsClient::new(client, self.subscription_id.clone())
    }
}
