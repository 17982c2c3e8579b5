//! The vaults of a subscription, by Resource Manager's own list of resources.

use azure_core::http::{Method, Request};
use azvault_core::{Client, Operation, Pager, Result};

use super::{VaultsClient, advice};
use crate::Resource;

static LIST: Operation = Operation::idempotent("vaults.list").with_advice(advice);

/// The only API version that this list is specified with, whichever the client uses elsewhere.
const API_VERSION: &str = "2015-11-01";

impl VaultsClient {
    /// Lists the vaults of the subscription by Resource Manager's own list of resources: their
    /// names, regions and tags, without their properties. Use
    /// [`list_by_subscription`](Self::list_by_subscription) for whole vaults.
    ///
    /// Resource Manager answers it without asking the resource provider, so that it comes at once
    /// and counts against no limit of Key Vault; a vault may take a while to be listed. Its page
    /// size is 1 to 1,000.
    ///
    /// Needs `Microsoft.Resources/subscriptions/resources/read`; those that the caller may not read
    /// are left out.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind), as the list's first item.
    ///
    /// Source: [Vaults_List](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/list).
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
    /// use futures::TryStreamExt;
    ///
    /// let mut vaults = management.vaults().list().page_size(100);
    /// while let Some(vault) = vaults.try_next().await? {
    ///     println!("{} in {}", vault.name(), vault.location());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Pager<Resource> {
        let client = self.place.client.with_api_version(API_VERSION);
        let first = self.first(&client);
        Pager::new(client, &LIST, first).page_size_parameter("$top", 1000)
    }

    fn first(&self, client: &Client) -> Result<Request> {
        let segments = ["subscriptions", self.place.subscription_id(), "resources"];
        let mut request = client.request(Method::Get, &segments)?;
        let filter = "resourceType eq 'Microsoft.KeyVault/vaults'";
        request.url_mut().query_pairs_mut().append_pair("$filter", filter);
        Ok(request)
    }
}
