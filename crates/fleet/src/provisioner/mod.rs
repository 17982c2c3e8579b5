//! Who looks at a fleet's vaults, says what differs, and changes it.

mod builder;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use azure_core::http::Transport;
use azvault_core::{
    ClientBuilder, Credential, Result, ServiceClient,
    auth::Cloud,
    credentials::Env,
    retry::{Budget, RetryPolicy, Throttle},
    time::Clock,
};
use azvault_keys::KeyClient;
use azvault_management::KeyVaultManagementClient;
use azvault_secrets::SecretClient;
pub use builder::ProvisionerBuilder;

use crate::{Apply, Fleet, FleetPlan, pace::Pace};

/// Makes the vaults of a fleet what they are to be: [`plan`](Self::plan) says what differs,
/// [`apply`](Self::apply) changes it. A cheap clone.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// use azvault_fleet::{Defaults, DesiredVault, Fleet, Provisioner};
///
/// let defaults = Defaults::new()
///     .subscription(emulator.subscription_id())
///     .tenant(emulator.tenant_id())
///     .location("eastus")
///     .resource_group("payments");
/// let fleet = Fleet::new().defaults(defaults).vault(DesiredVault::new("pay-prod"));
///
/// // On Azure: Provisioner::new(DefaultAzureCredential::new()?)?
/// let provisioner = Provisioner::builder(emulator.credential())
///     .endpoint(emulator.management_url())
///     .transport(emulator.transport())
///     .build()?;
/// let plan = provisioner.plan(&fleet).await?;
/// println!("{plan}");
/// let report = provisioner.apply(plan).await;
/// assert!(!report.has_failures(), "{report}");
/// assert!(provisioner.plan(&fleet).await?.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Provisioner(Arc<Inner>);

struct Inner {
    credential: Credential,
    transport: Transport,
    /// Whether the transport is the built-in one.
    built_in: bool,
    endpoint: Option<String>,
    cloud: Option<Cloud>,
    application_id: Option<String>,
    concurrency: usize,
    check_names: bool,
    access_deadline: std::time::Duration,
    env: Env,
    /// Keeps to the limits of each vault: 20 keys and 300 secrets in 10 s.
    throttle: Throttle,
    clock: Arc<dyn Clock>,
    /// The client of each subscription, which keeps to its limits; by the id in lower case.
    subscriptions: Mutex<HashMap<String, KeyVaultManagementClient>>,
}

/// What the clients of vaults share.
fn vaults_throttle() -> Throttle {
    Throttle::default().with_budget(Budget::published())
}

impl Provisioner {
    /// One for the public cloud, with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    /// `Other` if the HTTP client cannot be set up.
    ///
    /// # Examples
    /// ```
    /// use azvault_core::credentials::DefaultAzureCredential;
    /// use azvault_fleet::Provisioner;
    ///
    /// let provisioner = Provisioner::new(DefaultAzureCredential::new()?)?;
    /// # let _ = provisioner;
    /// # Ok::<(), azvault_fleet::Error>(())
    /// ```
    pub fn new(credential: impl Into<Credential>) -> Result<Self> {
        Self::builder(credential).build()
    }

