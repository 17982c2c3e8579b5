//! Deleted managed HSMs, and the names that they keep taken.

use azure_core::http::Method;
use azvault_core::{
    Call, Operation, Pager, Poller, Result,
    poller::{Location, ResumeToken},
};
use serde::Serialize;

use super::{ManagedHsmsClient, PATIENCE, advice};
use crate::{DeletedManagedHsm, NameAvailability};

static LIST_DELETED: Operation =
    Operation::idempotent("managed_hsms.list_deleted").with_advice(advice);
static GET_DELETED: Operation =
    Operation::idempotent("managed_hsms.get_deleted").with_advice(advice);
static PURGE: Operation =
    Operation::idempotent("managed_hsms.begin_purge_deleted").with_advice(advice);
static CHECK_NAME: Operation =
    Operation::idempotent("managed_hsms.check_name_availability").with_advice(advice);

impl ManagedHsmsClient {
    /// Lists the deleted managed HSMs of the subscription that can be recovered or purged.
    ///
    /// Needs `Microsoft.KeyVault/deletedManagedHsms/read`.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind), as the list's first item.
    ///
    /// Source: [ManagedHsms_ListDeleted](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/list-deleted).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// for hsm in management.managed_hsms().list_deleted().try_collect().await? {
    ///     println!("{} until {:?}", hsm.name(), hsm.scheduled_purge_on());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_deleted(&self) -> Pager<DeletedManagedHsm> {
        let segments = self.place.provider(&["deletedManagedHSMs"]);
        self.pager(&LIST_DELETED, self.place.client.request(Method::Get, &segments))
    }

    /// Gets a deleted managed HSM by the region it was in.
    ///
    /// Needs `Microsoft.KeyVault/locations/deletedManagedHsms/read`.
    ///
    /// # Errors
    /// `InvalidInput` for a name or region that cannot be one; `NotFound`.
    ///
    /// Source: [ManagedHsms_GetDeleted](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/get-deleted).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// let deleted = management.managed_hsms().get_deleted("eastus", "my-hsm").await?;
    /// assert_eq!(deleted.location(), "westus");
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_deleted(
        &self,
        location: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<DeletedManagedHsm> {
        let request = self
            .place
            .deleted(location.as_ref(), name.as_ref(), &[])
            .and_then(|segments| self.place.client.request(Method::Get, &segments));
        Call::json(self.place.client.pipeline().clone(), &GET_DELETED, request)
    }

    /// Begins to remove a deleted managed HSM for good, with all that was in it. It cannot be undone.
    ///
    /// Needs `Microsoft.KeyVault/locations/deletedManagedHsms/purge/action`, and
    /// `Microsoft.KeyVault/locations/managedHsmOperationResults/read` to wait.
    ///
    /// # Errors
    /// `InvalidInput` for a name or region that cannot be one; `NotFound`; a refusal of the service
    /// if purge protection is on.
    ///
    /// Source: [ManagedHsms_PurgeDeleted](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/purge-deleted).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// let hsms = management.managed_hsms();
    /// let token = hsms.begin_purge_deleted("eastus", "my-hsm").await?.resume_token();
    /// // Perhaps in another process:
    /// hsms.resume_purge_deleted(&token)?.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_purge_deleted(
        &self,
        location: impl AsRef<str>,
        name: impl AsRef<str>,
    ) -> Call<Poller<()>> {
        let request =
            self.place.deleted(location.as_ref(), name.as_ref(), &["purge"]).and_then(|all| {
                let mut request = self.place.client.request(Method::Post, &all)?;
                request.insert_header("content-length", "0");
                Ok(request)
            });
        self.begin(&PURGE, request)
    }

    /// Goes on with what [`begin_purge_deleted`](Self::begin_purge_deleted) began, perhaps in
    /// another process; see the example there.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_purge_deleted(&self, token: &ResumeToken) -> Result<Poller<()>> {
        let poller = Location::resume_poller(self.place.client.clone(), &PURGE, token)?;
        Ok(poller.with_timeout(PATIENCE))
    }

    /// Whether a managed HSM's name can still be had: names are unique in the whole cloud, those of
    /// deleted ones included.
    ///
    /// The provider publishes no permission that it needs.
    ///
    /// # Errors
    /// None for a name that cannot be one: the answer says so.
    ///
    /// Source: [ManagedHsms_CheckMhsmNameAvailability](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/check-mhsm-name-availability).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// let availability = management.managed_hsms().check_name_availability("my-hsm").await?;
    /// assert!(availability.is_available());
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_name_availability(&self, name: impl AsRef<str>) -> Call<NameAvailability> {
        #[derive(Serialize)]
        struct Parameters<'a> {
            name: &'a str,
        }
        let segments = self.place.provider(&["checkMhsmNameAvailability"]);
        let parameters = Parameters { name: name.as_ref() };
        let request = self.place.client.request_json(Method::Post, &segments, &parameters);
        Call::json(self.place.client.pipeline().clone(), &CHECK_NAME, request)
    }
}
