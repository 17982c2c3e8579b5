//! Secrets kept in memory for a while, so that a program may ask for them whenever it needs them.
//!
//! Entries live in a `quick_cache`, which decides what makes room; everything else is here: `terms`
//! and `entry` say how long what is good for what, `flight` is a read that all who ask share,
//! `store` decides under one lock who may put what in, `get` waits.

mod builder;
mod counters;
mod entry;
mod flight;
mod get;
mod key;
mod refresher;
mod store;
mod terms;
mod watch;

use std::{fmt, sync::Arc, time::Duration};

use azvault_core::{Error, Result};

pub use self::{
    builder::SecretCacheBuilder,
    counters::CacheCounters,
    get::{CachedFuture, GetCached},
    watch::Watch,
};
use self::{key::Key, store::Store};
use crate::{SecretBundle, SecretClient, SetSecret};

/// A cache of one vault's secrets; a cheap clone.
///
/// A value is fresh for its [time to live](SecretCacheBuilder::ttl). For a while after that it is
/// given still, while it is renewed; and for longer if it cannot be renewed. What is not there is
/// read once, however many ask for it meanwhile; that there is no such secret is remembered too.
/// Names are the same in any case, as they are to the service.
///
/// Nothing is spawned. A read is driven by whoever waits for it; the renewal of a value that is
/// given meanwhile by whoever asks for that value again, a step each, so it may take several gets.
/// A program that wants values to be renewed whether or not somebody asks just then gives
/// [`refresher`](Self::refresher) a task of its own.
///
/// A version, once read, is kept for good, since its value never changes: also after it was
/// disabled or deleted, until it is [invalidated](Self::invalidate), asked for
/// [anew](GetCached::with_refresh) or evicted. Values are wiped when the cache has dropped them and
/// the last reader has, too.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// use std::time::Duration;
///
/// use azvault_secrets::SecretCache;
///
/// client.set_secret("db-password", "hunter2").await?;
/// let cache = SecretCache::builder(client).ttl(Duration::from_secs(600)).build();
///
/// for _ in 0..1000 {
///     assert_eq!(cache.get_secret("db-password").await?.value().expose(), "hunter2");
/// }
/// let counters = cache.counters();
/// assert_eq!((counters.misses, counters.hits), (1, 999));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SecretCache(Arc<Store>);

impl SecretCache {
    /// A cache over `client`, with the defaults of [`builder`](Self::builder).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_secrets::SecretCache;
    ///
    /// client.set_secret("db-password", "hunter2").await?;
    /// let cache = SecretCache::new(client);
    /// assert_eq!(cache.get_secret("db-password").await?.value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
    pub fn new(client: SecretClient) -> Self {
        Self::builder(client).build()
    }

