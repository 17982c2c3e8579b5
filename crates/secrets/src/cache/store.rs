//! The entries and who refreshes them: what is decided under the lock.

use std::{
    cell::Cell,
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use azvault_core::{Error, ErrorKind, Result, time::Clock};
use futures::future::Shared;
use quick_cache::{Lifecycle, OptionsBuilder, UnitWeighter, sync::Cache};

use super::{
    counters::Counters,
    entry::{Age, Entry, What},
    flight::{Failure, Fetch, Flight, PATIENCE, fetch},
    key::{Key, KeyRef},
    terms::Terms,
};
use crate::{SecretBundle, SecretClient};

/// What all handles of a cache share.
pub(super) struct Store {
    pub(super) client: SecretClient,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) terms: Terms,
    pub(super) counters: Arc<Counters>,
    entries: Cache<Key, Arc<Entry>, UnitWeighter, RandomState, NoteEvictions>,
    /// Guards who may put what into `entries`: a read may if it is still the one of its key.
    flights: Mutex<Flights>,
}

#[derive(Default)]
struct Flights {
    running: HashMap<Key, Flight>,
    /// The number of the last flight that was begun.
    last: u64,
    /// How many there may be before those that everybody gave up are looked for.
    most: usize,
    /// When what is over is next looked for: no sooner is anything.
    next_sweep: Duration,
}

/// How old what is given may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Demand {
    /// As the cache's terms say.
    Cached,
    /// Fresh, and read within this time.
    Within(Duration),
    /// Read from now on.
    Now,
}

/// What there is for somebody who asks.
pub(super) enum Look {
    Found(Arc<SecretBundle>),
    Missing(Arc<Error>),
    /// A value to give at once, and a read to push along.
    Stale(Arc<SecretBundle>, Option<Shared<Fetch>>),
    /// A read to wait for, which another may have begun.
    Wait {
        fetch: Shared<Fetch>,
        joined: bool,
    },
}

impl Store {
    pub(super) fn new(client: SecretClient, terms: Terms, capacity: usize) -> Self {
        let counters = Arc::<Counters>::default();
        let mut options = OptionsBuilder::new();
        options.estimated_items_capacity(capacity).weight_capacity(capacity as u64);
        // Shards have each a part of the room, so one is full while there is room in another.
        options.shards(1);
        let entries = match options.build() {
            Ok(options) => {
                Cache::with_options(options, UnitWeighter, RandomState::new(), NoteEvictions)
            }
            // It lacks nothing that it needs; a cache of the same capacity all the same.
            Err(_) => {
                let weight = capacity as u64;
                Cache::with(capacity, weight, UnitWeighter, RandomState::new(), NoteEvictions)
            }
        };
        let clock = client.clock().clone();
        Self { client, clock, terms, counters, entries, flights: Mutex::default() }
    }

    /// What is fresh, without a lock that a read is decided under.
    pub(super) fn hit(&self, key: KeyRef<'_>) -> Option<Result<Arc<SecretBundle>>> {
        let entry = self.entries.get(&key)?;
        if self.clock.elapsed() >= entry.fresh_until {
            return None;
        }
        Some(match &entry.what {
            What::Found(secret) => {
                entry.mark_used();
                self.counters.hits.add();
                Ok(secret.clone())
            }
            What::Missing(error) => {
                self.counters.negative_hits.add();
                Err(Error::shared(error))
            }
        })
    }

