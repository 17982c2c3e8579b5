//! Making and changing managed HSMs, and waiting until they are what they were told to be.

use azure_core::http::Method;
use azvault_core::{Call, ErrorKind, Operation, Poller, Result, poller::ResumeToken};

use super::{ManagedHsmsClient, PATIENCE, advice};
use crate::{
    ManagedHsm, ManagedHsmCreateOrUpdateParameters, ManagedHsmUpdateParameters, Waiting,
    models::ManagedHsmPatch, settling::Settling,
};

static CREATE: Operation =
    Operation::idempotent("managed_hsms.begin_create_or_update").with_advice(create_advice);
static UPDATE: Operation = Operation::idempotent("managed_hsms.begin_update").with_advice(advice);

fn create_advice(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::NotFound => Some(
            "make the resource group first, with resource_groups().create_or_update(name, location); a managed HSM to be recovered must be in list_deleted()",
        ),
        other => advice(other),
    }
}

impl ManagedHsmsClient {
    /// Makes a managed HSM, or updates the one of that name as a whole, and waits until that is
    /// done. **It costs from then on**, deleted too, until it is purged.
    ///
    /// It computes nothing before it is activated, by downloading its security domain.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/write`, and `…/read` and
    /// `Microsoft.KeyVault/locations/managedHsmOperationResults/read` to wait.
    ///
    /// # Errors
    /// `InvalidInput` for a name, an id, a retention or an IP rule that cannot be one;
    /// `OperationFailed` with the service's reason; `Conflict` if the name is taken, perhaps by a
    /// deleted managed HSM; `Timeout` after an hour, unless [`with_timeout`](Waiting::with_timeout)
    /// says otherwise: the service goes on then.
    ///
    /// Source: [ManagedHsms_CreateOrUpdate](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/create-or-update).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// # let tenant = "6819f86e-5d41-47b0-9297-334f33d7922d";
    /// # let admin = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
    /// use azvault_management::ManagedHsmCreateOrUpdateParameters;
    ///
    /// let parameters = ManagedHsmCreateOrUpdateParameters::new("eastus", tenant, [admin])
    ///     .retention_days(7);
    /// let hsm = management.managed_hsms().create_or_update("my-rg", "my-hsm", parameters).await?;
    /// assert_eq!(hsm.hsm_uri(), "https://my-hsm.managedhsm.azure.net");
    /// # Ok(())
    /// # }
    /// ```
    pub fn create_or_update(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
        parameters: ManagedHsmCreateOrUpdateParameters,
    ) -> Waiting<ManagedHsm> {
        let begin = self.begin_create_or_update(resource_group, name, parameters);
        Waiting::new(&self.place.client, begin)
    }

    /// The same without waiting: gives a poller.
    ///
    /// # Errors
    /// As for [`create_or_update`](Self::create_or_update).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// # let tenant = "6819f86e-5d41-47b0-9297-334f33d7922d";
    /// use azvault_management::ManagedHsmCreateOrUpdateParameters;
    ///
    /// let parameters = ManagedHsmCreateOrUpdateParameters::recovering("eastus", tenant);
    /// let hsms = management.managed_hsms();
    /// let poller = hsms.begin_create_or_update("my-rg", "my-hsm", parameters).await?;
    /// let token = poller.resume_token();
    /// // Perhaps in another process:
    /// hsms.resume_create_or_update(&token)?.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_create_or_update(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
        parameters: ManagedHsmCreateOrUpdateParameters,
    ) -> Call<Poller<ManagedHsm>> {
        let (group, name) = (resource_group.as_ref(), name.as_ref());
        self.write(Method::Put, &CREATE, group, name, &parameters.0)
    }

    /// Goes on with what [`begin_create_or_update`](Self::begin_create_or_update) began, perhaps in
    /// another process; see the example there.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_create_or_update(&self, token: &ResumeToken) -> Result<Poller<ManagedHsm>> {
        self.resume(&CREATE, token)
    }

    /// Changes a part of a managed HSM, and waits until that is done: what is not set stays. Tags,
    /// regions and network rules that are set take the place of all that it has.
    ///
    /// Needs `Microsoft.KeyVault/managedHSMs/write`, and `…/read` and
    /// `Microsoft.KeyVault/locations/managedHsmOperationResults/read` to wait.
    ///
    /// # Errors
    /// `InvalidInput` for a name or an IP rule that cannot be one; `NotFound`; `OperationFailed` with
    /// the service's reason; `Timeout` after an hour, unless [`with_timeout`](Waiting::with_timeout)
    /// says otherwise.
    ///
    /// Source: [ManagedHsms_Update](https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms/update).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// use azvault_management::ManagedHsmUpdateParameters;
    ///
    /// let change = ManagedHsmUpdateParameters::new().tag("team", "payments");
    /// management.managed_hsms().update("my-rg", "my-hsm", change).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
        parameters: ManagedHsmUpdateParameters,
    ) -> Waiting<ManagedHsm> {
        Waiting::new(&self.place.client, self.begin_update(resource_group, name, parameters))
    }

    /// The same without waiting: gives a poller.
    ///
    /// # Errors
    /// As for [`update`](Self::update).
    ///
    /// # Examples
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/doc/recorded.rs"));
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let management = recorded()?;
    /// use azvault_management::ManagedHsmUpdateParameters;
    ///
    /// let change = ManagedHsmUpdateParameters::new().purge_protection(true);
    /// let hsms = management.managed_hsms();
    /// let token = hsms.begin_update("my-rg", "my-hsm", change).await?.resume_token();
    /// // Perhaps in another process:
    /// hsms.resume_update(&token)?.wait().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn begin_update(
        &self,
        resource_group: impl AsRef<str>,
        name: impl AsRef<str>,
        parameters: ManagedHsmUpdateParameters,
    ) -> Call<Poller<ManagedHsm>> {
        let (group, name) = (resource_group.as_ref(), name.as_ref());
        self.write(Method::Patch, &UPDATE, group, name, &parameters.0)
    }

    /// Goes on with what [`begin_update`](Self::begin_update) began, perhaps in another process; see
    /// the example there.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub fn resume_update(&self, token: &ResumeToken) -> Result<Poller<ManagedHsm>> {
        self.resume(&UPDATE, token)
    }

    fn write(
        &self,
        method: Method,
        operation: &'static Operation,
        group: &str,
        name: &str,
        body: &ManagedHsmPatch,
    ) -> Call<Poller<ManagedHsm>> {
        let request =
            body.check().and_then(|()| self.place.request_json(method, group, name, &[], body));
        let place = self.place.clone();
        let (group, name) = (group.to_owned(), name.to_owned());
        Call::new(self.place.client.pipeline().clone(), operation, request, move |answer| {
            let segments = place.segments(&group, &name, &[])?;
            let poller = Settling::poller(place.client.clone(), operation, &segments, answer)?;
            Ok(poller.with_timeout(PATIENCE))
        })
    }

    fn resume(
        &self,
        operation: &'static Operation,
        token: &ResumeToken,
    ) -> Result<Poller<ManagedHsm>> {
        let poller = Settling::resume(self.place.client.clone(), operation, token)?;
        Ok(poller.with_timeout(PATIENCE))
    }
}
