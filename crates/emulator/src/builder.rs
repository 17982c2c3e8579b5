//! Settings of an emulator, and how its parts are put together.

use std::{fs::File, net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio::sync::RwLock;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

#[cfg(feature = "durable")]
use crate::state::disk::{Disk, Durability};
use crate::{
    admin::{Admin, Health, Stage},
    arm::{Arm, ArmSettings},
    backup::BackupKey,
    certificates::TestIssuer,
    clock::Clock,
    emulator::{Emulator, Inner, Network},
    entra::{Application, Directory, Principals, Secret, SignIns, SigningKey, Tokens},
    error::Error,
    faults::Faults,
    installation::Installation,
    journal::Records,
    journal_file::JournalFile,
    limits::ResourceManagerLimits,
    roles::Roles,
    router::Router,
    seed::{self, Seed},
    server::{Authority, Certificates, Listen, Server, Sockets},
    state::Ledger,
    transport,
    vault::{VaultLimits, VaultMeter, VaultProperties, Vaults},
    whole::Keeping,
};

/// The port that URLs of an emulator without a socket name.
const NOMINAL_PORT: u16 = 8443;

/// Settings for an [`Emulator`].
///
/// ```
/// use azvault_emulator::Emulator;
/// use std::time::Duration;
///
/// let emulator = Emulator::builder().retention_days(7).deletion_lag(Duration::from_secs(5)).in_memory();
/// assert_eq!(emulator.port(), 8443);
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing runs until `start` or `in_memory`"]
pub struct EmulatorBuilder {
    port: u16,
    listen: Option<IpAddr>,
    proxy_port: Option<u16>,
    installation: Option<PathBuf>,
    tenant_id: Option<String>,
    token_lifetime: Duration,
    principals: Principals,
    sign_in_by_hand: bool,
    identity_header: Option<Secret>,
    pub(crate) properties: VaultProperties,
    subscription_id: Option<String>,
    provisioning_lag: Duration,
    hsm_provisioning_lag: Duration,
    hsm_deletion_lag: Duration,
    purge_lag: Duration,
    access_lag: Duration,
    parallel_changes_conflict: bool,
    client_address: Option<IpAddr>,
    provider_registered: bool,
    registration_lag: Duration,
    limits: Option<ResourceManagerLimits>,
    vault_limits: Option<VaultLimits>,
    latency: Duration,
    strict_api_versions: bool,
    journal_file: Option<JournalFile>,
    admin_from_anywhere: bool,
    seed: Option<Seed>,
    tokens_follow_clock: bool,
    #[cfg(feature = "durable")]
    data: DataSettings,
}

impl Default for EmulatorBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            listen: None,
            proxy_port: None,
            installation: None,
            tenant_id: None,
            token_lifetime: Duration::from_secs(3600),
            principals: Principals::new().others(true),
            sign_in_by_hand: false,
            identity_header: None,
            properties: VaultProperties::default(),
            subscription_id: None,
            provisioning_lag: Duration::ZERO,
            hsm_provisioning_lag: Duration::ZERO,
            hsm_deletion_lag: Duration::ZERO,
            purge_lag: Duration::ZERO,
            access_lag: Duration::ZERO,
            parallel_changes_conflict: false,
            client_address: None,
            provider_registered: true,
            registration_lag: Duration::ZERO,
            limits: None,
            vault_limits: None,
            latency: Duration::ZERO,
            strict_api_versions: false,
            journal_file: None,
            admin_from_anywhere: false,
            seed: None,
            tokens_follow_clock: false,
            #[cfg(feature = "durable")]
            data: DataSettings::default(),
        }
    }
}