    /// What there is for somebody who asks; a read in the place of `stuck`, for which nobody need
    /// wait longer.
    pub(super) fn look(
        self: &Arc<Self>,
        key: &Key,
        demand: Demand,
        stuck: Option<&Shared<Fetch>>,
    ) -> Look {
        let mut flights = self.lock();
        let now = self.clock.elapsed();
        let entry = self.entries.get(key);
        if let Some(entry) = &entry {
            entry.mark_used();
        }
        match (demand, &entry) {
            (Demand::Cached, Some(entry)) => match (&entry.what, entry.age(now)) {
                (What::Found(secret), Age::Fresh) => return Look::Found(secret.clone()),
                (What::Missing(error), Age::Fresh) => return Look::Missing(error.clone()),
                (What::Found(secret), Age::Stale | Age::Old) if entry.is_paused(now) => {
                    return Look::Stale(secret.clone(), None);
                }
                (What::Found(secret), Age::Stale) => {
                    let (fetch, _) = self.join(&mut flights, key, now, stuck, true);
                    return Look::Stale(secret.clone(), Some(fetch));
                }
                _ => {}
            },
            (Demand::Within(limit), Some(entry))
                if now.saturating_sub(entry.read_at) < limit && entry.age(now) == Age::Fresh =>
            {
                match &entry.what {
                    What::Found(secret) => return Look::Found(secret.clone()),
                    What::Missing(error) => return Look::Missing(error.clone()),
                }
            }
            (Demand::Within(_), Some(entry)) if entry.is_paused(now) => {
                if let Some(secret) = entry.fallback(now) {
                    return Look::Stale(secret, None);
                }
            }
            (Demand::Now, _) => {
                // One that runs already may have read before it was asked for.
                let fetch = self.begin(&mut flights, key, now, false);
                return Look::Wait { fetch, joined: false };
            }
            _ => {}
        }
        // Who has something to fall back on will not wait for long, and leaves the read to others.
        let keep = entry.is_some_and(|entry| entry.fallback(now).is_some());
        let (fetch, joined) = self.join(&mut flights, key, now, stuck, keep);
        Look::Wait { fetch, joined }
    }

    /// The read of `key` that runs, else a new one; `keep` has it live without anybody who waits.
    fn join(
        self: &Arc<Self>,
        flights: &mut Flights,
        key: &Key,
        now: Duration,
        stuck: Option<&Shared<Fetch>>,
        keep: bool,
    ) -> (Shared<Fetch>, bool) {
        if let Some(flight) = flights.running.get_mut(key)
            // Nobody may have driven it for long; what it gives would be too old.
            && now.saturating_sub(flight.begun) < PATIENCE
            && let Some(fetch) = flight.upgrade()
            && !stuck.is_some_and(|stuck| stuck.ptr_eq(&fetch))
        {
            if keep {
                flight.kept = Some(fetch.clone());
                flights.next_sweep = flights.next_sweep.min(now.saturating_add(PATIENCE));
            }
            return (fetch, true);
        }
        (self.begin(flights, key, now, keep), false)
    }

    fn begin(
        self: &Arc<Self>,
        flights: &mut Flights,
        key: &Key,
        now: Duration,
        keep: bool,
    ) -> Shared<Fetch> {
        if flights.running.len() >= flights.most {
            flights.running.retain(|_, flight| flight.upgrade().is_some());
            flights.most = flights.running.len() * 2 + 16;
        }
        flights.last += 1;
        let number = flights.last;
        let since = flights.running.get(key).map_or(number, |overtaken| overtaken.since);
        let (flight, shared) = Flight::new(fetch(self, key, number, now), now, number, since);
        let flight = if keep { flight.kept_alive(&shared) } else { flight };
        if keep {
            flights.next_sweep = flights.next_sweep.min(now.saturating_add(PATIENCE));
        }
        flights.running.insert(key.clone(), flight);
        shared
    }

    /// A read of `key` ahead of its time, which lives without anybody who waits.
    pub(super) fn renew(self: &Arc<Self>, key: &Key) -> Shared<Fetch> {
        let mut flights = self.lock();
        let now = self.clock.elapsed();
        self.join(&mut flights, key, now, None, true).0
    }

