//! The terms of a cache, set one by one.

use std::{sync::Arc, time::Duration};

use super::{SecretCache, store::Store, terms::Terms};
use crate::SecretClient;

/// Builds a [`SecretCache`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing before build()"]
pub struct SecretCacheBuilder {
    client: SecretClient,
    terms: Terms,
    capacity: usize,
}

impl SecretCacheBuilder {
    pub(super) fn new(client: SecretClient) -> Self {
        Self { client, terms: Terms::default(), capacity: 1000 }
    }

    /// How long a value is fresh after it was read, at most: 5 minutes unless set. Within that time
    /// a rotation may go unseen.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.terms.ttl = ttl;
        self
    }

    /// By which part of itself the time to live is shortened at most, 0 to 1: a tenth unless set.
    /// It keeps values that were read together from being renewed together.
    pub fn jitter(mut self, part: f64) -> Self {
        self.terms.jitter = part;
        self
    }

    /// How long after its time to live a value is still given at once, while it is renewed: a minute
    /// unless set, and zero for never.
    pub fn stale_while_revalidate(mut self, time: Duration) -> Self {
        self.terms.stale_while_revalidate = time;
        self
    }

    /// How long after its time to live a value is given when it cannot be renewed: an hour unless
    /// set, and zero for never. That is when the service, the network or the source of tokens fails,
    /// or takes longer than 5 s; not when the service refuses the secret or has none.
    pub fn stale_if_error(mut self, time: Duration) -> Self {
        self.terms.stale_if_error = time;
        self
    }

    /// How long it is remembered that there is no such secret: 10 s unless set, and zero for not
    /// at all.
    pub fn negative_ttl(mut self, time: Duration) -> Self {
        self.terms.negative_ttl = time;
        self
    }

    /// How long after a renewal that failed the old value is given without trying another: 15 s
    /// unless set.
    pub fn error_pause(mut self, time: Duration) -> Self {
        self.terms.error_pause = time;
        self
    }

    /// How many values are kept, versions counted one by one: 1,000 unless set, 1 at least. Those
    /// that are used least make room.
    pub fn capacity(mut self, values: usize) -> Self {
        self.capacity = values.max(1);
        self
    }

    /// Builds the cache. Nothing is sent, and nothing is spawned.
    pub fn build(self) -> SecretCache {
        SecretCache(Arc::new(Store::new(self.client, self.terms, self.capacity)))
    }
}
