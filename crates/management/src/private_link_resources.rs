//! What of vaults and managed HSMs private endpoints can be connected to.

use azure_core::http::Method;
use azvault_core::{Client, Operation, Pager};

use crate::{
    PrivateLinkResource,
    place::{Parent, Place},
};

static OF_VAULT: Operation = Operation::idempotent("private_link_resources.list_by_vault");
static OF_HSM: Operation = Operation::idempotent("private_link_resources.list_by_managed_hsm");

/// Tells what of vaults and managed HSMs private endpoints can be connected to; made by
/// [`KeyVaultManagementClient::private_link_resources`](crate::KeyVaultManagementClient::private_link_resources).
#[derive(Clone, Debug)]
pub struct PrivateLinkResourcesClient {
    client: Client,
    subscription_id: String,
}

impl PrivateLinkResourcesClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { client, subscription_id }
    }

    /// Lists what of a vault a private endpoint can be connected to.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateLinkResources/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [PrivateLinkResources_ListByVault](https://learn.microsoft.com/rest/api/keyvault/keyvault/private-link-resources/list-by-vault).
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
    /// let list = management.private_link_resources().list_by_vault("my-rg", "my-vault");
    /// for resource in list.try_collect().await? {
    ///     println!("{:?}: {:?}", resource.group_id(), resource.required_zone_names());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_by_vault(
        &self,
        resource_group: impl AsRef<str>,
        vault: impl AsRef<str>,
    ) -> Pager<PrivateLinkResource> {
        self.list(&OF_VAULT, Parent::Vault, resource_group.as_ref(), vault.as_ref())
    }

    /// Lists what of a managed HSM a private endpoint can be connected to.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/privateLinkResources/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [MHSMPrivateLinkResources_ListByMHSMResource](https://learn.microsoft.com/rest/api/keyvault/managedhsm/mhsm-private-link-resources/list-by-mhsm-resource).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn list(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// let list = management.private_link_resources().list_by_managed_hsm("my-rg", "my-hsm");
    /// println!("{:?}", list.try_collect().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_by_managed_hsm(
        &self,
        resource_group: impl AsRef<str>,
        managed_hsm: impl AsRef<str>,
    ) -> Pager<PrivateLinkResource> {
        self.list(&OF_HSM, Parent::ManagedHsm, resource_group.as_ref(), managed_hsm.as_ref())
    }

    fn list(
        &self,
        operation: &'static Operation,
        parent: Parent,
        group: &str,
        name: &str,
    ) -> Pager<PrivateLinkResource> {
        let place = Place::new(self.client.clone(), self.subscription_id.clone(), parent);
        let first = place.request(Method::Get, group, name, &["privateLinkResources"]);
        // The service gives one page, and takes no size for it.
        Pager::new(self.client.clone(), operation, first).page_size_parameter("", 0)
    }
}
