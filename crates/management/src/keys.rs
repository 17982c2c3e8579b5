//! Keys of vaults and managed HSMs, through Resource Manager.

use azure_core::http::{Method, Request};
use azvault_core::{
    Call, Client, ErrorKind, Operation, Pager, Result, validate_name, validate_version,
};

use crate::{
    Key, KeyCreateParameters,
    place::{Parent, Place},
};

/// The operations of one sort of parent.
#[derive(Debug)]
struct Operations {
    create: Operation,
    get: Operation,
    get_version: Operation,
    list: Operation,
    list_versions: Operation,
}

static OF_VAULTS: Operations = Operations {
    create: Operation::idempotent("keys.create_if_not_exist").with_advice(advice),
    get: Operation::idempotent("keys.get").with_advice(advice),
    get_version: Operation::idempotent("keys.get_version").with_advice(advice),
    list: Operation::idempotent("keys.list").with_advice(advice),
    list_versions: Operation::idempotent("keys.list_versions").with_advice(advice),
};

static OF_HSMS: Operations = Operations {
    create: Operation::idempotent("managed_hsm_keys.create_if_not_exist").with_advice(hsm_advice),
    get: Operation::idempotent("managed_hsm_keys.get").with_advice(hsm_advice),
    get_version: Operation::idempotent("managed_hsm_keys.get_version").with_advice(hsm_advice),
    list: Operation::idempotent("managed_hsm_keys.list").with_advice(hsm_advice),
    list_versions: Operation::idempotent("managed_hsm_keys.list_versions").with_advice(hsm_advice),
};

fn advice(kind: ErrorKind) -> Option<&'static str> {
    matches!(kind, ErrorKind::NotFound).then_some(
        "look at the names of the subscription, the resource group, the vault and the key; a deleted key is seen by azvault-keys alone",
    )
}

fn hsm_advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Forbidden => {
            "the HSM lets Resource Manager at its keys only where its setting AllowKeyManagementOperationsThroughARM is true"
        }
        ErrorKind::NotFound => {
            "look at the names of the subscription, the resource group, the managed HSM and the key"
        }
        _ => return None,
    })
}

/// Makes and describes keys of vaults, or of managed HSMs, by roles of Resource Manager; made by
/// [`keys`](crate::KeyVaultManagementClient::keys) and
/// [`managed_hsm_keys`](crate::KeyVaultManagementClient::managed_hsm_keys).
///
/// It is for deployments that have no access to the vault itself. It neither changes nor deletes a
/// key, and computes nothing: azvault-keys does. What is called the parent here is the vault or the
/// managed HSM; the latter lets Resource Manager at its keys only where its setting
/// `AllowKeyManagementOperationsThroughARM` is true.
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
/// use azvault_management::{KeyCreateParameters, KeyType};
///
/// let parameters = KeyCreateParameters::new(KeyType::Rsa).size(2048);
/// let key = management.keys().create_if_not_exist("my-rg", "my-vault", "my-key", parameters).await?;
/// assert_eq!(key.key_type(), Some(&KeyType::Rsa));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeysClient {
    place: Place,
    operations: &'static Operations,
}

impl KeysClient {
    pub(crate) fn of_vaults(client: Client, subscription_id: String) -> Self {
        let place = Place::new(client, subscription_id, Parent::Vault);
        Self { place, operations: &OF_VAULTS }
    }

    pub(crate) fn of_managed_hsms(client: Client, subscription_id: String) -> Self {
        let place = Place::new(client, subscription_id, Parent::ManagedHsm);
        Self { place, operations: &OF_HSMS }
    }

