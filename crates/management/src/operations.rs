//! The operations of the resource provider.

use azure_core::http::Method;
use azvault_core::{Client, Operation, Pager};

use crate::ProviderOperation;

static LIST: Operation = Operation::idempotent("operations.list");

/// Describes the operations of the resource provider; made by
/// [`KeyVaultManagementClient::operations`](crate::KeyVaultManagementClient::operations).
#[derive(Clone, Debug)]
pub struct OperationsClient {
    client: Client,
}

impl OperationsClient {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Lists the operations of `Microsoft.KeyVault`, which roles can allow, and what its resources
    /// measure and log.
    ///
    /// Needs `Microsoft.KeyVault/operations/read`.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind), as the list's first item.
    ///
    /// Source: [Operations_List](https://learn.microsoft.com/rest/api/keyvault/keyvault/operations/list).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// let operations = management.operations().list().try_collect().await?;
    /// for operation in operations.iter().filter(|operation| operation.is_data_action()) {
    ///     println!("{}", operation.name().unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> Pager<ProviderOperation> {
        let segments = ["providers", "Microsoft.KeyVault", "operations"];
        let first = self.client.request(Method::Get, &segments);
        Pager::new(self.client.clone(), &LIST, first).page_size_parameter("", 0)
    }
}