impl EmulatorBuilder {
    /// The port to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Listens on this address alone, instead of 127.0.0.1 and `[::1]`.
    ///
    /// Anything but a loopback address lets others on the network in: the emulator signs a token for
    /// whoever asks.
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.listen = Some(address);
        self
    }

    /// Opens a second port, for plain HTTP: a proxy that answers for Azure's names itself, and managed identity.
    ///
    /// 0 takes a free port; [`Emulator::proxy_url`] tells which. A program that is told of it by `HTTPS_PROXY`, and
    /// trusts [`Emulator::ca_pem`], reaches `https://my-vault.vault.azure.net` and its neighbours here, with
    /// nothing changed. For any other host the answer is 403: it never forwards. The same port answers as the metadata
    /// service of a virtual machine and of App Service. When not set, there is none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::builder().proxy_port(0).start().await?;
    /// let proxy = emulator.proxy_url().unwrap_or_default();
    /// let client = reqwest::Client::builder()
    ///     .proxy(reqwest::Proxy::all(proxy)?)
    ///     .tls_certs_only([reqwest::Certificate::from_pem(emulator.ca_pem().as_bytes())?])
    ///     .build()?;
    /// let answer = client.get("https://my-vault.vault.azure.net/keys?api-version=7.6").send().await?;
    /// assert_eq!(answer.status(), 401); // the challenge: no token was sent
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Source: <https://www.rfc-editor.org/rfc/rfc9110#name-connect>
    pub fn proxy_port(mut self, port: u16) -> Self {
        self.proxy_port = Some(port);
        self
    }

    /// Keeps the certificate authority, the key that signs tokens, the tenant and the subscription in this folder.
    ///
    /// They are made when the folder has none, and whoever trusts its `ca.pem` may go on doing so after a restart:
    /// tokens stay good, too. Keys are in files that only their owner may read. Several processes may use one
    /// folder, at the same time as well. An authority that would expire within 30 days is made anew. When not set,
    /// nothing is on disk; [`in_memory`](Self::in_memory) ignores it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("azvault-doc-installation-{}", std::process::id()));
    /// let started = || azvault_emulator::Emulator::builder().installation(&folder).start();
    /// let (first, second) = (started().await?, started().await?);
    /// assert_eq!(first.ca_pem(), second.ca_pem());
    /// assert_eq!(first.tenant_id(), second.tenant_id());
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn installation(mut self, folder: impl Into<PathBuf>) -> Self {
        self.installation = Some(folder.into());
        self
    }

    /// The tenant of every vault; when not set, that of the installation, or a new GUID.
    pub fn tenant_id(mut self, tenant_id: impl Into<String>) -> Self {
        self.tenant_id = Some(tenant_id.into());
        self
    }

    /// The subscription that [`Emulator::subscription_id`] names, a GUID, in lower case there; when not set, that of the installation, or
    /// a new one.
    ///
    /// Any other GUID is a subscription too.
    pub fn subscription_id(mut self, subscription_id: impl Into<String>) -> Self {
        self.subscription_id = Some(subscription_id.into().to_lowercase());
        self
    }

    /// How long minted tokens live, in wall time and whole seconds; one hour when not set.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Insists on this secret of this client; without it any secret of any client is right.
    pub fn client_secret(
        mut self,
        client_id: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        let application = Application::new(client_id.into()).secret(secret);
        self.principals = self.principals.application(application);
        self
    }

    /// Who may sign in; anybody when not set. It takes the place of earlier [`client_secret`](Self::client_secret)s.
    ///
    /// ```
    /// use azvault_emulator::{Application, Emulator, Principals};
    ///
    /// let ci = Application::new("11111111-1111-1111-1111-111111111111").secret("s3cret");
    /// let emulator = Emulator::builder().principals(Principals::new().application(ci)).in_memory();
    /// # drop(emulator);
    /// ```
    pub fn principals(mut self, principals: Principals) -> Self {
        self.principals = principals;
        self
    }

    /// Whether a sign-in by device code waits until somebody opens `/devicelogin` of the authority and types the code; not
    /// so when not set: the first listed user, or a made-up one, signs in at once.
    ///
    /// `/devicelogin?code=CODE&username=UPN` does it without a browser; with `&decline=1` it is declined.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().sign_in_by_hand(true).in_memory();
    /// # drop(emulator);
    /// ```
    pub fn sign_in_by_hand(mut self, by_hand: bool) -> Self {
        self.sign_in_by_hand = by_hand;
        self
    }

    /// Insists on this value of `X-IDENTITY-HEADER` at the App Service form of managed identity; any is right when not
    /// set. A program gets it as `IDENTITY_HEADER`.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().identity_header("of this run").in_memory();
    /// # drop(emulator);
    /// ```
    pub fn identity_header(mut self, value: impl Into<String>) -> Self {
        self.identity_header = Some(Secret::new(value.into()));
        self
    }

    /// How long, by [`Emulator::clock`], the deletion of an object of a vault, of a resource group or of a managed HSM
    /// takes; zero when not set.
    pub fn deletion_lag(mut self, lag: Duration) -> Self {
        self.properties.deletion_lag = lag;
        self.hsm_deletion_lag = lag;
        self
    }

    /// How long, by [`Emulator::clock`], the recovery of an object of a vault takes; zero when not set.
    pub fn recovery_lag(mut self, lag: Duration) -> Self {
        self.properties.recovery_lag = lag;
        self
    }

    /// How long, by [`Emulator::clock`], a certificate takes from its request to its issue; zero when not set.
    ///
    /// Until then its operation is `inProgress` and can be cancelled. The service takes about ten seconds. Without a
    /// lag it is issued when somebody next looks.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let emulator = azvault_emulator::Emulator::builder().certificate_lag(Duration::from_secs(10)).in_memory();
    /// # drop(emulator);
    /// ```
    ///
    /// Source: <https://learn.microsoft.com/azure/key-vault/certificates/create-certificate-scenarios>
    pub fn certificate_lag(mut self, lag: Duration) -> Self {
        self.properties.certificate_lag = lag;
        self
    }

    /// How long, by [`Emulator::clock`], a vault made through ARM takes to register its name; zero when not set.
    ///
    /// Until then its `provisioningState` is `RegisteringDns`. A managed HSM is made, changed and recovered in that time.
    pub fn provisioning_lag(mut self, lag: Duration) -> Self {
        self.provisioning_lag = lag;
        self.hsm_provisioning_lag = lag;
        self
    }

    /// How long, by [`Emulator::clock`], the purge of a deleted vault, managed HSM, key or secret takes; zero when
    /// not set.
    ///
    /// The purge of a key or a secret is answered at once; until it is done, the name is not free.
    pub fn purge_lag(mut self, lag: Duration) -> Self {
        self.purge_lag = lag;
        self.properties.purge_lag = lag;
        self
    }

    /// How long, by [`Emulator::clock`], new access policies and role assignments take to count, and removed ones to
    /// count no more; zero when not set.
    ///
    /// Resource Manager shows them at once, as Azure does. What a vault is made with takes as long.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let emulator = azvault_emulator::Emulator::builder().access_lag(Duration::from_secs(300)).in_memory();
    /// # drop(emulator);
    /// ```
    pub fn access_lag(mut self, lag: Duration) -> Self {
        self.access_lag = lag;
        self
    }

    /// Whether a change of a vault through ARM is refused, with 409 `ConflictError`, when another one was done after
    /// its request began; not so when not set: they then come one after the other.
    ///
    /// The service does so when changes run in parallel; how close they have to be is not known. Here a request begins
    /// when its headers are there, and those that are sent together, such as by `join!`, have begun before the first of
    /// them is done.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().parallel_changes_conflict(true).in_memory();
    /// # drop(emulator);
    /// ```
    pub fn parallel_changes_conflict(mut self, on: bool) -> Self {
        self.parallel_changes_conflict = on;
        self
    }

    /// The address that vaults see callers come from; when not set, that of the connection, and 127.0.0.1 in memory.
    ///
    /// Network rules hold public addresses alone, so that no rule can let 127.0.0.1 in. An address of IPv6 is let in by
    /// no rule.
    ///
    /// ```
    /// let office = std::net::Ipv4Addr::new(203, 0, 113, 7);
    /// let emulator = azvault_emulator::Emulator::builder().client_address(office.into()).in_memory();
    /// # drop(emulator);
    /// ```
    pub fn client_address(mut self, address: IpAddr) -> Self {
        self.client_address = Some(address);
        self
    }

    /// Whether every subscription may use the Key Vault provider from the start; so when not set.
    ///
    /// Otherwise ARM refuses vaults with 409 `MissingSubscriptionRegistration` until somebody asks it to register
    /// the subscription.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().provider_registered(false).in_memory();
    /// ```
    ///
    /// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types>
    pub fn provider_registered(mut self, registered: bool) -> Self {
        self.provider_registered = registered;
        self
    }

    /// How long, by [`Emulator::clock`], the registration of a subscription takes; zero when not set.
    ///
    /// Until then its `registrationState` is `Registering`.
    pub fn registration_lag(mut self, lag: Duration) -> Self {
        self.registration_lag = lag;
        self
    }

    /// Switches Resource Manager's rate limits on, for each caller in each subscription; off when not set.
    ///
    /// They go by [`Emulator::clock`]. Over the limit the answer is 429 with `Retry-After` in seconds; the counters
    /// `x-ms-ratelimit-remaining-subscription-reads`, `-writes` and `-deletes` tell what is left.
    pub fn resource_manager_limits(mut self, limits: ResourceManagerLimits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Switches each vault's own limits on; off when not set.
    ///
    /// They go by [`Emulator::clock`]. Over the limit the answer is 429 `Throttled`, without `Retry-After`: Key Vault
    /// documents none.
    pub fn vault_limits(mut self, limits: VaultLimits) -> Self {
        self.vault_limits = Some(limits);
        self
    }

    /// Whether api-versions that the service does not know are refused, in its words; any is taken when not set.
    ///
    /// Vaults and managed HSMs answer 400 `BadParameter`, Resource Manager 400 `InvalidApiVersionParameter`,
    /// `NoRegisteredProviderFound` or 404 `InvalidResourceType`, each by the type of the resource. What versions there are is
    /// as of November 2026; those of `Microsoft.Network` and `Microsoft.Authorization` are not looked at.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().strict_api_versions(true).in_memory();
    /// # drop(emulator);
    /// ```
    ///
    /// Source: <https://learn.microsoft.com/rest/api/keyvault/>
    pub fn strict_api_versions(mut self, on: bool) -> Self {
        self.strict_api_versions = on;
        self
    }

    /// The times that the service was seen to take, set all at once; those that differ can be set afterwards.
    ///
    /// | | | seen |
    /// |---|---|---|
    /// | [`deletion_lag`](Self::deletion_lag) | 8 s | a deleted key was "not found" for at least 8 s (March 2022), a secret for about 5 s (November 2022) |
    /// | [`recovery_lag`](Self::recovery_lag) | 8 s | no time is on record: as long as a deletion |
    /// | [`purge_lag`](Self::purge_lag) | 90 s | the purge of a vault took 92 s (July 2020); a key's name was free 10 s after its purge (April 2022) |
    /// | [`provisioning_lag`](Self::provisioning_lag) | 30 s | new vaults were `RegisteringDns` for 19 to 32 s (2020 to 2022) |
    /// | [`access_lag`](Self::access_lag) | 5 min | "role assignments take several minutes", says the documentation |
    /// | [`certificate_lag`](Self::certificate_lag) | 10 s | self-signed certificates took 10 to 13 s (October 2021) |
    ///
    /// For keys, secrets and certificates the purge takes 10 s. A managed HSM is made, changed and recovered in 690 s, and deleted in
    /// 240 s: making one took 11.5 min, deleting it 4 min (August 2023). All go by [`Emulator::clock`].
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let builder = azvault_emulator::Emulator::builder().service_times().access_lag(Duration::ZERO);
    /// # drop(builder.in_memory());
    /// ```
    ///
    /// Source: recordings of the official clients' tests, and <https://learn.microsoft.com/azure/key-vault/general/rbac-guide>
    pub fn service_times(mut self) -> Self {
        self = self
            .deletion_lag(Duration::from_secs(8))
            .recovery_lag(Duration::from_secs(8))
            .purge_lag(Duration::from_secs(90))
            .provisioning_lag(Duration::from_secs(30))
            .access_lag(Duration::from_secs(300))
            .certificate_lag(Duration::from_secs(10));
        self.properties.purge_lag = Duration::from_secs(10);
        self.hsm_provisioning_lag = Duration::from_secs(690);
        self.hsm_deletion_lag = Duration::from_secs(240);
        self
    }

    /// How long each answer is held back, by tokio's clock; not at all when not set.
    ///
    /// The request has done its work by then. No other request waits for it. In memory too, where a tokio runtime
    /// with a timer is needed for it.
    ///
    /// ```
    /// # use std::time::Duration;
    /// let emulator = azvault_emulator::Emulator::builder().latency(Duration::from_millis(50)).in_memory();
    /// ```
    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Days that deleted keys and secrets are kept, 7 to 90, others are brought into that range; 90 when not set.
    ///
    /// A vault made through ARM goes by its own `softDeleteRetentionInDays`.
    pub fn retention_days(mut self, days: u16) -> Self {
        self.properties.retention_days = days.clamp(7, 90);
        self
    }

    /// Whether vaults refuse to purge before the retention ends; not so when not set.
    ///
    /// A vault made through ARM goes by its own `enablePurgeProtection`.
    pub fn purge_protection(mut self, on: bool) -> Self {
        self.properties.purge_protection = on;
        self
    }

    /// Appends a line of JSON for each answered request to `file`, which was opened for append.
    ///
    /// A line has `method`, `host`, `path` without the query, `status`, `user_agent` and `judged`, which is `false`.
    /// When not set, the file that the environment variable `AZVAULT_EMULATOR_JOURNAL` names is used, if any.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("azvault-doc-journal-{}.jsonl", std::process::id()));
    /// let file = std::fs::OpenOptions::new().create(true).append(true).open(&path)?;
    /// let emulator = azvault_emulator::Emulator::builder().journal_file(file).in_memory();
    /// # drop(emulator);
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn journal_file(mut self, file: File) -> Self {
        self.journal_file = Some(JournalFile::of(file));
        self
    }

    /// Whether the admin API serves other machines too; this machine alone when not set.
    ///
    /// Whoever reaches it may read every secret and change everything. It is for containers, which see their own
    /// machine's programs come from elsewhere; docs/admin.md tells of it.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().admin_from_anywhere(true).in_memory();
    /// # drop(emulator);
    /// ```
    pub fn admin_from_anywhere(mut self, on: bool) -> Self {
        self.admin_from_anywhere = on;
        self
    }

    /// What the emulator has from the start; its principals take the place of earlier ones.
    ///
    /// What is there already, kept from an earlier run, is left alone. It is all made before the first request is
    /// answered. [`in_memory`](Self::in_memory) takes over the principals alone: use [`Emulator::seed`] for the rest.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use azvault_emulator::{Emulator, Seed};
    ///
    /// let seed = Seed::from_toml("[[vaults]]\nname = 'kv-1'\nsecrets = [{ name = 's', value = 'v' }]")?;
    /// let emulator = Emulator::builder().seed(seed).start().await?;
    /// # emulator.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn seed(mut self, seed: Seed) -> Self {
        if let Some(principals) = seed.principals() {
            self.principals = principals.clone();
        }
        self.seed = Some(seed);
        self
    }

    /// Whether tokens are dated by [`Emulator::clock`], and expire by it; by wall time when not set.
    ///
    /// [`Clock::carry_tokens`](crate::Clock::carry_tokens) changes it later.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::builder().tokens_follow_clock(true).in_memory();
    /// assert!(emulator.clock().carries_tokens());
    /// ```
    pub fn tokens_follow_clock(mut self, on: bool) -> Self {
        self.tokens_follow_clock = on;
        self
    }

    /// Keeps vaults and all that is in them in this folder, which is made when it is not there.
    ///
    /// An answer is given when what it tells of is in the folder: killing the process loses nothing that was
    /// acknowledged. Private keys and the values of secrets are encrypted by a key that is in the folder too, in a file
    /// that only its owner may read. One emulator at a time has a folder, until [`Emulator::shutdown`]. Identifiers name
    /// the host of each request, so that the port may change. Who calls is not kept here, but by an
    /// [`installation`](Self::installation). When not set, all is in memory; [`in_memory`](Self::in_memory) ignores it.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = std::env::temp_dir().join(format!("azvault-doc-data-{}", std::process::id()));
    /// let emulator = azvault_emulator::Emulator::builder().data_dir(&folder).start().await?;
    /// // ... and once more, with all that was in its vaults:
    /// emulator.shutdown().await;
    /// let emulator = azvault_emulator::Emulator::builder().data_dir(&folder).start().await?;
    /// # emulator.shutdown().await;
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "durable")]
    pub fn data_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data.folder = Some(folder.into());
        self
    }

    /// What the [`data_dir`](Self::data_dir) survives besides the end of the process; [`Durability::Normal`] when not set.
    ///
    /// ```
    /// use azvault_emulator::{Durability, Emulator};
    ///
    /// let builder = Emulator::builder().data_dir("state").durability(Durability::Full);
    /// # drop(builder);
    /// ```
    #[cfg(feature = "durable")]
    pub fn durability(mut self, durability: Durability) -> Self {
        self.data.durability = durability;
        self
    }

    /// Starts the emulator; needs a tokio runtime.
    ///
    /// # Errors
    /// When the port cannot be bound, a key cannot be generated, or the installation or the data directory cannot be
    /// read or made, or another emulator has the latter.
    pub async fn start(mut self) -> Result<Emulator, Error> {
        let listen = Listen { address: self.listen, port: self.port, proxy_port: self.proxy_port };
        // The first random byte of a process takes aws-lc tens of milliseconds: it is drawn while files are read.
        // Whoever needs one meanwhile waits for it, and meets its failure.
        drop(tokio::task::spawn_blocking(|| aws_lc_rs::rand::fill(&mut [0])));
        let folder = self.installation.take();
        let seed = self.seed.take();
        // An RSA key takes long enough to be felt by others on the runtime.
        let kept = tokio::task::spawn_blocking(move || match folder {
            Some(folder) => Installation::open(&folder).map(Kept::from),
            None => Kept::nothing(),
        });
        let kept = kept.await.map_err(|error| Error::new("make its keys", error))??;
        self.tenant_id = self.tenant_id.or(kept.tenant_id);
        self.subscription_id = self.subscription_id.or(kept.subscription_id);
        let certificates = Arc::new(Certificates::of(kept.authority)?);
        #[cfg(feature = "durable")]
        let data = std::mem::take(&mut self.data);
        let router = self.router(kept.signing_key);
        #[cfg(feature = "durable")]
        let router = data.load(router).await?;
        let router = Arc::new(router);
        let tls = TlsAcceptor::from(Arc::new(certificates.server_config()?));
        // First, so that nothing is changed where somebody else listens; whoever connects waits for the rest.
        let sockets = Sockets::bind(listen).await.map_err(|error| Error::new("listen", error))?;
        if let Some(seed) = seed {
            let report = seed::sow(&router, &seed).await?;
            let (made, left_alone) = (report.made().join("; "), report.left_alone().join("; "));
            tracing::info!(made, left_alone, "seeded");
        }
        let server = Server::start(sockets, tls, Arc::clone(&router));
        router.admin.health.enter(Stage::Serving);
        let port = server.port();
        let client = transport::client(certificates.ca_pem(), port)?;
        let network = Some(Network { server, ca_pem: certificates.ca_pem().to_owned(), client });
        Ok(Emulator::from_inner(Inner { router, port, network }))
    }

    /// An emulator without a socket; the port set here is only the one that URLs name.
    pub fn in_memory(self) -> Emulator {
        let port = if self.port == 0 { NOMINAL_PORT } else { self.port };
        let router = Arc::new(self.router(None));
        router.admin.health.enter(Stage::Serving);
        Emulator::from_inner(Inner { router, port, network: None })
    }

    pub(crate) fn router(self, signing_key: Option<Arc<SigningKey>>) -> Router {
        let subscription_id = self.subscription_id.unwrap_or_else(|| Uuid::new_v4().to_string());
        let clock = Clock::default();
        clock.carry_tokens(self.tokens_follow_clock);
        Router {
            tokens: Tokens {
                clock: clock.clone(),
                tenant_id: self.tenant_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
                lifetime: self.token_lifetime,
                directory: Arc::new(Directory::of(self.principals)),
                sign_ins: Arc::new(SignIns::new(self.sign_in_by_hand)),
                signing_key,
                identity_header: self.identity_header,
                verified: Arc::default(),
            },
            vaults: Vaults::new(self.properties, &subscription_id),
            vault_meter: VaultMeter::new(self.vault_limits),
            arm: Arm::new(ArmSettings {
                subscription_id,
                provisioning_lag: self.provisioning_lag,
                hsm_provisioning_lag: self.hsm_provisioning_lag,
                hsm_deletion_lag: self.hsm_deletion_lag,
                purge_lag: self.purge_lag,
                provider_registered: self.provider_registered,
                registration_lag: self.registration_lag,
                limits: self.limits,
                parallel_changes_conflict: self.parallel_changes_conflict,
            }),
            roles: Roles::new(self.access_lag),
            client_address: self.client_address,
            keeping: Keeping::of(&clock),
            clock,
            backups: BackupKey::default(),
            certificate_issuer: TestIssuer::default(),
            faults: Faults::default(),
            journal: Records::default(),
            journal_file: self.journal_file.or_else(JournalFile::of_process),
            ledger: Ledger::default(),
            strict_api_versions: self.strict_api_versions,
            latency: self.latency,
            gate: RwLock::default(),
            admin: Admin { anywhere: self.admin_from_anywhere, health: Health::default() },
        }
    }
}