    /// A builder, to set the cloud, the transport, how many vaults are worked on at a time and more.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// use azvault_fleet::{Fleet, Provisioner};
    ///
    /// let provisioner = Provisioner::builder(emulator.credential())
    ///     .endpoint(emulator.management_url())
    ///     .transport(emulator.transport())
    ///     .build()?;
    /// assert!(provisioner.plan(&Fleet::new()).await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(credential: impl Into<Credential>) -> ProvisionerBuilder {
        ProvisionerBuilder::new(credential.into())
    }

    /// Looks at what there is, and says in what it differs from the fleet. Nothing is changed.
    ///
    /// A subscription is looked at by one list of its vaults, one of its deleted vaults, and one of
    /// its role assignments if the fleet names roles there; a resource group by one request. The
    /// names of a vault's secrets and keys are listed where the fleet names some.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read`, `deletedVaults/read`,
    /// `Microsoft.Resources/subscriptions/resourceGroups/read`, for roles
    /// `Microsoft.Authorization/roleAssignments/read`, and in the vaults `secrets/list` and
    /// `keys/list`; where these two are missing, a plan says that it could not look.
    ///
    /// # Errors
    /// `InvalidInput` for a fleet that [cannot be](Fleet::check), or environment variables that are
    /// not set, before any request; what the service reports. What cannot be done is no error here:
    /// see [`FleetPlan::refused`].
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let provisioner = azvault_fleet::Provisioner::builder(emulator.credential())
    /// #     .endpoint(emulator.management_url()).transport(emulator.transport()).build()?;
    /// use azvault_fleet::{Defaults, DesiredVault, Fleet, VaultAction};
    ///
    /// let defaults = Defaults::new()
    ///     .subscription(emulator.subscription_id())
    ///     .tenant(emulator.tenant_id())
    ///     .location("eastus")
    ///     .resource_group("payments");
    /// let fleet = Fleet::new().defaults(defaults).vault(DesiredVault::new("pay-prod"));
    ///
    /// let plan = provisioner.plan(&fleet).await?;
    /// assert_eq!(plan.count(VaultAction::Create), 1);
    /// println!("{plan}");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn plan(&self, fleet: &Fleet) -> Result<FleetPlan> {
        crate::plan::plan(self, fleet).await
    }

    /// Carries out a plan that this provisioner made: some vaults at a time, within Resource Manager's
    /// limits. Awaited it gives a [`FleetReport`](crate::FleetReport); as a stream it tells of each
    /// step before that. Nothing is done before it is polled.
    ///
    /// What fails at one vault stops none of the others. A vault is looked at again before it is
    /// written to, so that a plan which is out of date is not carried out blindly. Whoever is killed
    /// while this runs plans again and applies that: nothing is done twice.
    ///
    /// Needs, beside what [`plan`](Self::plan) needs, `vaults/write`, `vaults/accessPolicies/write`,
    /// `resourceGroups/write` for groups that are missing, `roleAssignments/write` for roles,
    /// `vaults/delete` for deletions, `Microsoft.KeyVault/register/action` where a subscription is not
    /// registered yet, and in the vaults `set` and `recover` for secrets, `create` and
    /// `recover` for keys.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let provisioner = azvault_fleet::Provisioner::builder(emulator.credential())
    /// #     .endpoint(emulator.management_url()).transport(emulator.transport()).build()?;
    /// # use azvault_fleet::{Defaults, DesiredVault, Fleet};
    /// # let defaults = Defaults::new()
    /// #     .subscription(emulator.subscription_id())
    /// #     .tenant(emulator.tenant_id())
    /// #     .location("eastus")
    /// #     .resource_group("payments");
    /// # let fleet = Fleet::new().defaults(defaults).vault(DesiredVault::new("pay-prod"));
    /// use azvault_fleet::Progress;
    /// use futures::StreamExt;
    ///
    /// let plan = provisioner.plan(&fleet).await?;
    /// let mut applying = provisioner.apply(plan);
    /// while let Some(progress) = applying.next().await {
    ///     println!("{progress:?}");
    /// }
    /// assert!(provisioner.plan(&fleet).await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn apply(&self, plan: FleetPlan) -> Apply {
        Apply::new(self.clone(), plan)
    }

    /// The client of a subscription's vaults, one for all that is done in it.
    pub(crate) fn management(&self, subscription: &str) -> Result<KeyVaultManagementClient> {
        let mut clients = self.0.subscriptions.lock().unwrap_or_else(PoisonError::into_inner);
        let subscription = subscription.to_ascii_lowercase();
        if let Some(client) = clients.get(&subscription) {
            return Ok(client.clone());
        }
        let builder = KeyVaultManagementClient::builder(&subscription)
            // Resource Manager may ask for minutes, and it is better to wait than to give up.
            .retry(RetryPolicy::default().max_retries(8).max_server_delay(LONGEST_DELAY))
            .timeout(MANAGEMENT_LIMIT)
            // The limits are a subscription's own: one that throttles holds up no other.
            .throttle(Throttle::default())
            .per_attempt_policy(Arc::new(Pace::new(self.0.clock.clone())));
        let builder = match &self.0.endpoint {
            Some(endpoint) => builder.endpoint(endpoint),
            None => builder,
        };
        let client = self.common(builder).build()?;
        clients.insert(subscription, client.clone());
        Ok(client)
    }

    pub(crate) fn secrets(&self, vault_url: &str) -> Result<SecretClient> {
        let throttle = self.0.throttle.clone();
        self.common(SecretClient::builder(vault_url)).throttle(throttle).build()
    }

    pub(crate) fn keys(&self, vault_url: &str) -> Result<KeyClient> {
        let throttle = self.0.throttle.clone();
        self.common(KeyClient::builder(vault_url)).throttle(throttle).build()
    }

    fn common<C: ServiceClient>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        let transport = self.0.transport.clone();
        let builder = match self.0.built_in {
            true => builder.shared_built_in_transport(transport),
            false => builder.transport(transport),
        };
        let builder = builder.credential(&self.0.credential).clock(self.0.clock.clone());
        let builder = match &self.0.application_id {
            Some(id) => builder.application_id(id),
            None => builder,
        };
        match &self.0.cloud {
            Some(cloud) => builder.cloud(cloud.clone()),
            None => builder,
        }
    }

    pub(crate) fn concurrency(&self) -> usize {
        self.0.concurrency
    }

    pub(crate) fn checks_names(&self) -> bool {
        self.0.check_names
    }

    pub(crate) fn access_deadline(&self) -> std::time::Duration {
        self.0.access_deadline
    }

    pub(crate) fn env(&self) -> &Env {
        &self.0.env
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
}

/// The longest wait that Resource Manager may ask for.
const LONGEST_DELAY: std::time::Duration = std::time::Duration::from_secs(300);
/// How long one of its calls, or all that a vault needs, may take with all waits.
pub(crate) const MANAGEMENT_LIMIT: std::time::Duration = std::time::Duration::from_secs(900);

impl fmt::Debug for Provisioner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provisioner")
            .field("concurrency", &self.0.concurrency)
            .finish_non_exhaustive()
    }
}
