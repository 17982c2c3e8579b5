//! The handle: names, credentials, transports and controls of one emulator.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use azure_core::{credentials::TokenCredential, http::Transport};

use crate::{
    admin::Stage,
    attestation::Attestation,
    builder::EmulatorBuilder,
    clock::Clock,
    credential::EmulatorCredential,
    error::Error,
    faults::Faults,
    journal::Journal,
    limits::ThrottleState,
    principal::Principal,
    router::Router,
    seed::{self, Seed, SeedReport},
    server::Server,
    snapshot::Snapshot,
    transport::{self, InMemoryClient, TlsClient},
};

/// A running Key Vault emulator; clones are the same emulator, the last one dropped ends it.
#[derive(Clone)]
pub struct Emulator {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) router: Arc<Router>,
    pub(crate) port: u16,
    /// `None` in memory only.
    pub(crate) network: Option<Network>,
}

/// What an emulator with a socket has besides.
pub(crate) struct Network {
    pub(crate) server: Server,
    pub(crate) ca_pem: String,
    pub(crate) client: reqwest::Client,
}

impl Emulator {
    /// Starts an emulator on a free port of 127.0.0.1 and `[::1]`, with nothing on disk.
    ///
    /// # Errors
    /// When no port can be bound or a key cannot be generated.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::start().await?;
    /// let url = format!("{}/keys?api-version=7.6", emulator.vault_url("my-vault"));
    /// let answer = emulator.http_client().get(url).send().await?;
    /// assert_eq!(answer.status(), 401); // the challenge: no token was sent
    /// emulator.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start() -> Result<Self, Error> {
        Self::builder().start().await
    }

    /// Settings for an emulator.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use azvault_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder()
    ///     .tenant_id("7c3c4f4c-1f8e-4f0e-9d2a-0f8a5a3f3f10")
    ///     .start()
    ///     .await?;
    /// assert_eq!(emulator.tenant_id(), "7c3c4f4c-1f8e-4f0e-9d2a-0f8a5a3f3f10");
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// An emulator without a socket, reached by [`in_memory_transport`](Self::in_memory_transport) only.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.vault_url("my-vault"), "https://my-vault.vault.localhost:8443");
    /// ```
    pub fn in_memory() -> Self {
        Self::builder().in_memory()
    }

    pub(crate) fn from_inner(inner: Inner) -> Self {
        Self { inner: Arc::new(inner) }
    }

    /// The URL of a vault: `https://{name}.vault.localhost:{port}`.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.vault_url("my-vault"), "https://my-vault.vault.localhost:8443");
    /// ```
    pub fn vault_url(&self, name: &str) -> String {
        format!("https://{name}.vault.localhost:{}", self.inner.port)
    }

    /// The URL of a managed HSM: `https://{name}.managedhsm.localhost:{port}`.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.managed_hsm_url("my-hsm"), "https://my-hsm.managedhsm.localhost:8443");
    /// ```
    pub fn managed_hsm_url(&self, name: &str) -> String {
        format!("https://{name}.managedhsm.localhost:{}", self.inner.port)
    }

    /// The URL of the Entra authority: `https://localhost:{port}`.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.authority(), "https://localhost:8443");
    /// ```
    pub fn authority(&self) -> String {
        format!("https://localhost:{}", self.inner.port)
    }

    /// The attestation authority, for the release policies of exportable keys.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert!(emulator.attestation().url().starts_with(&emulator.authority()));
    /// ```
    pub fn attestation(&self) -> Attestation {
        Attestation::at(&self.authority())
    }

    /// The URL of the management plane (ARM): the same as [`authority`](Self::authority), told apart by paths.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let groups = format!(
    ///     "{}/subscriptions/{}/resourcegroups",
    ///     emulator.management_url(),
    ///     emulator.subscription_id()
    /// );
    /// assert!(groups.starts_with("https://localhost:8443/subscriptions/"));
    /// ```
    pub fn management_url(&self) -> String {
        self.authority()
    }

    /// The subscription to make vaults in, a GUID; any other GUID is a subscription too.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.subscription_id().len(), 36);
    /// ```
    pub fn subscription_id(&self) -> &str {
        &self.inner.router.arm.settings.subscription_id
    }

    /// Lets a private endpoint ask for a connection to the vault or managed HSM of that resource id, and gives the connection's id.
    ///
    /// The connection is `Pending` until somebody approves or rejects it through ARM. As in Azure, a PUT of a
    /// Microsoft.Network private endpoint asks for connections too.
    ///
    /// # Errors
    /// When ARM has not made that vault or managed HSM, has deleted it, or it has a connection of that name.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert!(emulator.connect_private_endpoint("/subscriptions/none", "pe-1").is_err());
    /// ```
    ///
    /// Source: <https://learn.microsoft.com/rest/api/keyvault/keyvault/private-endpoint-connections>
    pub fn connect_private_endpoint(&self, id: &str, name: &str) -> Result<String, Error> {
        let router = &self.inner.router;
        let connected = router
            .arm
            .connect_private_endpoint(id, name, &router.vaults, &router.clock.times())
            .map_err(|error| Error::new("connect a private endpoint", error));
        // Nobody waits here, but what is written later is written after it.
        router.hand_over();
        connected
    }

    /// Who [`credential`](Self::credential) signs in as: what an access policy for it has to name.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let principal = emulator.default_principal();
    /// assert_eq!(principal.tid(), Some(emulator.tenant_id()));
    /// assert_eq!(principal.oid().len(), 36);
    /// ```
    pub fn default_principal(&self) -> Principal {
        Principal::default().with_tid(self.tenant_id())
    }

    /// The tenant of every vault here, a GUID unless set.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.tenant_id().len(), 36);
    /// ```
    pub fn tenant_id(&self) -> &str {
        &self.inner.router.tokens.tenant_id
    }

    /// The port listened on; in memory, the nominal one of the URLs.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::start().await?;
    /// assert!(emulator.authority().ends_with(&format!(":{}", emulator.port())));
    /// # Ok(())
    /// # }
    /// ```
    pub fn port(&self) -> u16 {
        self.inner.port
    }

    /// The proxy's URL, such as `http://127.0.0.1:8444`, when [`proxy_port`](EmulatorBuilder::proxy_port) asked for one.
    ///
    /// Managed identity is answered below it: at `/msi/token`, and at `/metadata/identity/oauth2/token`.
    ///
    /// ```
    /// assert_eq!(azvault_emulator::Emulator::in_memory().proxy_url(), None);
    /// ```
    pub fn proxy_url(&self) -> Option<String> {
        let address = self.inner.network.as_ref()?.server.proxy()?;
        // A client cannot connect to the address that stands for all.
        let ip =
            if address.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { address.ip() };
        Some(format!("http://{}", SocketAddr::new(ip, address.port())))
    }

    /// The URL of the admin API, without a slash at its end: `http://127.0.0.1:{proxy port}/admin`, or that of the
    /// TLS port where there is no proxy; programs of any language steer the emulator by it.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// assert_eq!(emulator.admin_url(), "https://localhost:8443/admin");
    /// ```
    pub fn admin_url(&self) -> String {
        format!("{}/admin", self.proxy_url().unwrap_or_else(|| self.authority()))
    }

    /// The CA certificate to trust, in PEM; empty in memory, where there is no TLS.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::start().await?;
    /// assert!(emulator.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn ca_pem(&self) -> &str {
        self.inner.network.as_ref().map_or("", |network| &network.ca_pem)
    }

    /// A credential for the default principal; it mints its tokens in process.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::in_memory();
    ///
    /// let token = emulator.credential().get_token(&["https://vault.azure.net/.default"], None).await?;
    /// assert!(!token.token.secret().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn credential(&self) -> Arc<dyn TokenCredential> {
        self.credential_for(Principal::default())
    }

    /// A credential for `principal`; it mints its tokens in process.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use azvault_emulator::{Emulator, Principal};
    ///
    /// let emulator = Emulator::in_memory();
    /// let reader = Principal::new("9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90");
    /// let credential = emulator.credential_for(reader);
    /// let token = credential.get_token(&["https://vault.azure.net/.default"], None).await?;
    /// assert!(!token.token.secret().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn credential_for(&self, principal: Principal) -> Arc<dyn TokenCredential> {
        Arc::new(EmulatorCredential { tokens: self.inner.router.tokens.clone(), principal })
    }

    /// A transport over TLS that trusts only this emulator and resolves only its names.
    ///
    /// The public cloud's names resolve to the emulator too. In memory there is no socket: this is then
    /// [`in_memory_transport`](Self::in_memory_transport).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use azure_core::http::ClientOptions;
    ///
    /// let emulator = azvault_emulator::Emulator::start().await?;
    /// // Microsoft's clients take it so; ours by `.transport(…)` of their builders.
    /// let options =
    ///     ClientOptions { transport: Some(emulator.transport()), ..ClientOptions::default() };
    /// # let _ = options;
    /// # Ok(())
    /// # }
    /// ```
    pub fn transport(&self) -> Transport {
        match &self.inner.network {
            Some(network) => Transport::new(Arc::new(TlsClient(network.client.clone()))),
            None => self.in_memory_transport(),
        }
    }

    /// A transport that calls the emulator directly: no socket, no TLS, fit for a paused clock.
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::ClientOptions;
    ///
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let transport = emulator.in_memory_transport();
    /// let options = ClientOptions { transport: Some(transport), ..ClientOptions::default() };
    /// # let _ = options;
    /// ```
    pub fn in_memory_transport(&self) -> Transport {
        Transport::new(Arc::new(InMemoryClient { router: Arc::clone(&self.inner.router) }))
    }

    /// The client behind [`transport`](Self::transport), for raw requests; in memory it reaches nothing.
    #[doc(hidden)]
    pub fn http_client(&self) -> reqwest::Client {
        match &self.inner.network {
            Some(network) => network.client.clone(),
            None => transport::closed_client(),
        }
    }

    /// The vaults' clock.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    ///
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let before = emulator.clock().now();
    /// emulator.clock().advance(Duration::from_secs(90 * 24 * 60 * 60));
    /// assert!(emulator.clock().now() - before >= Duration::from_secs(90 * 24 * 60 * 60));
    /// ```
    pub fn clock(&self) -> &Clock {
        &self.inner.router.clock
    }

    /// The faults on order.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    ///
    /// let outage = emulator.faults().always().vault("my-vault").status(503);
    /// // … what does the program do?
    /// outage.cancel();
    /// assert_eq!(emulator.faults().pending(), 0);
    /// ```
    pub fn faults(&self) -> &Faults {
        &self.inner.router.faults
    }

    /// The latest 10 000 requests, oldest first, those struck by a fault too; and what can be asked of them.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::start().await?;
    /// let url = format!("{}/secrets?api-version=7.6", emulator.vault_url("my-vault"));
    /// emulator.http_client().get(url).send().await?;
    /// let journal = emulator.journal();
    /// assert_eq!(journal.iter().map(|request| request.status()).collect::<Vec<_>>(), [Some(401)]);
    /// emulator.clear_journal();
    /// assert!(emulator.journal().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn journal(&self) -> Journal {
        self.inner.router.journal.journal()
    }

    /// Forgets the requests recorded so far.
    ///
    /// # Examples
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// // … what a test begins with
    /// emulator.clear_journal();
    /// assert!(emulator.journal().is_empty());
    /// ```
    pub fn clear_journal(&self) {
        self.inner.router.journal.clear();
    }

    /// How the limits on requests stand that were switched on, each with what is left of it and what it let pass; those
    /// that nothing was counted against are not told.
    ///
    /// ```
    /// use azvault_emulator::{Emulator, ResourceManagerLimits};
    ///
    /// let limits = ResourceManagerLimits::default();
    /// let emulator = Emulator::builder().resource_manager_limits(limits).in_memory();
    /// assert_eq!(emulator.throttle_state(), []);
    /// ```
    pub fn throttle_state(&self) -> Vec<ThrottleState> {
        self.inner.router.throttle_state()
    }

    /// Forgets what was counted against limits: they are as they were at first.
    ///
    /// # Examples
    /// ```
    /// use azvault_emulator::{Emulator, ResourceManagerLimits};
    ///
    /// let limits = ResourceManagerLimits::default();
    /// let emulator = Emulator::builder().resource_manager_limits(limits).in_memory();
    /// // … a test that uses them up
    /// emulator.clear_throttling();
    /// assert_eq!(emulator.throttle_state(), []);
    /// ```
    pub fn clear_throttling(&self) {
        self.inner.router.clear_throttling();
    }

    /// Makes what `seed` asks for and is not there yet, and tells what it made and what it left alone.
    ///
    /// Nothing that is there is changed, be it deleted: a secret that has other versions or values stays as it is.
    /// All of it is rehearsed first on an emulator of its own, so that what cannot be made is found before anything
    /// is. Who signs in is known from the start: a seed's principals count with
    /// [`EmulatorBuilder::seed`](EmulatorBuilder::seed) alone.
    ///
    /// # Errors
    /// When something cannot be made as it is asked for; the error names its place in the seed and repeats no value.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use azvault_emulator::{Emulator, Seed};
    ///
    /// let emulator = Emulator::in_memory();
    /// let seed = Seed::from_toml("[[vaults]]\nname = 'kv-1'\nkeys = [{ name = 'k', type = 'EC' }]")?;
    /// assert_eq!(emulator.seed(&seed).await?.made(), ["key 'k' in 'kv-1'"]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn seed(&self, seed: &Seed) -> Result<SeedReport, Error> {
        seed::sow(&self.inner.router, seed).await
    }

    /// All that the emulator holds, at one moment: between two requests, of which none is under way.
    ///
    /// It waits for the requests in flight, and later ones wait for it.
    ///
    /// # Errors
    /// When a key cannot be written down.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let before = emulator.snapshot().await?;
    /// // … a test that changes what is there
    /// emulator.restore(&before).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        self.inner.router.snapshot().await
    }

    /// Puts a snapshot, of this emulator or another, in the place of all that there is, between two requests.
    ///
    /// A request sees the former state or the new one, never some of both; with a data directory, nobody sees the new
    /// one before it is written. Resources keep the subscriptions that they name, and vaults that Resource Manager
    /// made the tenants: a snapshot of an emulator with others wants the same
    /// [`tenant_id`](crate::EmulatorBuilder::tenant_id) and
    /// [`subscription_id`](crate::EmulatorBuilder::subscription_id). Tokens stay good.
    ///
    /// # Errors
    /// When the snapshot does not make sense: nothing is changed then. And when a data directory cannot be written:
    /// the state is the new one then, and will be written as soon as that can be done.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let before = emulator.snapshot().await?;
    /// // … a test that changes what is there
    /// emulator.restore(&before).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn restore(&self, snapshot: &Snapshot) -> Result<(), Error> {
        self.inner.router.restore(snapshot).await
    }

    /// Makes the emulator as it was when it was newly made: no vault, nobody seen, the clock at wall time, no fault on
    /// order, an empty journal, full limits.
    ///
    /// The keys that backups and test certificates are made with stay, so that a backup can be restored after it.
    ///
    /// # Errors
    /// As [`restore`](Self::restore).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// emulator.clock().advance(std::time::Duration::from_secs(86_400));
    /// emulator.reset().await?;
    /// assert!(emulator.journal().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn reset(&self) -> Result<(), Error> {
        self.inner.router.reset().await
    }

    /// Stops listening and waits for the requests in flight, at most 5 seconds; then closes the data directory, if there
    /// is one, and refuses what would change it.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let emulator = azvault_emulator::Emulator::start().await?;
    /// // … what it is for
    /// emulator.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn shutdown(&self) {
        self.inner.router.admin.health.enter(Stage::Stopping);
        if let Some(network) = &self.inner.network {
            network.server.shutdown().await;
        }
        if self.inner.router.ledger.is_kept() {
            let router = Arc::clone(&self.inner.router);
            // A clock that was moved since the last request, say.
            router.hand_over();
            if tokio::task::spawn_blocking(move || router.ledger.close()).await.is_err() {
                tracing::error!("the data directory could not be closed");
            }
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("port", &self.inner.port)
            .field("tenant_id", &self.tenant_id())
            .field("in_memory", &self.inner.network.is_none())
            .finish_non_exhaustive()
    }
}
