//! The database's connections, by the password that the vault has now.
//!
//! A pool belongs to one version of the secret. Another version takes its place once the database
//! has let somebody in by it; connections in use go on to the end of their request. So it does not
//! matter which of the two is told of a new password first.

use std::{
    error::Error,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use azvault_core::time::Clock;
use azvault_secrets::{SecretBundle, SecretCache};
use deadpool_postgres::{Client, Manager, Pool, PoolError, Runtime};
use tokio::sync::Mutex;
use tokio_postgres::{
    Row,
    error::SqlState,
    types::{ToSql, Type},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    failure::Failure,
    standing::{Noted, Standing},
};

/// The database. Its password is in no field: the cache has it, and each pool.
pub(crate) struct Database {
    cache: SecretCache,
    secret: String,
    config: tokio_postgres::Config,
    tls: MakeRustlsConnect,
    clock: Arc<dyn Clock>,
    current: RwLock<Arc<Generation>>,
    /// One at a time looks for a new password; when that was last in vain.
    renewing: Mutex<Option<Duration>>,
    /// As the password was found last.
    pub(crate) password: Noted,
}

/// The connections by one version of the secret.
struct Generation {
    version: Option<String>,
    pool: Pool,
}

/// Why a password is not taken.
#[derive(Debug)]
pub(crate) enum NotTaken {
    /// The database does not let anybody in by it (yet).
    Refused,
    /// It could not be tried.
    Untried(PoolError),
    /// The settings of the pool make no sense.
    Unusable(Box<dyn Error + Send + Sync>),
}

impl Database {
    /// Connects once, so that a service that cannot work does not start.
    /// `tls` knows whom to believe to be the database.
    pub(crate) async fn connect(
        cache: SecretCache,
        secret: &str,
        config: tokio_postgres::Config,
        tls: MakeRustlsConnect,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Box<dyn Error>> {
        let bundle = cache.get_secret(secret).await?;
        let first = generation(&config, &tls, &bundle).await?;
        let current = RwLock::new(Arc::new(first));
        let renewing = Mutex::new(None);
        let (secret, password) = (secret.to_owned(), Noted::usable("the database's password"));
        Ok(Self { cache, secret, config, tls, clock, current, renewing, password })
    }

    /// Runs a statement that does no harm when it is run twice: a connection may break, after a
    /// restart of the server for instance, before it is known whether the statement was run.
    pub(crate) async fn run(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Failure> {
        let types: Vec<Type> = values.iter().map(|(_, kind)| kind.clone()).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|(value, _)| *value).collect();
        let mut tries = 1;
        loop {
            let client = self.client().await?;
            let ran = async {
                let statement = client.prepare_typed_cached(sql, &types).await?;
                client.query(&statement, &values).await
            };
            match ran.await {
                Ok(rows) => return Ok(rows),
                Err(error) if tries < TRIES && (client.is_closed() || is_end(&error)) => {
                    tries += 1;
                    // Those that lie idle are broken, too.
                    self.current().pool.retain(|_, _| false);
                }
                Err(error) => return Err(Failure::Database(error)),
            }
        }
    }

    /// A connection. If the password turns out to be old, by the new one.
    async fn client(&self) -> Result<Client, Failure> {
        for tries in (1..=TRIES).rev() {
            let current = self.current();
            match current.pool.get().await {
                Ok(client) => return Ok(client),
                // Another pool took its place since.
                Err(PoolError::Closed) => {}
                Err(error) if is_refusal(&error) => self.renew(&current).await?,
                // The server was ended while it let us in, say.
                Err(PoolError::Backend(error)) if tries > 1 && is_end(&error) => {}
                Err(error) => return Err(Failure::Pool(error)),
            }
        }
        Err(Failure::PasswordRefused)
    }

    /// Takes what the cache says is the password now, if the database does.
    pub(crate) async fn adopt(&self, bundle: &SecretBundle) -> Result<(), NotTaken> {
        let _turn = self.renewing.lock().await;
        let taken = self.replace(bundle).await;
        match &taken {
            Ok(true) => self.password.note(Standing::Usable),
            Err(NotTaken::Refused) => self.password.note(Standing::Refused),
            // Nothing was tried: what was refused is no better for it.
            Ok(false) | Err(_) if self.password.latest() == Standing::Refused => {}
            Ok(false) | Err(_) => self.password.note(Standing::Usable),
        }
        taken.map(drop)
    }

    /// The watch over the password found no version of it.
    pub(crate) async fn note_unread(&self, error: &azvault_core::Error) {
        let secrets = self.cache.client();
        let deleted = async || secrets.get_deleted_secret(&self.secret).await.map(drop);
        self.password.note_with(Standing::of(error, deleted).await, Some(error));
    }

    /// After `refused` was: sees the password change, if somebody is at it just now.
    async fn renew(&self, refused: &Arc<Generation>) -> Result<(), Failure> {
        let mut in_vain = self.renewing.lock().await;
        if !Arc::ptr_eq(refused, &self.current()) {
            return Ok(());
        }
        let begun = self.clock.elapsed();
        if in_vain.is_some_and(|last| begun.saturating_sub(last) < PATIENCE) {
            return Err(Failure::PasswordRefused);
        }
        loop {
            let bundle = self.cache.refresh_now(&self.secret).await.map_err(Failure::Password)?;
            match self.replace(&bundle).await {
                Ok(true) => {
                    self.password.note(Standing::Usable);
                    return Ok(());
                }
                // It has the old one, or one that the database is yet to be told of.
                Ok(false) | Err(NotTaken::Refused) => {}
                Err(NotTaken::Untried(PoolError::Backend(error))) if is_end(&error) => {}
                Err(NotTaken::Untried(error)) => return Err(Failure::Pool(error)),
                Err(NotTaken::Unusable(_)) => return Err(Failure::PasswordRefused),
            }
            let now = self.clock.elapsed();
            if now.saturating_sub(begun) >= PATIENCE {
                *in_vain = Some(now);
                self.password.note(Standing::Refused);
                return Err(Failure::PasswordRefused);
            }
            self.clock.sleep(PAUSE).await;
        }
    }

    /// Puts a pool by that version in the place of the current one, unless it is of it already.
    async fn replace(&self, bundle: &SecretBundle) -> Result<bool, NotTaken> {
        if self.current().version.as_deref() == bundle.version() {
            return Ok(false);
        }
        let next = Arc::new(generation(&self.config, &self.tls, bundle).await?);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        // Those that wait for one of its connections come back for another.
        std::mem::replace(&mut *current, next).pool.close();
        tracing::info!(version = bundle.version(), "the database's password is another now");
        Ok(true)
    }

    fn current(&self) -> Arc<Generation> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A pool by that password, which has let somebody in.
async fn generation(
    config: &tokio_postgres::Config,
    tls: &MakeRustlsConnect,
    bundle: &SecretBundle,
) -> Result<Generation, NotTaken> {
    let mut config = config.clone();
    config.password(bundle.value().expose());
    // A server that is gone without a word is noticed by what it leaves unanswered.
    config.connect_timeout(WAIT).tcp_user_timeout(WAIT).keepalives_idle(IDLE);
    let pool = Pool::builder(Manager::new(config, tls.clone()))
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        // The one of `config` ends with the connection: not the handshake, nor the login.
        .create_timeout(Some(WAIT))
        .build()
        .map_err(|error| NotTaken::Unusable(error.into()))?;
    match pool.get().await {
        Ok(_client) => Ok(Generation { version: bundle.version().map(ToOwned::to_owned), pool }),
        Err(error) if is_refusal(&error) => Err(NotTaken::Refused),
        Err(error) => Err(NotTaken::Untried(error)),
    }
}

/// Whether the connection ended, by the server's will or before it could say anything.
pub(crate) fn is_end(error: &tokio_postgres::Error) -> bool {
    let codes = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
    error.code().is_none_or(|code| codes.contains(code))
}

fn is_refusal(error: &PoolError) -> bool {
    let PoolError::Backend(error) = error else { return false };
    let codes = [SqlState::INVALID_PASSWORD, SqlState::INVALID_AUTHORIZATION_SPECIFICATION];
    error.code().is_some_and(|code| codes.contains(code))
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "the database does not accept the password that the vault has",
            Self::Untried(_) => "the database cannot be reached",
            Self::Unusable(_) => "the database's address cannot be used",
        })
    }
}

impl Error for NotTaken {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused => None,
            Self::Untried(error) => Some(error),
            Self::Unusable(error) => Some(error.as_ref()),
        }
    }
}

const CONNECTIONS: usize = 8;
/// How often a request asks for a connection: pools may be replaced under it.
const TRIES: usize = 4;
/// How long to wait for a connection, for a login, and for a sign of life.
const WAIT: Duration = Duration::from_secs(5);
/// After how long a connection that lies idle is probed.
const IDLE: Duration = Duration::from_secs(30);
/// How long a password is looked for while neither the old nor the new one is let in.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(250);