    /// Takes in what read `number` of `key` gave, unless an invalidation or a later read that ended
    /// has overtaken it.
    pub(super) fn settle(
        &self,
        key: &Key,
        number: u64,
        begun: Duration,
        result: &Result<Arc<SecretBundle>, Failure>,
    ) {
        match result {
            Ok(_) => self.counters.refreshes.add(),
            Err(failure) if failure.error.kind() == ErrorKind::NotFound => {}
            Err(_) => self.counters.errors.add(),
        }
        let random = RandomState::new().hash_one(number) as f64 / u64::MAX as f64;
        // Dropped after the lock: they may be the last that hold the reads.
        let (_flight, _abandoned): (_, Vec<_>);
        let mut flights = self.lock();
        let Some(flight) = flights.running.get(key) else { return };
        let now = self.clock.elapsed();
        let is_version = key.version().is_some();
        if flight.number != number {
            // A later read runs. It may fail, and nobody is to go back then behind what this gave.
            if let Ok(secret) = result
                && flight.since <= number
                && self.entries.peek(key).is_none_or(|entry| entry.read_at <= begun)
            {
                let entry = Entry::found(secret.clone(), begun, &self.terms, is_version, random);
                self.insert(&mut flights, key, entry);
            }
            return;
        }
        _flight = flights.running.remove(key);
        match result {
            Ok(secret) => {
                let entry = Entry::found(secret.clone(), begun, &self.terms, is_version, random);
                self.insert(&mut flights, key, entry);
            }
            Err(failure) if failure.error.kind() == ErrorKind::NotFound => {
                let entry = Entry::missing(failure.error.clone(), begun, &self.terms);
                self.insert(&mut flights, key, entry);
            }
            Err(failure) if failure.is_outage() => self.pause(key, now),
            // The service answered, and does not let this caller read it: that holds for the copy.
            Err(_) => {
                self.entries.remove(key);
            }
        }
        if now >= flights.next_sweep {
            let next = Cell::new(Duration::MAX);
            self.entries.retain(|_, entry| {
                let keep = entry.age(now) != Age::Over;
                if keep {
                    next.set(next.get().min(entry.over_at()));
                }
                keep
            });
            _abandoned =
                flights.running.values_mut().filter_map(|flight| flight.abandon(now)).collect();
            let kept = flights.running.values().filter(|flight| flight.kept.is_some());
            let given_up = kept.map(|flight| flight.begun.saturating_add(PATIENCE)).min();
            let next = next.get().min(given_up.unwrap_or(Duration::MAX));
            flights.next_sweep = next.max(now.saturating_add(SWEEP));
        }
        drop(flights);
    }

    fn insert(&self, flights: &mut Flights, key: &Key, entry: Entry) {
        flights.next_sweep = flights.next_sweep.min(entry.over_at());
        let mut gone = Vec::new();
        self.entries.insert_with_lifecycle(key.clone(), Arc::new(entry), &mut gone);
        // What it takes the place of is reported too, and made no room.
        for _ in gone.iter().filter(|gone| *gone != key) {
            self.counters.evictions.add();
        }
    }

    /// Has no renewal of `key` tried for a while.
    fn pause(&self, key: &Key, now: Duration) {
        if let Some(entry) = self.entries.peek(key) {
            entry.pause_until(now.saturating_add(self.terms.error_pause));
        }
    }

    /// What may be given in the place of a read that failed or takes too long.
    pub(super) fn fallback(&self, key: &Key) -> Option<Arc<SecretBundle>> {
        let now = self.clock.elapsed();
        self.entries.peek(key)?.fallback(now)
    }

    /// The same, where the read was too slow: for a while nobody waits for another.
    pub(super) fn give_up_for_now(&self, key: &Key) -> Option<Arc<SecretBundle>> {
        self.pause(key, self.clock.elapsed());
        self.fallback(key)
    }

    /// Forgets what `of` picks, and has no read that runs put it back.
    pub(super) fn forget(&self, of: impl Fn(&Key) -> bool) {
        // Dropped after the lock, as above.
        let _flights: Vec<_>;
        let mut flights = self.lock();
        _flights = flights.running.extract_if(|key, _| of(key)).collect();
        self.entries.retain(|key, _| !of(key));
        drop(flights);
    }

    /// What is in use and would not be fresh at `time`.
    pub(super) fn due(&self, time: Duration) -> Vec<Key> {
        let now = self.clock.elapsed();
        self.entries
            .iter()
            .filter(|(_, entry)| entry.is_due(now, time))
            .map(|(key, _)| key)
            .collect()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn lock(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often, at most, what is over is looked for and dropped.
const SWEEP: Duration = Duration::from_secs(1);

/// Notes what is evicted. Its values are dropped by whoever inserts, at once.
#[derive(Clone)]
struct NoteEvictions;

impl Lifecycle<Key, Arc<Entry>> for NoteEvictions {
    type RequestState = Vec<Key>;

    fn on_evict(&self, gone: &mut Vec<Key>, key: Key, _: Arc<Entry>) {
        gone.push(key);
    }
}
