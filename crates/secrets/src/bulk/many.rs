//! Secrets by name, many at once.

use std::{collections::BTreeSet, future::IntoFuture, pin::Pin};

use futures::stream;

use super::{CONCURRENCY, SecretsReport, read::Reader};
use crate::SecretClient;

/// Gets many secrets by name; made by [`SecretClient::get_many`].
#[derive(Clone, Debug)]
#[must_use = "nothing is got before it is awaited"]
pub struct GetMany {
    names: BTreeSet<String>,
    reader: Reader,
}

impl GetMany {
    pub(crate) fn new(client: SecretClient, names: BTreeSet<String>) -> Self {
        Self { names, reader: Reader { client, concurrency: CONCURRENCY, listed: false } }
    }

    /// How many secrets to get at a time: 8 unless set, 1 at least.
    pub fn with_concurrency(mut self, concurrency: usize) -> Self {
        self.reader.concurrency = concurrency;
        self
    }

    /// Gets them; the same as `.await`, for `spawn` and `join!`.
    pub async fn send(self) -> SecretsReport {
        let names = stream::iter(self.names.iter().cloned().map(Ok));
        let mut report = self.reader.read(names).await;
        report.skipped = self
            .names
            .into_iter()
            .filter(|name| !report.read.contains_key(name) && !report.failed.contains_key(name))
            .collect();
        report
    }
}

impl IntoFuture for GetMany {
    type Output = SecretsReport;
    type IntoFuture = Pin<Box<dyn Future<Output = SecretsReport> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
