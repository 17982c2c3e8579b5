//! A secret's new versions, as a stream.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use azvault_core::Result;
use futures::{
    Stream,
    stream::{BoxStream, StreamExt, unfold},
};

use super::{
    get::get,
    key::KeyRef,
    store::{Demand, Store},
};
use crate::SecretBundle;

/// A secret's versions as they become the latest; made by
/// [`SecretCache::watch`](super::SecretCache::watch). It never ends, and drops nothing behind:
/// dropped, it asks no more.
#[must_use = "a stream does nothing unless polled"]
pub struct Watch(BoxStream<'static, Result<Arc<SecretBundle>>>);

struct Watched {
    store: Arc<Store>,
    name: String,
    interval: Duration,
    /// The version that was given last, unless an error was given since.
    version: Option<String>,
    /// Whether it was asked for before.
    begun: bool,
}

impl Watch {
    pub(super) fn new(store: Arc<Store>, name: String, interval: Duration) -> Self {
        let watched =
            Watched { store, name, interval: interval.max(LEAST), version: None, begun: false };
        Self(unfold(watched, |watched| async { Some(watched.next().await) }).boxed())
    }
}

impl Watched {
    async fn next(mut self) -> (Result<Arc<SecretBundle>>, Self) {
        loop {
            if self.begun {
                self.store.clock.sleep(self.interval).await;
            }
            self.begun = true;
            let key = KeyRef { name: &self.name, version: None }.to_key();
            match get(self.store.clone(), key, Demand::Within(self.interval)).await {
                Ok(secret) if secret.version() == self.version.as_deref() => {}
                Ok(secret) => {
                    self.version = secret.version().map(ToOwned::to_owned);
                    return (Ok(secret), self);
                }
                // What is back after that is news, whatever its version.
                Err(error) => {
                    self.version = None;
                    return (Err(error), self);
                }
            }
        }
    }
}

impl Stream for Watch {
    type Item = Result<Arc<SecretBundle>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

/// The least interval: below it, a watch would be a loop of requests.
const LEAST: Duration = Duration::from_millis(100);
