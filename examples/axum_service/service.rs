//! The service as a whole: what it is made of, and its tasks.

use std::{error::Error, io, sync::Arc, time::Duration};

use azvault_core::time::Clock;
use azvault_keys::KeyClient;
use azvault_secrets::{SecretCache, SecretClient};
use futures::StreamExt;
use tokio::{net::TcpListener, sync::oneshot, task::JoinSet};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{config::Config, database::Database, failure::chain, keyring::Keyring, web};

/// What requests are answered by.
pub(crate) struct Service {
    pub(crate) database: Database,
    pub(crate) keyring: Keyring,
    cache: SecretCache,
    secret: String,
    look_every: Duration,
    clock: Arc<dyn Clock>,
}

impl Service {
    /// Reads what it needs from the vault and connects to the database.
    ///
    /// # Errors
    /// When either cannot be had, with what to do about it: better no service than one that fails.
    pub(crate) async fn start(
        config: &Config,
        database: (tokio_postgres::Config, MakeRustlsConnect),
        secrets: SecretClient,
        keys: KeyClient,
        clock: Arc<dyn Clock>,
    ) -> Result<Arc<Self>, Box<dyn Error>> {
        let vault = secrets.vault_url().clone();
        let cache = SecretCache::builder(secrets)
            .ttl(config.look_every)
            .stale_if_error(OUTAGE) // the password that was good is good while the vault is out
            .build();
        let (secret, key) = (&config.password_secret, &config.signing_key);
        let (address, tls) = database;
        let database = Database::connect(cache.clone(), secret, address, tls, Arc::clone(&clock))
            .await
            .map_err(|error| {
                explained(&format!("the database, by '{secret}' of {vault}"), &*error)
            })?;
        tokio::select! {
            made = database.run(web::TABLE, &[]) => made.map_err(
                |error| explained("the table of orders", &error),
            )?,
            // Somebody else has not come to the end of making it, say.
            () = clock.sleep(web::LIMIT) => return Err("the table of orders is waited for in vain".into()),
        };
        let keyring = Keyring::open(keys, config, Arc::clone(&clock))
            .await
            .map_err(|error| explained(&format!("the key '{key}' of {vault}"), &*error))?;
        Ok(Arc::new(Self {
            database,
            keyring,
            cache,
            secret: secret.clone(),
            look_every: config.look_every,
            clock,
        }))
    }

    /// Serves until `stop` completes, then answers what is under way. Its tasks end with it, and so
    /// does the wait for somebody who never comes to the end of a request.
    pub(crate) async fn serve(
        self: Arc<Self>,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let mut tasks = JoinSet::new();
        tasks.spawn(self.cache.refresher());
        tasks.spawn(Arc::clone(&self).follow_password());
        tasks.spawn(Arc::clone(&self).follow_key());
        let (told, stopping) = oneshot::channel::<()>();
        let stop = async move {
            stop.await;
            told.send(()).ok();
        };
        let clock = Arc::clone(&self.clock);
        let overdue = async move {
            stopping.await.ok();
            clock.sleep(web::LIMIT + GRACE).await;
        };
        tokio::select! {
            served = axum::serve(listener, web::router(self)).with_graceful_shutdown(stop) => served,
            () = overdue => {
                tracing::warn!("a request that has not come to its end is given up");
                Ok(())
            }
        }
    }

    async fn follow_password(self: Arc<Self>) {
        let mut versions = self.cache.watch(&self.secret, self.look_every);
        while let Some(version) = versions.next().await {
            match version {
                Ok(bundle) => {
                    if let Err(error) = self.database.adopt(&bundle).await {
                        // It is asked for again as soon as the database refuses the old one.
                        tracing::warn!(error = %chain(&error), "a new password is not used yet");
                    }
                }
                Err(error) => self.database.note_unread(&error).await,
            }
        }
    }

    async fn follow_key(self: Arc<Self>) {
        loop {
            self.clock.sleep(self.look_every).await;
            self.keyring.look().await;
        }
    }
}

/// What is missing, why, and what to do about it.
fn explained(what: &str, error: &(dyn Error + 'static)) -> String {
    let advice = error.downcast_ref::<azvault_core::Error>().and_then(azvault_core::Error::explain);
    let advice = advice.map(|advice| format!(" ({advice})")).unwrap_or_default();
    format!("{what} cannot be had: {}{advice}", chain(error))
}

/// How long an outage of the vault may last before connections cannot be made any more.
const OUTAGE: Duration = Duration::from_secs(12 * 60 * 60);
/// What a request under way gets on top of the longest that one may take, so that its answer leaves.
const GRACE: Duration = Duration::from_secs(5);
