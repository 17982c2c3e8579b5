//! The roles that can be assigned.

use azure_core::http::Method;
use azvault_core::{Call, Client, Operation, Pager};

use super::{KeyVaultRole, Scope};
use crate::RoleDefinition;

static LIST: Operation = Operation::idempotent("role_definitions.list");
static GET: Operation = Operation::idempotent("role_definitions.get");

const DEFINITIONS: [&str; 3] = ["providers", "Microsoft.Authorization", "roleDefinitions"];

/// Lists and reads roles; made by
/// [`KeyVaultManagementClient::role_definitions`](crate::KeyVaultManagementClient::role_definitions).
#[derive(Clone, Debug)]
pub struct RoleDefinitionsClient {
    client: Client,
}

impl RoleDefinitionsClient {
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    /// Lists the roles that can be assigned in a scope: Azure's own and the tenant's.
    ///
    /// Needs `Microsoft.Authorization/roleDefinitions/read`.
    ///
    /// Source: [Role Definitions - List](https://learn.microsoft.com/rest/api/authorization/role-definitions/list).
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
    /// let roles = management.role_definitions().list(&scope).try_collect().await?;
    /// assert!(roles.iter().any(|role| role.key_vault_role() == Some(KeyVaultRole::SecretsUser)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, scope: &Scope) -> Pager<RoleDefinition> {
        let first = self.client.request(Method::Get, &scope.segments(&DEFINITIONS));
        Pager::new(self.client.clone(), &LIST, first)
    }

    /// Gets a role with what it permits.
    ///
    /// Needs `Microsoft.Authorization/roleDefinitions/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a role whose id is no GUID; `NotFound`.
    ///
    /// Source: [Role Definitions - Get](https://learn.microsoft.com/rest/api/authorization/role-definitions/get).
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
    /// assert!(role.is_built_in());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, scope: &Scope, role: &KeyVaultRole) -> Call<RoleDefinition> {
        let request = role.check().and_then(|()| {
            let mut segments = scope.segments(&DEFINITIONS);
            segments.push(role.id());
            self.client.request(Method::Get, &segments)
        });
        Call::json(self.client.pipeline().clone(), &GET, request)
    }
}
