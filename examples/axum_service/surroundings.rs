//! Where the service runs: on a vault in Azure and a PostgreSQL, or on stand-ins in this process.

use std::{error::Error, str::FromStr, sync::Arc};

use azvault_core::{
    credentials::DefaultAzureCredential,
    retry::RetryPolicy,
    time::{Clock, SystemClock},
};
use azvault_emulator::Emulator;
use azvault_keys::KeyClient;
use azvault_secrets::SecretClient;
use tokio::net::TcpListener;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{config::Config, service::Service, stand_in::StandIn, tls};

/// What the service is started with.
pub(crate) struct Surroundings {
    pub(crate) config: Config,
    pub(crate) secrets: SecretClient,
    pub(crate) keys: KeyClient,
    pub(crate) database: tokio_postgres::Config,
    /// Whom to believe to be the database.
    pub(crate) tls: MakeRustlsConnect,
    pub(crate) clock: Arc<dyn Clock>,
    /// They live as long as this value.
    pub(crate) emulator: Option<Emulator>,
    pub(crate) stand_in: Option<StandIn>,
}

impl Surroundings {
    /// What the settings say.
    pub(crate) async fn of(config: Config) -> Result<Self, Box<dyn Error>> {
        let clock = SystemClock::shared();
        let (Some(vault), Some(database)) = (config.vault.clone(), config.database.clone()) else {
            return Self::in_process(config, RetryPolicy::default(), clock).await;
        };
        let url = format!("https://{vault}.vault.azure.net");
        let credential = DefaultAzureCredential::new()?;
        let secrets = SecretClient::new(&url, credential.clone())?;
        let keys = KeyClient::new(&url, credential)?;
        let tls = tls::trusting(config.database_ca.as_deref())?;
        Ok(Self { config, secrets, keys, database, tls, clock, emulator: None, stand_in: None })
    }

    /// An emulator that holds what the service wants, and a database in this process.
    pub(crate) async fn in_process(
        config: Config,
        retry: RetryPolicy,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Box<dyn Error>> {
        let emulator = Emulator::start().await?;
        let url = emulator.vault_url("my-vault");
        let secrets = SecretClient::builder(&url)
            .credential(emulator.credential())
            .transport(emulator.transport())
            .retry(retry.clone())
            .clock(Arc::clone(&clock)) // which the cache of secrets takes over
            .build()?;
        let keys = KeyClient::builder(&url)
            .credential(emulator.credential())
            .transport(emulator.transport())
            .retry(retry)
            .build()?;
        secrets.set_secret(&config.password_secret, FIRST_PASSWORD).await?;
        keys.create_ec_key(&config.signing_key).await?;
        let stand_in = StandIn::start(FIRST_PASSWORD).await?;
        let database = tokio_postgres::Config::from_str(&stand_in.url())?;
        let tls = tls::trusting_pem(stand_in.authority().as_bytes())?;
        let (emulator, stand_in) = (Some(emulator), Some(stand_in));
        Ok(Self { config, secrets, keys, database, tls, clock, emulator, stand_in })
    }

    /// The service, connected.
    pub(crate) async fn service(&self) -> Result<Arc<Service>, Box<dyn Error>> {
        let (secrets, keys) = (self.secrets.clone(), self.keys.clone());
        let clock = Arc::clone(&self.clock);
        let database = (self.database.clone(), self.tls.clone());
        Service::start(&self.config, database, secrets, keys, clock).await
    }

    /// Serves until the process is told to end.
    pub(crate) async fn serve(self) -> Result<(), Box<dyn Error>> {
        let service = self.service().await?;
        if self.emulator.is_some() {
            tracing::warn!("the vault and the database are in this process, and end with it");
        }
        let listener = TcpListener::bind(self.config.listen).await?;
        tracing::info!(address = %listener.local_addr()?, vault = %self.secrets.vault_url(), "serving");
        service.serve(listener, told_to_end()).await?;
        tracing::info!("all requests are answered");
        Ok(())
    }
}

/// Completes at Ctrl-C, or the signal by which a container is stopped.
async fn told_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a way to be told, it serves for good.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Of the stand-in alone.
pub(crate) const FIRST_PASSWORD: &str = "correct horse battery staple";
