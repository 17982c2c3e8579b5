//! Settings of a provisioner.

use std::{fmt, sync::Arc, time::Duration};

use azure_core::http::Transport;
use azvault_core::{
    Credential, Result,
    auth::Cloud,
    credentials::Env,
    time::{Clock, SystemClock},
    transport::TransportOptions,
};

use super::{Inner, Provisioner};

/// Builds a [`Provisioner`].
#[must_use = "a builder does nothing before build()"]
pub struct ProvisionerBuilder {
    credential: Credential,
    transport: Option<Transport>,
    endpoint: Option<String>,
    cloud: Option<Cloud>,
    application_id: Option<String>,
    concurrency: usize,
    check_names: bool,
    access_deadline: Duration,
    env: Env,
    clock: Arc<dyn Clock>,
}

impl ProvisionerBuilder {
    pub(super) fn new(credential: Credential) -> Self {
        Self {
            credential,
            transport: None,
            endpoint: None,
            cloud: None,
            application_id: None,
            concurrency: 64,
            check_names: false,
            access_deadline: Duration::from_secs(300),
            env: Env::process(),
            clock: SystemClock::shared(),
        }
    }

    /// Sends everything through `transport`.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// The address of Resource Manager instead of the cloud's.
    pub fn endpoint(mut self, address: impl Into<String>) -> Self {
        self.endpoint = Some(address.into());
        self
    }

    /// The cloud; the public one unless set.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = Some(cloud);
        self
    }

    /// A name for your program, at the front of the `User-Agent` header.
    pub fn application_id(mut self, id: impl Into<String>) -> Self {
        self.application_id = Some(id.into());
        self
    }

    /// How many vaults are worked on at a time: 1 to 256, 64 unless set. Resource Manager's limits
    /// hold whatever this is.
    pub fn concurrency(mut self, vaults: usize) -> Self {
        self.concurrency = vaults.clamp(1, 256);
        self
    }

    /// Also asks, for each vault that a plan is to make, whether somebody else has its name. Off
    /// unless set: it is a request for each, which Resource Manager counts as a write; without it a
    /// name that is taken fails when the plan is applied.
    pub fn check_names(mut self) -> Self {
        self.check_names = true;
        self
    }

    /// How long to wait in a vault until access takes effect that the fleet gives there, until
    /// network rules do that were just changed to let us in, until the name of a new vault is known,
    /// or while the vault throttles; 5 min unless set. A refusal where the fleet gives nobody access,
    /// or by rules that keep us out, is not waited out.
    pub fn access_deadline(mut self, limit: Duration) -> Self {
        self.access_deadline = limit;
        self
    }

    /// Where values of secrets come from: the process's environment unless set.
    pub fn env(mut self, env: Env) -> Self {
        self.env = env;
        self
    }

    /// Measures and waits by `clock`, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Builds it. Nothing is sent yet.
    ///
    /// # Errors
    /// `Other` if the HTTP client cannot be set up.
    pub fn build(self) -> Result<Provisioner> {
        let (transport, built_in) = match self.transport {
            Some(transport) => (transport, false),
            None => (TransportOptions::default().build()?, true),
        };
        Ok(Provisioner(Arc::new(Inner {
            credential: self.credential,
            transport,
            built_in,
            endpoint: self.endpoint,
            cloud: self.cloud,
            application_id: self.application_id,
            concurrency: self.concurrency,
            check_names: self.check_names,
            access_deadline: self.access_deadline,
            env: self.env,
            throttle: super::vaults_throttle(),
            clock: self.clock,
            subscriptions: Default::default(),
        })))
    }
}

impl fmt::Debug for ProvisionerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProvisionerBuilder")
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}