/// Where state is kept, if it is.
#[cfg(feature = "durable")]
#[derive(Clone, Debug, Default)]
struct DataSettings {
    folder: Option<PathBuf>,
    durability: Durability,
}

#[cfg(feature = "durable")]
impl DataSettings {
    /// The router with what the folder holds, whose changes go there.
    async fn load(self, mut router: Router) -> Result<Router, Error> {
        let Some(folder) = self.folder else {
            return Ok(router);
        };
        let failed = |error| Error::new("open its data directory", error);
        // Reading keys takes long enough to be felt by others on the runtime.
        let loaded = tokio::task::spawn_blocking(move || -> std::io::Result<_> {
            let (disk, records) = Disk::open(&folder, self.durability)?;
            let ticket = router.keep(records, disk)?;
            Ok((router, ticket))
        });
        let loaded = loaded.await.map_err(|error| Error::new("open its data directory", error))?;
        let (router, ticket) = loaded.map_err(failed)?;
        let written = router.ledger.written(ticket).await;
        written.map_err(|error| Error::new("write to its data directory", error))?;
        Ok(router)
    }
}

/// What an emulator has from its installation, or makes for itself.
struct Kept {
    authority: Authority,
    /// `None`: the process's.
    signing_key: Option<Arc<SigningKey>>,
    tenant_id: Option<String>,
    subscription_id: Option<String>,
}

impl Kept {
    fn nothing() -> Result<Self, Error> {
        SigningKey::shared().map_err(|error| Error::new("make its token key", error))?;
        let authority = Authority::generate()?;
        Ok(Self { authority, signing_key: None, tenant_id: None, subscription_id: None })
    }
}

impl From<Installation> for Kept {
    fn from(installation: Installation) -> Self {
        Self {
            authority: installation.authority,
            signing_key: Some(installation.signing_key),
            tenant_id: Some(installation.tenant_id),
            subscription_id: Some(installation.subscription_id),
        }
    }
}
