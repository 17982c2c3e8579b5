//! Private endpoints that are, or want to be, connected to vaults and managed HSMs.

use azure_core::http::{Method, RawResponse};
use azvault_core::{
    Call, Client, Error, ErrorKind, Operation, Pager, Poller, Result,
    call::from_json,
    poller::{Location, ResumeToken},
};
use serde::Serialize;

use crate::{
    PrivateEndpointConnection, PrivateLinkConnectionState, Waiting,
    place::{Parent, Place},
    settling::Settling,
    validate,
};

/// The operations of one sort of parent.
#[derive(Debug)]
struct Operations {
    get: Operation,
    put: Operation,
    delete: Operation,
    list: Operation,
}

static OF_VAULTS: Operations = Operations {
    get: Operation::idempotent("private_endpoint_connections.get").with_advice(advice),
    put: Operation::idempotent("private_endpoint_connections.put").with_advice(advice),
    delete: Operation::idempotent("private_endpoint_connections.begin_delete").with_advice(advice),
    list: Operation::idempotent("private_endpoint_connections.list").with_advice(advice),
};

static OF_HSMS: Operations = Operations {
    get: Operation::idempotent("managed_hsm_private_endpoint_connections.get").with_advice(advice),
    put: Operation::idempotent("managed_hsm_private_endpoint_connections.put").with_advice(advice),
    delete: Operation::idempotent("managed_hsm_private_endpoint_connections.begin_delete")
        .with_advice(advice),
    list: Operation::idempotent("managed_hsm_private_endpoint_connections.list")
        .with_advice(advice),
};

fn advice(kind: ErrorKind) -> Option<&'static str> {
    matches!(kind, ErrorKind::NotFound).then_some(MISSING)
}

const MISSING: &str = "look at the names of the subscription, the resource group and what the connection is of; list() tells the names of its connections, which differ from those of the endpoints";

/// Decides of the private endpoints that want to be connected to vaults, or to managed HSMs; made by
/// [`private_endpoint_connections`](crate::KeyVaultManagementClient::private_endpoint_connections)
/// and
/// [`managed_hsm_private_endpoint_connections`](crate::KeyVaultManagementClient::managed_hsm_private_endpoint_connections).
///
/// What is called the parent here is the vault or the managed HSM.
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
/// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
/// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
/// use azvault_management::PrivateEndpointStatus;
///
/// let connections = management.private_endpoint_connections();
/// for waiting in connections.list("my-rg", "my-vault").try_collect().await? {
///     if waiting.status() == Some(&PrivateEndpointStatus::Pending) {
///         connections.approve("my-rg", "my-vault", waiting.name()).await?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct PrivateEndpointConnectionsClient {
    place: Place,
    operations: &'static Operations,
}

#[derive(Serialize)]
struct Parameters {
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    private_link_service_connection_state: PrivateLinkConnectionState,
}

impl PrivateEndpointConnectionsClient {
    pub(crate) fn of_vaults(client: Client, subscription_id: String) -> Self {
        let place = Place::new(client, subscription_id, Parent::Vault);
        Self { place, operations: &OF_VAULTS }
    }

    pub(crate) fn of_managed_hsms(client: Client, subscription_id: String) -> Self {
        let place = Place::new(client, subscription_id, Parent::ManagedHsm);
        Self { place, operations: &OF_HSMS }
    }

