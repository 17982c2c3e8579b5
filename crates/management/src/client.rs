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
    pub fn new(
        subscription_id: impl Into<String>,
        credential: impl Into<Credential>,
    ) -> Result<Self> {
        Self::builder(subscription_id).credential(credential).build()
    }

    /// A builder, to set the endpoint of another cloud, the transport, time limits, retry and
    /// more.
    pub fn builder(subscription_id: impl Into<String>) -> ClientBuilder<Self> {
        ClientBuilder::in_cloud(subscription_id.into())
    }

    /// The subscription's id.
    pub fn subscription_id(&self) -> &str {
        &self.subscription_id
    }

    /// The operations on vaults, live and deleted.
    pub fn vaults(&self) -> VaultsClient {
        VaultsClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on managed HSMs, live and deleted.
    pub fn managed_hsms(&self) -> ManagedHsmsClient {
        ManagedHsmsClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on vaults' keys that need no access to the vault itself.
    pub fn keys(&self) -> KeysClient {
        KeysClient::of_vaults(self.client.clone(), self.subscription_id.clone())
    }

    /// The same on managed HSMs' keys.
    pub fn managed_hsm_keys(&self) -> KeysClient {
        KeysClient::of_managed_hsms(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on vaults' secrets that need no access to the vault itself.
    pub fn secrets(&self) -> SecretsClient {
        SecretsClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations on the private endpoints that want to be connected to vaults.
    pub fn private_endpoint_connections(&self) -> PrivateEndpointConnectionsClient {
        let id = self.subscription_id.clone();
        PrivateEndpointConnectionsClient::of_vaults(self.client.clone(), id)
    }

    /// The operations on the private endpoints that want to be connected to managed HSMs.
    pub fn managed_hsm_private_endpoint_connections(&self) -> PrivateEndpointConnectionsClient {
        let id = self.subscription_id.clone();
        PrivateEndpointConnectionsClient::of_managed_hsms(self.client.clone(), id)
    }

    /// What of vaults and managed HSMs private endpoints can be connected to.
    pub fn private_link_resources(&self) -> PrivateLinkResourcesClient {
        PrivateLinkResourcesClient::new(self.client.clone(), self.subscription_id.clone())
    }

    /// The operations of the resource provider, which roles can allow.
    pub fn operations(&self) -> OperationsClient {
        OperationsClient::new(self.client.clone())
    }

    /// The operations on resource groups that provisioning a vault needs.
    pub fn resource_groups(&self) -> ResourceGroupsClient {
        let client = self.client.with_api_version(RESOURCES_API_VERSION);
        ResourceGroupsClient::new(client, self.subscription_id.clone())
    }

    /// The subscriptions that the caller can see.
    pub fn subscriptions(&self) -> SubscriptionsClient {
        SubscriptionsClient::of(&self.client)
    }

    /// The operations on the subscription's resource providers: whether it may have vaults.
    pub fn providers(&self) -> ProvidersClient {
        let client = self.client.with_api_version(RESOURCES_API_VERSION);
        ProvidersClient::new(client, self.subscription_id.clone())
    }

    /// The roles that can be assigned.
    pub fn role_definitions(&self) -> RoleDefinitionsClient {
        RoleDefinitionsClient::new(self.client.with_api_version(AUTHORIZATION_API_VERSION))
    }

    /// The operations on role assignments: who may do what with vaults that go by Azure roles.
    pub fn role_assignments(&self) -> RoleAssignmentsClient {
        let client = self.client.with_api_version(AUTHORIZATION_API_VERSION);
        RoleAssignmentsClient::new(client, self.subscription_id.clone())
    }
}
