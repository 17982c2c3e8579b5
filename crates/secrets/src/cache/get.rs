//! Getting a secret through the cache: at once where there is a fresh value, else by a read.

use std::{
    fmt,
    future::{IntoFuture, Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use azvault_core::{Error, Result};
use futures::{
    future::{BoxFuture, Either, select},
    poll,
};

use super::{
    SecretCache,
    flight::{Failure, PATIENCE},
    key::{Key, KeyRef},
    store::{Demand, Look, Store},
};
use crate::SecretBundle;

/// Gets a secret through a cache; made by [`SecretCache::get_secret`]. It borrows what it is given,
/// so that a hit needs no memory; its future borrows nothing.
#[derive(Clone, Copy)]
#[must_use = "a secret is got when this is awaited"]
pub struct GetCached<'a> {
    cache: &'a SecretCache,
    key: KeyRef<'a>,
    now: bool,
}

impl<'a> GetCached<'a> {
    pub(super) fn new(cache: &'a SecretCache, name: &'a str) -> Self {
        Self { cache, key: KeyRef { name, version: None }, now: false }
    }

    /// The version, 32 hexadecimal digits, instead of the latest. Once read it is kept for good.
    pub fn version(mut self, version: &'a str) -> Self {
        self.key.version = Some(version);
        self
    }

    /// Asks the service, whatever is kept. What it says is kept.
    pub fn with_refresh(mut self) -> Self {
        self.now = true;
        self
    }

    /// The secret if it is kept and fresh. Sends nothing.
    pub(super) fn fresh(self) -> Option<Arc<SecretBundle>> {
        self.cache.0.hit(self.key)?.ok()
    }
}

impl IntoFuture for GetCached<'_> {
    type Output = Result<Arc<SecretBundle>>;
    type IntoFuture = CachedFuture;

    fn into_future(self) -> CachedFuture {
        let store = &self.cache.0;
        let demand = match self.now {
            true => Demand::Now,
            false => match store.hit(self.key) {
                Some(hit) => return CachedFuture(State::Hit(ready(hit))),
                None => Demand::Cached,
            },
        };
        CachedFuture(State::Wait(Box::pin(get(store.clone(), self.key.to_key(), demand))))
    }
}

impl fmt::Debug for GetCached<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetCached").field("key", &self.key).field("now", &self.now).finish()
    }
}

/// The future of a get through a cache: ready at once on a hit, and without an allocation then.
#[must_use = "futures do nothing unless polled"]
pub struct CachedFuture(State);

enum State {
    Hit(Ready<Result<Arc<SecretBundle>>>),
    Wait(BoxFuture<'static, Result<Arc<SecretBundle>>>),
}

impl Future for CachedFuture {
    type Output = Result<Arc<SecretBundle>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.get_mut().0 {
            State::Hit(hit) => Pin::new(hit).poll(cx),
            State::Wait(wait) => wait.as_mut().poll(cx),
        }
    }
}

impl fmt::Debug for CachedFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_hit = matches!(self.0, State::Hit(_));
        f.debug_struct("CachedFuture").field("is_hit", &is_hit).finish()
    }
}

/// Gets `key` from the service, alone or with others, or what may stand in for it.
pub(super) async fn get(store: Arc<Store>, key: Key, demand: Demand) -> Result<Arc<SecretBundle>> {
    let (mut again, mut counted, mut stuck) = (true, false, None);
    loop {
        let (fetch, joined) = match store.look(&key, demand, stuck.as_ref()) {
            Look::Found(secret) => {
                store.counters.hits.add();
                return Ok(secret);
            }
            Look::Missing(error) => {
                store.counters.negative_hits.add();
                return Err(Error::shared(&error));
            }
            Look::Stale(stale, fetch) => {
                // Pushed along once by each that comes by; none of them waits.
                if let Some(fetch) = fetch
                    && let Poll::Ready(read) = poll!(fetch)
                {
                    return read.or_else(|failure| stand_in(&store, &key, demand, &failure));
                }
                store.counters.stale_served.add();
                return Ok(stale);
            }
            Look::Wait { fetch, joined } => (fetch, joined),
        };
        if !std::mem::replace(&mut counted, true) {
            store.counters.misses.add();
        }
        let stale = !matches!(demand, Demand::Now) && store.fallback(&key).is_some();
        let limit = if stale { Some(SHORT) } else { joined.then_some(PATIENCE) };
        let read = match limit {
            None => Some(fetch.await),
            Some(limit) => match select(fetch.clone(), store.clock.sleep(limit)).await {
                Either::Left((read, _)) => Some(read),
                Either::Right(_) => {
                    stuck = Some(fetch);
                    None
                }
            },
        };
        match read {
            Some(Ok(secret)) => return Ok(secret),
            // Perhaps the runtime that it was begun on ended, and its timers with it.
            Some(Err(failure)) if failure.panicked && joined && again => again = false,
            Some(Err(failure)) => return stand_in(&store, &key, demand, &failure),
            None if stale => {
                if let Some(stale) = store.give_up_for_now(&key) {
                    store.counters.stale_served.add();
                    return Ok(stale);
                }
            }
            None => {}
        }
    }
}

/// What is kept, where a read failed for a reason that says nothing of it; else the failure.
fn stand_in(
    store: &Store,
    key: &Key,
    demand: Demand,
    failure: &Failure,
) -> Result<Arc<SecretBundle>> {
    if failure.is_outage()
        && !matches!(demand, Demand::Now)
        && let Some(stale) = store.fallback(key)
    {
        store.counters.stale_served.add();
        return Ok(stale);
    }
    Err(Error::shared(&failure.error))
}

/// How long to wait for a read where there is an older value to give instead.
const SHORT: Duration = Duration::from_secs(5);