    /// Gets a connection.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateEndpointConnections/read`, or the same of
    /// `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`, also where the service answers 204.
    ///
    /// Source: [PrivateEndpointConnections_Get](https://learn.microsoft.com/rest/api/keyvault/keyvault/private-endpoint-connections/get),
    /// [MHSMPrivateEndpointConnections_Get](https://learn.microsoft.com/rest/api/keyvault/managedhsm/mhsm-private-endpoint-connections/get).
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
    /// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
    /// let connections = management.private_endpoint_connections();
    /// let connection = connections.get("my-rg", "my-vault", "my-connection").await?;
    /// assert_eq!(connection.name(), "my-connection");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<PrivateEndpointConnection> {
        let (group, parent, name) = (resource_group.as_ref(), parent.as_ref(), name.as_ref());
        let request = validate::connection_name(name)
            .and_then(|()| self.place.request(Method::Get, group, parent, &[CONNECTIONS, name]));
        Call::new(self.pipeline(), &self.operations.get, request, present)
    }

    /// Lets the endpoint be used, and waits until it can be; 10 min at most unless
    /// [`with_timeout`](Waiting::with_timeout) says otherwise.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateEndpointConnections/write`, or the same of
    /// `managedHSMs`.
    ///
    /// # Errors
    /// As for [`put`](Self::put).
    ///
    /// Source: [Manage a private endpoint connection](https://learn.microsoft.com/azure/private-link/manage-private-endpoint).
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
    /// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
    /// use azvault_management::PrivateEndpointStatus;
    ///
    /// let connections = management.private_endpoint_connections();
    /// let approved = connections.approve("my-rg", "my-vault", "my-connection").await?;
    /// assert_eq!(approved.status(), Some(&PrivateEndpointStatus::Approved));
    /// # Ok(())
    /// # }
    /// ```
    pub fn approve(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Waiting<PrivateEndpointConnection> {
        self.put(resource_group, parent, name, PrivateLinkConnectionState::approved())
    }

    /// Refuses the endpoint, one that was approved before too, and waits until it cannot be used;
    /// 10 min at most unless [`with_timeout`](Waiting::with_timeout) says otherwise. An endpoint that
    /// was rejected cannot be approved later: its owner has to make another.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateEndpointConnections/write`, or the same of
    /// `managedHSMs`.
    ///
    /// # Errors
    /// As for [`put`](Self::put).
    ///
    /// Source: [Manage a private endpoint connection](https://learn.microsoft.com/azure/private-link/manage-private-endpoint).
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
    /// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
    /// use azvault_management::PrivateEndpointStatus;
    ///
    /// let connections = management.private_endpoint_connections();
    /// let rejected = connections.reject("my-rg", "my-vault", "my-connection").await?;
    /// assert_eq!(rejected.status(), Some(&PrivateEndpointStatus::Rejected));
    /// # Ok(())
    /// # }
    /// ```
    pub fn reject(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Waiting<PrivateEndpointConnection> {
        self.put(resource_group, parent, name, PrivateLinkConnectionState::rejected())
    }

    /// Decides of the endpoint, with a reason that its owner sees, and waits until that is carried
    /// out; 10 min at most unless [`with_timeout`](Waiting::with_timeout) says otherwise.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateEndpointConnections/write`, or the same of
    /// `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; `OperationFailed`.
    ///
    /// Source: [PrivateEndpointConnections_Put](https://learn.microsoft.com/rest/api/keyvault/keyvault/private-endpoint-connections/put),
    /// [MHSMPrivateEndpointConnections_Put](https://learn.microsoft.com/rest/api/keyvault/managedhsm/mhsm-private-endpoint-connections/put).
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
    /// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
    /// use azvault_management::PrivateLinkConnectionState;
    ///
    /// let state = PrivateLinkConnectionState::approved().with_description("ticket 4711");
    /// let connections = management.private_endpoint_connections();
    /// connections.put("my-rg", "my-vault", "my-connection", state).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn put(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
        state: PrivateLinkConnectionState,
    ) -> Waiting<PrivateEndpointConnection> {
        let (group, parent, name) = (resource_group.as_ref(), parent.as_ref(), name.as_ref());
        let rest = [CONNECTIONS, name];
        let properties = Properties { private_link_service_connection_state: state };
        let request = validate::connection_name(name).and_then(|()| {
            let body = Parameters { properties };
            self.place.request_json(Method::Put, group, parent, &rest, &body)
        });
        let (client, operation) = (self.place.client.clone(), &self.operations.put);
        let segments = self.place.segments(group, parent, &rest).unwrap_or_default();
        let segments: Vec<String> = segments.into_iter().map(str::to_owned).collect();
        let begin = Call::new(self.pipeline(), operation, request, move |answer| {
            let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            Settling::poller(client, operation, &segments, answer)
        });
        Waiting::new(&self.place.client, begin)
    }

    /// Begins to cut an endpoint off. One that is not there is no error.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateEndpointConnections/delete`, or the same of
    /// `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one.
    ///
    /// Source: [PrivateEndpointConnections_Delete](https://learn.microsoft.com/rest/api/keyvault/keyvault/private-endpoint-connections/delete),
    /// [MHSMPrivateEndpointConnections_Delete](https://learn.microsoft.com/rest/api/keyvault/managedhsm/mhsm-private-endpoint-connections/delete).
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
    /// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
    /// let connections = management.private_endpoint_connections();
    /// connections.begin_delete("my-rg", "my-vault", "my-connection").await?.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_delete(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<Poller<()>> {
        let (group, parent, name) = (resource_group.as_ref(), parent.as_ref(), name.as_ref());
        let request = validate::connection_name(name)
            .and_then(|()| self.place.request(Method::Delete, group, parent, &[CONNECTIONS, name]));
        let (client, operation) = (self.place.client.clone(), &self.operations.delete);
        Call::new(self.pipeline(), operation, request, move |answer| {
            Location::poller(client, operation, answer)
        })
    }

    /// Goes on with what [`begin_delete`](Self::begin_delete) began, perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_delete(&self, token: &ResumeToken) -> Result<Poller<()>> {
        Location::resume_poller(self.place.client.clone(), &self.operations.delete, token)
    }

    /// Lists the connections of a vault or a managed HSM.
    ///
    /// Needs `Microsoft.KeyVault/vaults/privateEndpointConnections/read`, or the same of
    /// `managedHSMs`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [PrivateEndpointConnections_ListByResource](https://learn.microsoft.com/rest/api/keyvault/keyvault/private-endpoint-connections/list-by-resource),
    /// [MHSMPrivateEndpointConnections_ListByResource](https://learn.microsoft.com/rest/api/keyvault/managedhsm/mhsm-private-endpoint-connections/list-by-resource).
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
    /// # let vault = management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// # emulator.connect_private_endpoint(vault.id(), "my-connection")?;
    /// let list = management.private_endpoint_connections().list("my-rg", "my-vault");
    /// for connection in list.try_collect().await? {
    ///     println!("{}: {:?}", connection.name(), connection.status());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(
        &self,
        resource_group: impl AsRef<str>,
        parent: impl AsRef<str>,
    ) -> Pager<PrivateEndpointConnection> {
        let (group, parent) = (resource_group.as_ref(), parent.as_ref());
        let first = self.place.request(Method::Get, group, parent, &[CONNECTIONS]);
        Pager::new(self.place.client.clone(), &self.operations.list, first)
            .page_size_parameter("", 0)
    }

    fn pipeline(&self) -> azvault_core::Pipeline {
        self.place.client.pipeline().clone()
    }
}

/// The service says 204, too, of what is not there.
fn present(answer: &RawResponse) -> Result<PrivateEndpointConnection> {
    if u16::from(answer.status()) == 204 {
        let message = "the service has nothing of that name";
        return Err(Error::new(ErrorKind::NotFound, message).with_advice(MISSING));
    }
    from_json(answer)
}

const CONNECTIONS: &str = "privateEndpointConnections";
