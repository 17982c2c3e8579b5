//! The operations on managed HSMs, live and deleted.

mod deleted;
mod write;

use std::time::Duration;

use azure_core::http::{Method, RawResponse, Request};
use azvault_core::{
    Call, Client, Error, ErrorKind, Operation, Pager, Poller, Result,
    call::from_json,
    poller::{Location, ResumeToken},
};
use serde::de::DeserializeOwned;

use crate::{
    GeoReplicatedRegion, ManagedHsm, Waiting,
    place::{Parent, Place},
};

static GET: Operation = Operation::idempotent("managed_hsms.get").with_advice(advice);
static DELETE: Operation = Operation::idempotent("managed_hsms.begin_delete").with_advice(advice);
static LIST: Operation =
    Operation::idempotent("managed_hsms.list_by_subscription").with_advice(advice);
static LIST_BY_GROUP: Operation =
    Operation::idempotent("managed_hsms.list_by_resource_group").with_advice(advice);
static LIST_REGIONS: Operation =
    Operation::idempotent("managed_hsms.list_regions").with_advice(advice);

/// What to do about a failure, in terms of this client.
fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Conflict => {
            "look for the name in managed_hsms().list_deleted(): recover the managed HSM with ManagedHsmCreateOrUpdateParameters::recovering, or purge it with begin_purge_deleted, which cannot be undone; a name that somebody else has taken needs another"
        }
        ErrorKind::NotFound => MISSING,
        _ => return None,
    })
}

const MISSING: &str = "look at the names of the subscription, the resource group and the managed HSM; a deleted one is in managed_hsms().list_deleted()";

/// How long what the service does with a managed HSM is waited for: making one was recorded to take
/// 11.5 min, deleting one 4 min.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Makes, reads, changes and deletes managed HSMs; made by
/// [`KeyVaultManagementClient::managed_hsms`](crate::KeyVaultManagementClient::managed_hsms).
///
/// What takes the service minutes is waited for an hour at most, unless
/// [`with_timeout`](Waiting::with_timeout) says otherwise.
#[derive(Clone, Debug)]
pub struct ManagedHsmsClient {
    place: Place,
}

impl ManagedHsmsClient {
    pub(crate) fn new(client: Client, subscription_id: String) -> Self {
        Self { place: Place::new(client, subscription_id, Parent::ManagedHsm) }
    }

    /// Gets a managed HSM.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`, also where the service answers 204.
    ///
    /// Source: [ManagedHsms_Get](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/get).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn get(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// let hsm = management.managed_hsms().get("my-rg", "my-hsm").await?;
    /// println!("{} is {:?}", hsm.hsm_uri(), hsm.activation_status());
    /// # Ok(())
    /// # }
    /// ```
    pub fn get(&self, resource_group: impl AsRef<str>, name: impl AsRef<str>) -> Call<ManagedHsm> {
        let request = self.request(Method::Get, resource_group.as_ref(), name.as_ref(), &[]);
        Call::new(self.place.client.pipeline().clone(), &GET, request, present)
    }

    /// Deletes a managed HSM with all that is in it, and waits until that is done. Both can be
    /// recovered until the retention ends or the managed HSM is purged; until then the name stays
    /// taken, and the managed HSM costs what it did. One that is not there is no error.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/delete`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one.
    ///
    /// Source: [ManagedHsms_Delete](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/delete).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn delete(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// management.managed_hsms().delete("my-rg", "my-hsm").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete(&self, resource_group: impl AsRef<str>, name: impl AsRef<str>) -> Waiting<()> {
        Waiting::new(&self.place.client, self.begin_delete(resource_group, name))
    }

    /// The same without waiting: gives a poller.
    ///
    /// # Errors
    /// As for [`delete`](Self::delete).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn delete(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// let poller = management.managed_hsms().begin_delete("my-rg", "my-hsm").await?;
    /// println!("{}", poller.resume_token());
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_delete(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<Poller<()>> {
        let request = self.request(Method::Delete, resource_group.as_ref(), name.as_ref(), &[]);
        self.begin(&DELETE, request)
    }

    /// Goes on with what [`begin_delete`](Self::begin_delete) began, perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_delete(&self, token: &ResumeToken) -> Result<Poller<()>> {
        let poller = Location::resume_poller(self.place.client.clone(), &DELETE, token)?;
        Ok(poller.with_timeout(PATIENCE))
    }

    /// Lists the managed HSMs of the subscription. Its page size is 1 to 1,000.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/read`.
    ///
    /// # Errors
    /// See [`ErrorKind`], as the list's first item.
    ///
    /// Source: [ManagedHsms_ListBySubscription](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/list-by-subscription).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn list(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// for hsm in management.managed_hsms().list_by_subscription().try_collect().await? {
    ///     println!("{} in {}", hsm.name(), hsm.location());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_by_subscription(&self) -> Pager<ManagedHsm> {
        let first = self.place.client.request(Method::Get, &self.place.provider(&["managedHSMs"]));
        self.pager(&LIST, first).page_size_parameter("$top", 1000)
    }

    /// Lists the managed HSMs of a resource group. Its page size is 1 to 1,000.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/read`.
    ///
    /// # Errors
    /// `InvalidInput`, as the list's first item, for a name that cannot be one.
    ///
    /// Source: [ManagedHsms_ListByResourceGroup](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/list-by-resource-group).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn list(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// let hsms = management.managed_hsms().list_by_resource_group("my-rg").try_collect().await?;
    /// println!("{} managed HSMs", hsms.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_by_resource_group(&self, resource_group: impl AsRef<str>) -> Pager<ManagedHsm> {
        let segments = self.place.group(resource_group.as_ref());
        let first = segments.and_then(|all| self.place.client.request(Method::Get, &all));
        self.pager(&LIST_BY_GROUP, first).page_size_parameter("$top", 1000)
    }

    /// Lists the regions that a managed HSM is in.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/regions/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one; `NotFound`; as the list's first item.
    ///
    /// Source: [MHSMRegions_ListByResource](https://learn.microsoft.com/rest/api/keyvault/managedhsm/mhsm-regions/list-by-resource).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn list(management: azvault_management::KeyVaultManagementClient) -> azvault_management::Result<()> {
    /// let regions = management.managed_hsms().list_regions("my-rg", "my-hsm");
    /// for region in regions.try_collect().await? {
    ///     println!("{:?}: {:?}", region.name(), region.provisioning_state());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_regions(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Pager<GeoReplicatedRegion> {
        let (group, name) = (resource_group.as_ref(), name.as_ref());
        self.pager(&LIST_REGIONS, self.request(Method::Get, group, name, &["regions"]))
    }

    fn request(&self, method: Method, group: &str, name: &str, rest: &[&str]) -> Result<Request> {
        self.place.request(method, group, name, rest)
    }

    /// A call that begins what gives no result.
    fn begin(&self, operation: &'static Operation, request: Result<Request>) -> Call<Poller<()>> {
        let client = self.place.client.clone();
        Call::new(client.pipeline().clone(), operation, request, move |answer| {
            Ok(Location::poller(client, operation, answer)?.with_timeout(PATIENCE))
        })
    }

    fn pager<T>(&self, operation: &'static Operation, first: Result<Request>) -> Pager<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        Pager::new(self.place.client.clone(), operation, first).page_size_parameter("", 0)
    }
}

/// The service says 204, too, of what is not there.
fn present(answer: &RawResponse) -> Result<ManagedHsm> {
    if u16::from(answer.status()) == 204 {
        let message = "the service has no managed HSM of that name";
        return Err(Error::new(ErrorKind::NotFound, message).with_advice(MISSING));
    }
    from_json(answer)
}
