//! What a cache counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts of one cache since it was made, as they were at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheCounters {
    /// Gets that were answered by a fresh value.
    pub hits: u64,
    /// Gets that waited for the service.
    pub misses: u64,
    /// Gets that were answered by the knowledge that there is no such secret.
    pub negative_hits: u64,
    /// Gets that were answered by a value beyond its time to live.
    pub stale_served: u64,
    /// Reads of the service that gave a value.
    pub refreshes: u64,
    /// Reads of the service that failed, but for those that found no such secret.
    pub errors: u64,
    /// Values that had to make room for others.
    pub evictions: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) hits: Counter,
    pub(super) misses: Counter,
    pub(super) negative_hits: Counter,
    pub(super) stale_served: Counter,
    pub(super) refreshes: Counter,
    pub(super) errors: Counter,
    pub(super) evictions: Counter,
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(super) fn snapshot(&self) -> CacheCounters {
        CacheCounters {
            hits: self.hits.get(),
            misses: self.misses.get(),
            negative_hits: self.negative_hits.get(),
            stale_served: self.stale_served.get(),
            refreshes: self.refreshes.get(),
            errors: self.errors.get(),
            evictions: self.evictions.get(),
        }
    }
}