    /// Makes a key, unless there is one of that name: that one is given as it is then, whatever the
    /// parameters say.
    ///
    /// Needs `Microsoft.KeyVault/vaults/keys/write`, or the same of `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one, or parameters that contradict themselves;
    /// `NotFound` if there is no such parent; `Conflict` for the name of a deleted key.
    ///
    /// Source: [Keys_CreateIfNotExist](https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/create-if-not-exist),
    /// [ManagedHsmKeys_CreateIfNotExist](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsm-keys/create-if-not-exist).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn make(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// use azvault_management::{KeyCreateParameters, KeyCurve, KeyType};
    ///
    /// let parameters = KeyCreateParameters::new(KeyType::EcHsm).curve(KeyCurve::P384);
    /// let keys = management.managed_hsm_keys();
    /// keys.create_if_not_exist("my-rg", "my-hsm", "my-key", parameters).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_if_not_exist(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
        parameters: KeyCreateParameters,
    ) -> Call<Key> {
        let (group, parent, name) = (resource_group.as_ref(), parent.as_ref(), name.as_ref());
        let request = validate_name("key", name).and_then(|()| parameters.check()).and_then(|()| {
            self.place.request_json(Method::Put, group, parent, &["keys", name], &parameters)
        });
        self.call(&self.operations.create, request)
    }

    /// Gets the latest version of a key.
    ///
    /// Needs `Microsoft.KeyVault/vaults/keys/read`, or the same of `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`.
    ///
    /// Source: [Keys_Get](https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/get),
    /// [ManagedHsmKeys_Get](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsm-keys/get).
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
    /// # let new = azvault_management::KeyCreateParameters::new(azvault_management::KeyType::Rsa);
    /// # management.keys().create_if_not_exist("my-rg", "my-vault", "my-key", new).await?;
    /// let key = management.keys().get("my-rg", "my-vault", "my-key").await?;
    /// assert_eq!(key.size(), Some(2048));
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<Key> {
        let request = self.request(resource_group.as_ref(), parent.as_ref(), name.as_ref(), &[]);
        self.call(&self.operations.get, request)
    }

    /// Gets a version of a key.
    ///
    /// Needs `Microsoft.KeyVault/vaults/keys/versions/read`, or the same of `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or a version that cannot be one; `NotFound`.
    ///
    /// Source: [Keys_GetVersion](https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/get-version),
    /// [ManagedHsmKeys_GetVersion](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsm-keys/get-version).
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
    /// # let new = azvault_management::KeyCreateParameters::new(azvault_management::KeyType::Rsa);
    /// # management.keys().create_if_not_exist("my-rg", "my-vault", "my-key", new).await?;
    /// let key = management.keys().get("my-rg", "my-vault", "my-key").await?;
    /// let version = key.version().unwrap_or_default();
    /// let same = management.keys().get_version("my-rg", "my-vault", "my-key", version).await?;
    /// assert_eq!(same.version(), key.version());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_version(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
        version: impl AsRef<str>,
    ) -> Call<Key> {
        let (group, parent, name) = (resource_group.as_ref(), parent.as_ref(), name.as_ref());
        let request = validate_version("key", version.as_ref())
            .and_then(|()| self.request(group, parent, name, &["versions", version.as_ref()]));
        self.call(&self.operations.get_version, request)
    }

    /// Lists the keys of a vault or a managed HSM, without their versions.
    ///
    /// Needs `Microsoft.KeyVault/vaults/keys/read`, or the same of `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [Keys_List](https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/list),
    /// [ManagedHsmKeys_List](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsm-keys/list).
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
    /// # let new = azvault_management::KeyCreateParameters::new(azvault_management::KeyType::Rsa);
    /// # management.keys().create_if_not_exist("my-rg", "my-vault", "my-key", new).await?;
    /// for key in management.keys().list("my-rg", "my-vault").try_collect().await? {
    ///     println!("{}", key.name());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, resource_group: impl AsRef<str>, parent: impl AsRef<str>) -> Pager<Key> {
        let (group, parent) = (resource_group.as_ref(), parent.as_ref());
        let first = self.place.request(Method::Get, group, parent, &["keys"]);
        self.pager(&self.operations.list, first)
    }

    /// Lists the versions of a key.
    ///
    /// Needs `Microsoft.KeyVault/vaults/keys/versions/read`, or the same of `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [Keys_ListVersions](https://learn.microsoft.com/rest/api/keyvault/keyvault/keys/list-versions),
    /// [ManagedHsmKeys_ListVersions](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsm-keys/list-versions).
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
    /// # let new = azvault_management::KeyCreateParameters::new(azvault_management::KeyType::Rsa);
    /// # management.keys().create_if_not_exist("my-rg", "my-vault", "my-key", new).await?;
    /// let versions = management.keys().list_versions("my-rg", "my-vault", "my-key");
    /// assert_eq!(versions.try_collect().await?.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_versions(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Pager<Key> {
        let (group, parent) = (resource_group.as_ref(), parent.as_ref());
        let first = self.request(group, parent, name.as_ref(), &["versions"]);
        self.pager(&self.operations.list_versions, first)
    }

    /// A request for a key, and what comes after it.
    fn request(&self, group: &str, parent: &str, name: &str, rest: &[&str]) -> Result<Request> {
        validate_name("key", name)?;
        let rest: Vec<&str> = ["keys", name].into_iter().chain(rest.iter().copied()).collect();
        self.place.request(Method::Get, group, parent, &rest)
    }

    fn call(&self, operation: &'static Operation, request: Result<Request>) -> Call<Key> {
        Call::json(self.place.client.pipeline().clone(), operation, request)
    }

    fn pager(&self, operation: &'static Operation, first: Result<Request>) -> Pager<Key> {
        Pager::new(self.place.client.clone(), operation, first).page_size_parameter("", 0)
    }
}
