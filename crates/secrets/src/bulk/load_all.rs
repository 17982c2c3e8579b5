//! The secrets of a vault that a filter picks.

use std::{
    fmt,
    future::{IntoFuture, ready},
    pin::Pin,
    sync::Arc,
};

use futures::StreamExt;

use super::{CONCURRENCY, SecretsReport, read::Reader};
use crate::{SecretClient, SecretProperties};

/// Lists the secrets of a vault and gets them; made by [`SecretClient::load_all`].
#[derive(Clone)]
#[must_use = "nothing is got before it is awaited"]
pub struct LoadAll {
    filter: Arc<dyn Fn(&SecretProperties) -> bool + Send + Sync>,
    reader: Reader,
}

impl LoadAll {
    pub(crate) fn new(
        client: SecretClient,
        filter: impl Fn(&SecretProperties) -> bool + Send + Sync + 'static,
    ) -> Self {
        let reader = Reader { client, concurrency: CONCURRENCY, listed: true };
        Self { filter: Arc::new(filter), reader }
    }

    /// How many secrets to get at a time: 8 unless set, 1 at least.
    pub fn with_concurrency(mut self, concurrency: usize) -> Self {
        self.reader.concurrency = concurrency;
        self
    }

    /// Lists and gets them; the same as `.await`, for `spawn` and `join!`.
    pub async fn send(self) -> SecretsReport {
        let filter = self.filter;
        let names = self.reader.client.list_secret_properties().filter_map(move |listed| {
            ready(match listed {
                // The service refuses the value of one that is disabled.
                Ok(secret) if !secret.enabled() || !filter(&secret) => None,
                Ok(secret) => Some(Ok(secret.name().to_owned())),
                Err(error) => Some(Err(error)),
            })
        });
        self.reader.read(names).await
    }
}

impl IntoFuture for LoadAll {
    type Output = SecretsReport;
    type IntoFuture = Pin<Box<dyn Future<Output = SecretsReport> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl fmt::Debug for LoadAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadAll").field("reader", &self.reader).finish_non_exhaustive()
    }
}
