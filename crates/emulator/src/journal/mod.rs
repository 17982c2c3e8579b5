//! What was asked and how it was answered, for tests to count on. No token and no body is kept.

mod query;
mod record;
mod texts;

use std::{
    collections::VecDeque,
    ops::Deref,
    sync::{Arc, Mutex},
};

use time::OffsetDateTime;
use tokio::sync::Notify;

use crate::{
    locks::lock,
    message::{Notes, Outcome, Request},
    router::Port,
};

pub use query::{JournalFilter, JournalQuery};
pub use record::RecordedRequest;

/// Older records are dropped, so that a long run does not grow without end.
const KEPT: usize = 10_000;

/// The requests recorded when it was asked for, oldest first, as a slice; and what can be asked of those to come.
///
/// Its filters look at the journal as it is when they are counted, not as it was.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// let url = format!("{}/secrets/s?api-version=7.6", emulator.vault_url("kv"));
/// let gets = emulator.journal().of_vault("kv").operation("GetSecret").answered();
/// gets.assert_count(0);
/// emulator.http_client().get(url).send().await?;
/// let seen = gets.wait_for(1, Duration::from_secs(10)).await?;
/// assert_eq!(seen.iter().map(|get| get.status()).collect::<Vec<_>>(), [Some(401)]);
/// assert_eq!(emulator.journal().len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Journal {
    requests: Vec<RecordedRequest>,
    live: Records,
}

impl Journal {
    /// The requests, oldest first.
    pub fn as_slice(&self) -> &[RecordedRequest] {
        &self.requests
    }
}

impl Deref for Journal {
    type Target = [RecordedRequest];

    fn deref(&self) -> &[RecordedRequest] {
        &self.requests
    }
}

impl IntoIterator for Journal {
    type Item = RecordedRequest;
    type IntoIter = std::vec::IntoIter<RecordedRequest>;

    fn into_iter(self) -> Self::IntoIter {
        self.requests.into_iter()
    }
}

impl<'a> IntoIterator for &'a Journal {
    type Item = &'a RecordedRequest;
    type IntoIter = std::slice::Iter<'a, RecordedRequest>;

    fn into_iter(self) -> Self::IntoIter {
        self.requests.iter()
    }
}

/// Where requests are recorded; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    kept: Arc<Mutex<Kept>>,
    /// Told of each request and of each answer.
    changed: Arc<Notify>,
}

#[derive(Debug, Default)]
struct Kept {
    next: u64,
    requests: VecDeque<RecordedRequest>,
}

impl Records {
    /// Records a request before it is answered, so that one that its client gave up is there too.
    pub(crate) fn begin(
        &self,
        port: Port,
        request: &Request,
        at: OffsetDateTime,
        vault_time: OffsetDateTime,
    ) -> u64 {
        let mut kept = lock(&self.kept);
        let order = kept.next;
        kept.next += 1;
        let oldest = if kept.requests.len() >= KEPT { kept.requests.pop_front() } else { None };
        kept.requests.push_back(RecordedRequest::begun(order, port, request, at, vault_time));
        drop(kept);
        // Freed once nobody waits for it.
        drop(oldest);
        self.changed.notify_waiters();
        order
    }

    pub(crate) fn end(&self, order: u64, outcome: &Outcome, notes: &Notes) {
        let mut kept = lock(&self.kept);
        // Numbers follow each other without a gap.
        let first = kept.requests.front().map_or(0, RecordedRequest::order);
        let place = order.checked_sub(first).and_then(|place| usize::try_from(place).ok());
        if let Some(record) = place.and_then(|place| kept.requests.get_mut(place)) {
            record.end(outcome, notes);
        }
        drop(kept);
        self.changed.notify_waiters();
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal { requests: self.snapshot(), live: self.clone() }
    }

    fn snapshot(&self) -> Vec<RecordedRequest> {
        lock(&self.kept).requests.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        lock(&self.kept).requests.clear();
    }
}
