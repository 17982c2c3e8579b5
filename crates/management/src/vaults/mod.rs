//! The operations on vaults, live and deleted.

mod create;
mod list;
mod purge;
mod update;

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Client, Error, ErrorKind, Operation, Pager, Poller, Result, poller::ResumeToken,
};
pub use create::{BeginCreateOrUpdate, CreateOrUpdate};
pub use purge::BeginPurgeDeleted;
use serde::{Serialize, de::DeserializeOwned};
pub use update::UpdateVault;

use crate::{
    AccessPolicyEntry, AccessPolicyUpdateKind, DeletedVault, NameAvailability, Vault,
    VaultCreateOrUpdateParameters,
    models::PolicyList,
    place::{Parent, Place},
    validate,
};

static GET: Operation = Operation::idempotent("vaults.get").with_advice(advice);
static DELETE: Operation = Operation::idempotent("vaults.delete").with_advice(advice);
static LIST: Operation = Operation::idempotent("vaults.list_by_subscription").with_advice(advice);
static LIST_BY_GROUP: Operation =
    Operation::idempotent("vaults.list_by_resource_group").with_advice(advice);
static LIST_DELETED: Operation = Operation::idempotent("vaults.list_deleted").with_advice(advice);
static GET_DELETED: Operation = Operation::idempotent("vaults.get_deleted").with_advice(advice);
static POLICIES: Operation =
    Operation::idempotent("vaults.update_access_policy").with_advice(advice);
static CHECK_NAME: Operation =
    Operation::idempotent("vaults.check_name_availability").with_advice(advice);

/// What to do about a failure, in terms of this client. Conflicts about a name are the creation's.
fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Conflict => {
            "somebody else changes the vault at this moment: try again; or a lock is on it, its resource group or its subscription, as the message then says, which its owner has to take off first"
        }
        ErrorKind::NotFound => {
            "look at the names of the subscription, the resource group and the vault; a deleted vault is in vaults().list_deleted()"
        }
        _ => return None,
    })
}

/// Makes, reads, changes and deletes vaults; made by
/// [`KeyVaultManagementClient::vaults`](crate::KeyVaultManagementClient::vaults).
#[derive(Clone, Debug)]
pub struct VaultsClient {
    pub(crate) place: Place,
}