    /// A builder, to set the times and the capacity.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use std::time::Duration;
    ///
    /// use azvault_secrets::SecretCache;
    ///
    /// let cache = SecretCache::builder(client)
    ///     .ttl(Duration::from_secs(600)) // a rotation is seen within that time
    ///     .stale_if_error(Duration::from_secs(3600)) // an outage is bridged for that long
    ///     .capacity(100)
    ///     .build();
    /// assert!(cache.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder(client: SecretClient) -> SecretCacheBuilder {
        SecretCacheBuilder::new(client)
    }

    /// The client that it reads by.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.client().set_secret("api-key", "hunter3").await?;
    /// assert_eq!(cache.get_secret("api-key").await?.value().expose(), "hunter3");
    /// # Ok(())
    /// # }
    /// ```
    pub fn client(&self) -> &SecretClient {
        &self.0.client
    }

    /// Gets a secret, the latest version unless one is set. A fresh value is given at once, without
    /// an allocation.
    ///
    /// # Errors
    /// As [`SecretClient::get_secret`], where no kept value may stand in.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// for _ in 0..1000 {
    ///     assert_eq!(cache.get_secret("db-password").await?.value().expose(), "hunter2");
    /// }
    /// assert_eq!(cache.counters().misses, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn get_secret<'a>(&'a self, name: &'a str) -> GetCached<'a> {
        GetCached::new(self, name)
    }

    /// The latest version of a secret if it is kept and fresh. Sends nothing, and never waits.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// assert!(cache.try_get("db-password").is_none());
    /// cache.get_secret("db-password").await?;
    /// assert!(cache.try_get("db-password").is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_get(&self, name: &str) -> Option<Arc<SecretBundle>> {
        self.get_secret(name).fresh()
    }

    /// Asks the service for the latest version, whatever is kept, and keeps what it says.
    ///
    /// # Errors
    /// As [`SecretClient::get_secret`]: no kept value stands in.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.get_secret("db-password").await?;
    /// cache.client().set_secret("db-password", "hunter3").await?; // by somebody else, say
    ///
    /// // The password was refused: perhaps there is another.
    /// assert_eq!(cache.refresh_now("db-password").await?.value().expose(), "hunter3");
    /// # Ok(())
    /// # }
    /// ```
    pub fn refresh_now<'a>(&'a self, name: &'a str) -> GetCached<'a> {
        self.get_secret(name).with_refresh()
    }

    /// Sets a secret by a call that was prepared with this cache's [client](Self::client). Who
    /// asks afterwards gets the new value: the kept one is forgotten, also if this fails or is
    /// dropped half way, since the service may have set it.
    ///
    /// # Errors
    /// As the call itself; `InvalidInput` if it is for another vault.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.set(cache.client().set_secret("db-password", "hunter2")).await?;
    /// cache.set(cache.client().set_secret("db-password", "hunter3").content_type("text")).await?;
    /// assert_eq!(cache.get_secret("db-password").await?.value().expose(), "hunter3");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn set(&self, secret: SetSecret) -> Result<SecretBundle> {
        let own = self.client().vault_url();
        if secret.vault_url() != own {
            return Err(Error::invalid_input(format!(
                "the secret is to be set in {}, and this cache is of {own}",
                secret.vault_url()
            )));
        }
        // A name that cannot be one is nothing to forget; the call says what is wrong with it.
        let _forget = secret.name().map(|name| ForgetLatest { store: &self.0, name });
        secret.send().await
    }

    /// Forgets a secret, its versions too. Who asks from now on gets what the service then says: a
    /// read that was begun before is not kept.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.get_secret("db-password").await?;
    /// cache.invalidate("db-password");
    /// assert!(cache.try_get("db-password").is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn invalidate(&self, name: &str) {
        self.0.forget(|key| key.is_of(name));
    }

    /// Forgets everything; see [`invalidate`](Self::invalidate).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.get_secret("db-password").await?;
    /// cache.invalidate_all();
    /// assert!(cache.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn invalidate_all(&self) {
        self.0.forget(|_| true);
    }

    /// The latest version of a secret now, and each that takes its place, as a stream. It looks every
    /// `interval`, 100 ms at least, through this cache: what the cache has read within the interval,
    /// and is fresh, costs no request. Of versions that follow each other faster, only the last is given.
    ///
    /// An error is an item; the stream goes on after it, with whatever version can be read then: a
    /// secret that is recovered is given again. While kept values stand in for a service that fails,
    /// there is no error.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// use std::time::Duration;
    ///
    /// use futures::StreamExt;
    ///
    /// cache.set(cache.client().set_secret("db-password", "hunter2")).await?;
    /// let mut versions = cache.watch("db-password", Duration::from_millis(100));
    /// let first = versions.next().await.ok_or("it never ends")??;
    /// assert_eq!(first.value().expose(), "hunter2");
    ///
    /// cache.client().set_secret("db-password", "hunter3").await?; // by somebody else, say
    /// let second = versions.next().await.ok_or("it never ends")??;
    /// assert_eq!(second.value().expose(), "hunter3");
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(&self, name: impl Into<String>, interval: Duration) -> Watch {
        Watch::new(self.0.clone(), name.into(), interval)
    }

    /// Renews what is in use before it is stale, and what others began to renew, for as long as the
    /// cache lives. For a task of the program's own: `tokio::spawn(cache.refresher())`. With it, a
    /// get of a secret in use does not wait while the service answers, unless values live for less
    /// than a second; without it, the cache works all the same.
    ///
    /// In use is what somebody asked for since it was last read. The future ends within 30 s after the
    /// last handle of the cache was dropped; dropped itself, it stops.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// let renewing = tokio::spawn(cache.refresher());
    /// cache.get_secret("db-password").await?;
    /// // … the program does its work
    /// renewing.abort();
    /// # Ok(())
    /// # }
    /// ```
    pub fn refresher(&self) -> impl Future<Output = ()> + Send + 'static + use<> {
        refresher::of(&self.0)
    }

    /// What it has counted so far.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.get_secret("db-password").await?;
    /// cache.get_secret("db-password").await?;
    /// let counters = cache.counters();
    /// assert_eq!((counters.misses, counters.hits), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub fn counters(&self) -> CacheCounters {
        self.0.counters.snapshot()
    }

    /// How many values are kept, absences and such as are beyond their time included.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// cache.get_secret("db-password").await?;
    /// assert!(cache.get_secret("no-such-secret").await.is_err());
    /// assert_eq!(cache.len(), 2); // that there is none is kept for some seconds
    /// # Ok(())
    /// # }
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is kept.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # let cache = azvault_secrets::SecretCache::new(client);
    /// assert!(cache.is_empty());
    /// cache.get_secret("db-password").await?;
    /// assert!(!cache.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Forgets the latest version of a secret when a set of it ends, however it ends.
struct ForgetLatest<'a> {
    store: &'a Store,
    name: String,
}

impl Drop for ForgetLatest<'_> {
    fn drop(&mut self) {
        let is_latest = |key: &Key| key.version().is_none() && key.is_of(&self.name);
        self.store.forget(is_latest);
    }
}

impl fmt::Debug for SecretCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretCache")
            .field("vault_url", self.client().vault_url())
            .field("terms", &self.0.terms)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
