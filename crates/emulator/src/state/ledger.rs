//! Where changes are handed to, and whether they are written.

use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
};

use super::{
    Change,
    queue::{Attempt, Queue},
};
use crate::locks::lock;

/// Stands for everything that was handed over until it was given; the default for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(pub(super) u64);

impl Ticket {
    /// The ticket that was put there.
    pub(crate) fn of(place: &AtomicU64) -> Self {
        Self(place.load(Ordering::Acquire))
    }

    /// Puts it there, unless a later one is there.
    pub(crate) fn put(self, place: &AtomicU64) {
        place.fetch_max(self.0, Ordering::AcqRel);
    }
}

/// What was handed over could not be written so far, in words. It is tried again with the next request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotWritten(pub(super) Arc<str>);

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotWritten {}

/// Where batches end up.
pub(crate) trait Shelf {
    /// Writes all of this or nothing, and comes back when it would outlive the process; `Err` says why not.
    fn write(&mut self, batches: &[Vec<Change>]) -> Result<(), String>;
}

/// Takes changes, in the order of their making, and has them written by a thread of its own. The default keeps nothing.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    queue: Option<Arc<Queue>>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    /// A ledger whose batches go to the shelf that `open` makes, in its thread.
    ///
    /// # Errors
    /// When there can be no thread.
    pub(crate) fn start(shelf: impl FnOnce(&Queue) + Send + 'static) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let served = Arc::clone(&queue);
        let writer =
            thread::Builder::new().name("azvault-emulator-writer".to_owned()).spawn(move || {
                let _closing = served.closing();
                shelf(&served);
            })?;
        Ok(Self { queue: Some(queue), writer: Mutex::new(Some(writer)) })
    }

    /// Whether anything is written: where not, nobody need note what changed.
    pub(crate) fn is_kept(&self) -> bool {
        self.queue.is_some()
    }

    /// Takes a batch, which is written as a whole or not at all, after all batches before it. To be called under the
    /// locks that the changes were read under, so that their order is that of their making.
    pub(crate) fn hand_over(&self, changes: Vec<Change>) -> Ticket {
        self.queue.as_ref().map_or_else(Ticket::default, |queue| queue.push(changes))
    }

    /// Waits until all that `ticket` stands for is written; tries again what could not be.
    pub(crate) async fn written(&self, ticket: Ticket) -> Result<(), NotWritten> {
        match &self.queue {
            Some(queue) => queue.written(ticket).await,
            None => Ok(()),
        }
    }

    /// Refuses while what `ticket` stands for cannot be written; tries it again before. To be asked before more is changed.
    pub(crate) async fn able(&self, ticket: Ticket) -> Result<(), NotWritten> {
        match &self.queue {
            Some(queue) if queue.is_failing() => queue.written(ticket).await,
            _ => Ok(()),
        }
    }

    /// Whether all that was handed over is written, or could be; tries it again where it could not.
    pub(crate) async fn healthy(&self) -> Result<(), NotWritten> {
        match &self.queue {
            Some(queue) if queue.is_failing() => queue.written(queue.push(Vec::new())).await,
            _ => Ok(()),
        }
    }

    /// Writes what was handed over, and nothing from then on; the directory is free afterwards.
    pub(crate) fn close(&self) {
        if let Some(queue) = &self.queue {
            queue.close();
        }
        if let Some(writer) = lock(&self.writer).take()
            && writer.join().is_err()
        {
            tracing::error!("the thread that writes the state has failed");
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.close();
    }
}

/// Writes what comes until the ledger is closed.
pub(crate) fn serve(queue: &Queue, shelf: &mut dyn Shelf) {
    while let Some(Attempt { batches, through }) = queue.next() {
        let result = shelf.write(&batches);
        if let Err(words) = &result {
            tracing::error!(reason = words, "the state could not be written");
        }
        queue.end(batches, through, result);
    }
}