impl VaultsClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { place: Place::new(client, subscription_id, Parent::Vault) }
    }

    /// Makes a vault, or updates the one of that name as a whole, and waits until it is ready.
    ///
    /// An existing vault becomes what the parameters say: its access policies are replaced by
    /// those given, by none if none are given, and so is its tier, by the standard one.
    /// [`ensure_vault`](Self::ensure_vault) takes nothing away. To change a part of it use [`update`](Self::update)
    /// or [`update_access_policy`](Self::update_access_policy).
    ///
    /// Needs `Microsoft.KeyVault/vaults/write`.
    ///
    /// # Errors
    /// `InvalidInput` for a name, an id or a retention that cannot be one, or policies for a vault
    /// that is to go by roles; `Conflict` if the name is taken, perhaps by a deleted vault.
    ///
    /// Source: [Vaults_CreateOrUpdate](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let tenant_id = emulator.tenant_id();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// use azvault_management::{AccessPolicyEntry, KeyPermission, VaultCreateOrUpdateParameters};
    ///
    /// let principal = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
    /// let policy = AccessPolicyEntry::new(tenant_id, principal).keys([KeyPermission::All]);
    /// let parameters = VaultCreateOrUpdateParameters::new("eastus", tenant_id).access_policy(policy);
    /// let vault = management.vaults().create_or_update("my-rg", "my-vault", parameters).await?;
    /// assert!(!vault.rbac_authorization());
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_or_update(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
        parameters: VaultCreateOrUpdateParameters,
    ) -> CreateOrUpdate {
        CreateOrUpdate::new(self.begin_create_or_update(resource_group, name, parameters))
    }

    /// The same without waiting: gives a poller.
    ///
    /// # Errors
    /// As for [`create_or_update`](Self::create_or_update).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_management::VaultCreateOrUpdateParameters;
    ///
    /// management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// let parameters = VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    /// let vaults = management.vaults();
    /// let poller = vaults.begin_create_or_update("my-rg", "my-vault", parameters).await?;
    /// let token = poller.resume_token();
    /// // Perhaps in another process:
    /// let vault = vaults.resume_create_or_update(&token)?.wait().await?;
    /// assert_eq!(vault.name(), "my-vault");
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_create_or_update(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
        parameters: VaultCreateOrUpdateParameters,
    ) -> BeginCreateOrUpdate {
        BeginCreateOrUpdate::new(self.clone(), resource_group.into(), name.into(), parameters)
    }

    /// Goes on with what [`begin_create_or_update`](Self::begin_create_or_update) began, perhaps
    /// in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_create_or_update(&self, token: &ResumeToken) -> Result<Poller<Vault>> {
        BeginCreateOrUpdate::resume(self.place.client.clone(), token)
    }

    /// Gets a vault.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [Vaults_Get](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/get).
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
    /// assert!(vault.vault_uri().starts_with("https://my-vault."));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, resource_group: impl AsRef<str>, name: impl AsRef<str>) -> Call<Vault> {
        self.call(&GET, self.request(Method::Get, resource_group.as_ref(), name.as_ref(), &[]))
    }

    /// Changes a part of a vault: what is not set stays. Tags, network rules and access policies
    /// that are set take the place of all that it has;
    /// [`ensure_vault`](Self::ensure_vault) and
    /// [`ensure_access_policy`](Self::ensure_access_policy) add to them.
    ///
    /// Needs `Microsoft.KeyVault/vaults/write`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or an id that cannot be one; `NotFound`.
    ///
    /// Source: [Vaults_Update](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update).
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
    /// let vault = management.vaults().update("my-rg", "my-vault").tag("team", "payments").await?;
    /// assert_eq!(vault.tags().collect::<Vec<_>>(), [("team", "payments")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
    ) -> UpdateVault {
        UpdateVault::new(self.clone(), resource_group.into(), name.into())
    }

    /// Deletes a vault with all that is in it. Both can be recovered until the retention ends or
    /// the vault is purged; until then the name stays taken.
    ///
    /// Needs `Microsoft.KeyVault/vaults/delete`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound` if there is no such resource group.
    /// A vault that is not there is no error.
    ///
    /// Source: [Vaults_Delete](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/delete).
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
    /// let vaults = management.vaults();
    /// vaults.delete("my-rg", "my-vault").await?;
    /// assert!(vaults.get("my-rg", "my-vault").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, resource_group: impl AsRef<str>, name: impl AsRef<str>) -> Call<()> {
        let request = self.request(Method::Delete, resource_group.as_ref(), name.as_ref(), &[]);
        Call::new(self.place.client.pipeline().clone(), &DELETE, request, |_| Ok(()))
    }

    /// Lists the vaults of the subscription.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read`.
    ///
    /// Source: [Vaults_ListBySubscription](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/list-by-subscription).
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
    /// for vault in management.vaults().list_by_subscription().try_collect().await? {
    ///     println!("{} in {}", vault.name(), vault.location());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_by_subscription(&self) -> Pager<Vault> {
        self.pager(&LIST, self.place.provider(&["vaults"]))
    }

    /// Lists the vaults of a resource group.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read`.
    ///
    /// # Errors
    /// `InvalidInput`, as the list's first item, for a name that cannot be one.
    ///
    /// Source: [Vaults_ListByResourceGroup](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/list-by-resource-group).
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
    /// let vaults = management.vaults().list_by_resource_group("my-rg").try_collect().await?;
    /// assert_eq!(vaults.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_by_resource_group(&self, resource_group: impl AsRef<str>) -> Pager<Vault> {
        let segments = self.place.group(resource_group.as_ref());
        let request =
            segments.and_then(|segments| self.place.client.request(Method::Get, &segments));
        Pager::new(self.place.client.clone(), &LIST_BY_GROUP, request)
            .page_size_parameter("$top", 1000)
    }

    /// Adds permissions to principals, replaces theirs, or takes some away; other principals'
    /// policies stay. Gives all policies of the vault as they are then.
    ///
    /// It has no effect on a vault that goes by Azure roles: make it go by policies with
    /// `update(…).rbac_authorization(false)` first.
    ///
    /// Needs `Microsoft.KeyVault/vaults/accessPolicies/write`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or an id that cannot be one; `NotFound`.
    ///
    /// Source: [Vaults_UpdateAccessPolicy](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let tenant_id = emulator.tenant_id();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let parameters = azvault_management::VaultCreateOrUpdateParameters::new("eastus", tenant_id)
    /// #     .rbac_authorization(false);
    /// # management.vaults().create_or_update("my-rg", "my-vault", parameters).await?;
    /// use azvault_management::{AccessPolicyEntry, AccessPolicyUpdateKind, SecretPermission};
    ///
    /// let reader = AccessPolicyEntry::new(tenant_id, "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90")
    ///     .secrets([SecretPermission::Get]);
    /// let policies = management
    ///     .vaults()
    ///     .update_access_policy("my-rg", "my-vault", AccessPolicyUpdateKind::Add, [reader])
    ///     .await?;
    /// assert_eq!(policies.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_access_policy(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
        kind: AccessPolicyUpdateKind,
        policies: impl IntoIterator<Item = AccessPolicyEntry>,
    ) -> Call<Vec<AccessPolicyEntry>> {
        let policies = PolicyList::new(policies.into_iter().collect());
        let request =
            validate::access_policies(&policies.properties.access_policies).and_then(|()| {
                let rest = ["accessPolicies", kind.as_str()];
                let segments = self.vault(resource_group.as_ref(), name.as_ref(), &rest)?;
                self.place.client.request_json(Method::Put, &segments, &policies)
            });
        Call::json(self.place.client.pipeline().clone(), &POLICIES, request)
            .map(|list: PolicyList| Ok(list.properties.access_policies))
    }

    /// Whether a vault's name can still be had: names are unique in the whole cloud, deleted
    /// vaults' included.
    ///
    /// Needs `Microsoft.KeyVault/checkNameAvailability/read`.
    ///
    /// # Errors
    /// None for a name that cannot be one: the answer says so.
    ///
    /// Source: [Vaults_CheckNameAvailability](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/check-name-availability).
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
    /// let taken = management.vaults().check_name_availability("my-vault").await?;
    /// assert!(!taken.is_available());
    /// println!("{}", taken.message().unwrap_or_default());
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_name_availability(&self, name: impl AsRef<str>) -> Call<NameAvailability> {
        #[derive(Serialize)]
        struct Parameters<'a> {
            name: &'a str,
            r#type: &'static str,
        }
        let parameters = Parameters { name: name.as_ref(), r#type: "Microsoft.KeyVault/vaults" };
        let segments = self.place.provider(&["checkNameAvailability"]);
        let request = self.place.client.request_json(Method::Post, &segments, &parameters);
        self.call(&CHECK_NAME, request)
    }

    /// Lists the deleted vaults of the subscription that can be recovered or purged.
    ///
    /// Needs `Microsoft.KeyVault/deletedVaults/read`.
    ///
    /// Source: [Vaults_ListDeleted](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/list-deleted).
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
    /// let vaults = management.vaults();
    /// vaults.delete("my-rg", "my-vault").await?;
    /// for deleted in vaults.list_deleted().try_collect().await? {
    ///     println!("{} can be recovered until {:?}", deleted.name(), deleted.scheduled_purge_on());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_deleted(&self) -> Pager<DeletedVault> {
        self.pager(&LIST_DELETED, self.place.provider(&["deletedVaults"]))
            .page_size_parameter("", 0)
    }

    /// Gets a deleted vault by the region it was in.
    ///
    /// Needs `Microsoft.KeyVault/locations/deletedVaults/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or region that cannot be one; `NotFound`.
    ///
    /// Source: [Vaults_GetDeleted](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/get-deleted).
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
    /// let vaults = management.vaults();
    /// vaults.delete("my-rg", "my-vault").await?;
    /// let deleted = vaults.get_deleted("eastus", "my-vault").await?;
    /// assert!(!deleted.purge_protection());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_deleted(
        &self,
        location: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<DeletedVault> {
        let request = self
            .place
            .deleted(location.as_ref(), name.as_ref(), &[])
            .and_then(|segments| self.place.client.request(Method::Get, &segments));
        self.call(&GET_DELETED, request)
    }

    /// Begins to remove a deleted vault for good, with all that was in it. It cannot be undone.
    ///
    /// Needs `Microsoft.KeyVault/locations/deletedVaults/purge/action`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or region that cannot be one; `NotFound`; `BadRequest` if the
    /// vault has purge protection.
    ///
    /// Source: [Vaults_PurgeDeleted](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/purge-deleted).
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
    /// let vaults = management.vaults();
    /// vaults.delete("my-rg", "my-vault").await?;
    /// let token = vaults.begin_purge_deleted("eastus", "my-vault").await?.resume_token();
    /// // Perhaps in another process:
    /// vaults.resume_purge_deleted(&token)?.wait().await?;
    /// assert!(vaults.get_deleted("eastus", "my-vault").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_purge_deleted(
        &self,
        location: impl Into<String>,
        name: impl Into<String>,
    ) -> BeginPurgeDeleted {
        BeginPurgeDeleted::new(self.clone(), location.into(), name.into())
    }

    /// Goes on with what [`begin_purge_deleted`](Self::begin_purge_deleted) began, perhaps in
    /// another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_purge_deleted(&self, token: &ResumeToken) -> Result<Poller<()>> {
        BeginPurgeDeleted::resume(self.place.client.clone(), token)
    }

    fn call<T: DeserializeOwned + 'static>(
        &self,
        operation: &'static Operation,
        request: Result<Request, Error>,
    ) -> Call<T> {
        Call::json(self.place.client.pipeline().clone(), operation, request)
    }

    fn pager<T>(&self, operation: &'static Operation, segments: Vec<&str>) -> Pager<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let first = self.place.client.request(Method::Get, &segments);
        Pager::new(self.place.client.clone(), operation, first).page_size_parameter("$top", 1000)
    }

    fn request(&self, method: Method, group: &str, name: &str, rest: &[&str]) -> Result<Request> {
        self.place.client.request(method, &self.vault(group, name, rest)?)
    }

    /// The path of a vault, and what comes after it.
    pub(crate) fn vault<'a>(
        &'a self,
        group: &'a str,
        name: &'a str,
        rest: &[&'a str],
    ) -> Result<Vec<&'a str>> {
        self.place.segments(group, name, rest)
    }
}
