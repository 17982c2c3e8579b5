//! The operations on role assignments.

use azure_core::http::{Method, Request};
use azvault_core::{Call, Client, Operation, Pager, Result};

use super::{CreateRoleAssignment, EnsureRoleAssignment, KeyVaultRole, Scope};
use crate::{RoleAssignment, validate};

static GET: Operation = Operation::idempotent("role_assignments.get");
static DELETE: Operation = Operation::idempotent("role_assignments.delete");
static LIST: Operation = Operation::idempotent("role_assignments.list_for_scope");
static LIST_ALL: Operation = Operation::idempotent("role_assignments.list_for_subscription");

const ASSIGNMENTS: [&str; 3] = ["providers", "Microsoft.Authorization", "roleAssignments"];

/// Assigns roles, and lists, reads and deletes assignments; made by
/// [`KeyVaultManagementClient::role_assignments`](crate::KeyVaultManagementClient::role_assignments).
#[derive(Clone, Debug)]
pub struct RoleAssignmentsClient {
    pub(super) client: Client,
    subscription_id: String,
}

impl RoleAssignmentsClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { client, subscription_id }
    }

    /// Assigns a role to a principal: the object id of a user, a group or a service principal.
    ///
    /// It takes some minutes until vaults know of it. Needs
    /// `Microsoft.Authorization/roleAssignments/write`.
    ///
    /// # Errors
    /// `InvalidInput` for ids that are no GUIDs; `Conflict` if the principal has the role there
    /// already; `BadRequest` with the code `PrincipalNotFound` for one that was just made.
    /// [`ensure`](Self::ensure) sees to both.
    ///
    /// Source: [Role Assignments - Create](https://learn.microsoft.com/rest/api/authorization/role-assignments/create).
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
    /// let assignments = management.role_assignments();
    /// let made = assignments.create(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// assert_eq!(made.role(), Some(KeyVaultRole::SecretsUser));
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(
        &self,
        scope: &Scope,
        role: KeyVaultRole,
        principal_id: impl Into<String>,
    ) -> CreateRoleAssignment {
        CreateRoleAssignment::new(self.clone(), scope.clone(), role, principal_id.into())
    }

    /// Sees to it that a principal has a role in a scope. Twice is once: the assignment's name
    /// follows from the three, and one of another name counts, too.
    ///
    /// A principal that was just made is waited for: Entra takes some seconds to tell everybody.
    /// It takes some minutes until vaults know of the role.
    ///
    /// Needs `Microsoft.Authorization/roleAssignments/read` and `/write`.
    ///
    /// # Errors
    /// `InvalidInput` for ids that are no GUIDs; `BadRequest` with the code `PrincipalNotFound` if
    /// the principal did not appear in time; `Forbidden`.
    ///
    /// Source: [Role Assignments - Create](https://learn.microsoft.com/rest/api/authorization/role-assignments/create).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let parameters = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # management.vaults().create_or_update("my-rg", "my-vault", parameters).await?;
    /// use azvault_management::{KeyVaultRole, Scope};
    ///
    /// let scope = Scope::vault(management.subscription_id(), "my-rg", "my-vault")?;
    /// let principal = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
    /// let assignments = management.role_assignments();
    /// assignments.ensure(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure(
        &self,
        scope: &Scope,
        role: KeyVaultRole,
        principal_id: impl Into<String>,
    ) -> EnsureRoleAssignment {
        EnsureRoleAssignment::new(self.create(scope, role, principal_id))
    }

    /// Gets an assignment by its GUID.
    ///
    /// Needs `Microsoft.Authorization/roleAssignments/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that is no GUID; `NotFound`.
    ///
    /// Source: [Role Assignments - Get](https://learn.microsoft.com/rest/api/authorization/role-assignments/get).
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
    /// let assignments = management.role_assignments();
    /// let made = assignments.create(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// let read = assignments.get(&scope, made.name()).await?;
    /// assert_eq!(read.principal_id(), principal);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, scope: &Scope, name: impl AsRef<str>) -> Call<RoleAssignment> {
        let request = self.request(Method::Get, scope, name.as_ref());
        Call::json(self.client.pipeline().clone(), &GET, request)
    }

    /// Takes a role away: deletes an assignment by its GUID. One that is not there is no error.
    ///
    /// Needs `Microsoft.Authorization/roleAssignments/delete`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that is no GUID.
    ///
    /// Source: [Role Assignments - Delete](https://learn.microsoft.com/rest/api/authorization/role-assignments/delete).
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
    /// let assignments = management.role_assignments();
    /// let made = assignments.create(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// assignments.delete(&scope, made.name()).await?;
    /// assert!(assignments.get(&scope, made.name()).await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, scope: &Scope, name: impl AsRef<str>) -> Call<()> {
        let request = self.request(Method::Delete, scope, name.as_ref());
        Call::new(self.client.pipeline().clone(), &DELETE, request, |_| Ok(()))
    }

    /// Lists the assignments that hold in a scope: those made there, above it and below it.
    ///
    /// Needs `Microsoft.Authorization/roleAssignments/read`.
    ///
    /// Source: [Role Assignments - List For Scope](https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-scope).
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
    /// let assignments = management.role_assignments();
    /// assignments.create(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// for assignment in assignments.list_for_scope(&scope).try_collect().await? {
    ///     println!("{} has {:?}", assignment.principal_id(), assignment.role());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_for_scope(&self, scope: &Scope) -> Pager<RoleAssignment> {
        let first = self.client.request(Method::Get, &scope.segments(&ASSIGNMENTS));
        Pager::new(self.client.clone(), &LIST, first)
    }

    /// Lists the assignments of the subscription, those within it included.
    ///
    /// Needs `Microsoft.Authorization/roleAssignments/read`.
    ///
    /// Source: [Role Assignments - List For Subscription](https://learn.microsoft.com/rest/api/authorization/role-assignments/list-for-subscription).
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
    /// let assignments = management.role_assignments();
    /// assignments.create(&scope, KeyVaultRole::SecretsUser, principal).await?;
    /// let all = assignments.list_for_subscription().try_collect().await?;
    /// assert!(all.iter().any(|assignment| assignment.principal_id() == principal));
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_for_subscription(&self) -> Pager<RoleAssignment> {
        let first = Scope::subscription(&self.subscription_id)
            .and_then(|scope| self.client.request(Method::Get, &scope.segments(&ASSIGNMENTS)));
        Pager::new(self.client.clone(), &LIST_ALL, first)
    }

    fn request(&self, method: Method, scope: &Scope, name: &str) -> Result<Request> {
        self.client.request(method, &self.segments(scope, Some(name))?)
    }

    pub(super) fn segments<'a>(
        &self,
        scope: &'a Scope,
        name: Option<&'a str>,
    ) -> Result<Vec<&'a str>> {
        let mut segments = scope.segments(&ASSIGNMENTS);
        if let Some(name) = name {
            validate::guid("name of a role assignment", name)?;
            segments.push(name);
        }
        Ok(segments)
    }
}
