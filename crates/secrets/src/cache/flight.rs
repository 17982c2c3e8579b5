//! A read of the service that all who ask meanwhile share. Whoever waits drives it.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use azvault_core::{Error, ErrorKind, Result};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use super::{key::Key, store::Store};
use crate::SecretBundle;

pub(super) type Fetch = BoxFuture<'static, Result<Arc<SecretBundle>, Failure>>;

/// A read that runs.
pub(super) struct Flight {
    pub(super) number: u64,
    pub(super) begun: Duration,
    /// The number of the first read that later ones have overtaken since, with no invalidation between.
    pub(super) since: u64,
    /// Alive as long as somebody waits.
    shared: Option<WeakShared<Fetch>>,
    /// What keeps it alive while nobody does.
    pub(super) kept: Option<Shared<Fetch>>,
}

/// A read that failed, for everybody who waited for it.
#[derive(Clone)]
pub(super) struct Failure {
    pub(super) error: Arc<Error>,
    pub(super) panicked: bool,
}

/// How long to wait for a read that another began: the runtime that it was begun on may not be
/// driven any more.
pub(super) const PATIENCE: Duration = Duration::from_secs(45);

impl Flight {
    pub(super) fn new(
        fetch: Fetch,
        begun: Duration,
        number: u64,
        since: u64,
    ) -> (Self, Shared<Fetch>) {
        let shared = fetch.shared();
        (Self { number, begun, since, shared: shared.downgrade(), kept: None }, shared)
    }

    /// The read, unless everybody gave it up.
    pub(super) fn upgrade(&self) -> Option<Shared<Fetch>> {
        self.shared.as_ref()?.upgrade()
    }

    /// What keeps a read alive that nobody will join any more.
    pub(super) fn abandon(&mut self, now: Duration) -> Option<Shared<Fetch>> {
        self.kept.take_if(|_| now.saturating_sub(self.begun) >= PATIENCE)
    }

    pub(super) fn kept_alive(self, shared: &Shared<Fetch>) -> Self {
        Self { kept: Some(shared.clone()), ..self }
    }
}

impl Failure {
    /// Whether this says nothing of the secret and of the caller's rights: what was read before may
    /// stand in for a while. A token that could not be had counts, one that was refused does not.
    pub(super) fn is_outage(&self) -> bool {
        match self.error.kind() {
            ErrorKind::Transport
            | ErrorKind::Timeout
            | ErrorKind::Service
            | ErrorKind::Throttled
            | ErrorKind::InvalidResponse => true,
            ErrorKind::Authentication => self.error.status().is_none(),
            _ => self.panicked,
        }
    }
}

/// Reads `key` and has the store take it in. Holds the store weakly: the store may hold it.
pub(super) fn fetch(store: &Arc<Store>, key: &Key, number: u64, begun: Duration) -> Fetch {
    let call = store.client.get_secret(key.name());
    let call = match key.version() {
        Some(version) => call.version(version),
        None => call,
    };
    let (store, key) = (Arc::downgrade(store), key.clone());
    async move {
        // A policy or credential that panics must not take with it those that wait.
        let read = AssertUnwindSafe(call.send()).catch_unwind().await;
        let panicked = read.is_err();
        let result = read
            .unwrap_or_else(|_| Err(Error::new(ErrorKind::Other, "the read panicked")))
            .map(Arc::new)
            .map_err(|error| Failure { error: Arc::new(error), panicked });
        if let Some(store) = store.upgrade() {
            store.settle(&key, number, begun, &result);
        }
        result
    }
    .boxed()
}
