//! Batches on their way to the writer's thread, and word of what became of them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use tokio::sync::watch;

use super::{Change, NotWritten, Ticket};
use crate::locks::lock;

/// What a writer is told to write next.
pub(super) struct Attempt {
    pub(super) batches: Vec<Vec<Change>>,
    /// The number of the last one.
    pub(super) through: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    woken: Condvar,
    progress: watch::Sender<Progress>,
}

#[derive(Debug, Default)]
struct Waiting {
    batches: Vec<Vec<Change>>,
    /// How many there were ever.
    number: u64,
    /// What could not be written is to be tried again.
    again: bool,
    closed: bool,
}

#[derive(Clone, Debug, Default)]
struct Progress {
    /// All up to this number.
    written: u64,
    /// How often the writer has tried.
    attempts: u64,
    /// Why the last attempt failed, if it did, and what it had to write.
    failure: Option<(u64, Arc<str>)>,
    closed: bool,
}

impl Queue {
    pub(super) fn push(&self, changes: Vec<Change>) -> Ticket {
        let mut waiting = lock(&self.waiting);
        waiting.number += 1;
        waiting.batches.push(changes);
        self.woken.notify_one();
        Ticket(waiting.number)
    }

    pub(super) fn close(&self) {
        lock(&self.waiting).closed = true;
        self.woken.notify_one();
    }

    /// Tells those who wait, at its end, that nothing will be written any more.
    pub(super) fn closing(&self) -> impl Drop + '_ {
        Closing(self)
    }

    pub(super) async fn written(&self, ticket: Ticket) -> Result<(), NotWritten> {
        let Ticket(number) = ticket;
        let mut progress = self.progress.subscribe();
        let seen = {
            let progress = progress.borrow_and_update();
            if progress.written >= number {
                return Ok(());
            }
            if progress.closed {
                return Err(closed());
            }
            if progress.failure.is_some() {
                lock(&self.waiting).again = true;
                self.woken.notify_one();
            }
            progress.attempts
        };
        let told = |progress: &Progress| progress.closed || progress.tells(number, seen).is_some();
        let Ok(progress) = progress.wait_for(told).await else {
            return Err(closed());
        };
        progress.tells(number, seen).unwrap_or_else(|| Err(closed()))
    }

    /// Whether the last attempt failed, or there will be none any more.
    pub(super) fn is_failing(&self) -> bool {
        let progress = self.progress.borrow();
        progress.failure.is_some() || progress.closed
    }

    /// What to write next, with what could not be written so far; blocks until there is something. `None` at the end.
    pub(super) fn next(&self) -> Option<Attempt> {
        let mut waiting = lock(&self.waiting);
        loop {
            let failed = self.progress.borrow().failure.is_some();
            let news = self.progress.borrow().failure.as_ref().map_or(0, |(through, _)| *through)
                < waiting.number;
            if !waiting.batches.is_empty() && (news || waiting.again || !failed) {
                waiting.again = false;
                let batches = std::mem::take(&mut waiting.batches);
                return Some(Attempt { batches, through: waiting.number });
            }
            if waiting.closed {
                return None;
            }
            waiting = self.woken.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What became of an attempt; what was not written stays ahead of what came since.
    pub(super) fn end(
        &self,
        mut batches: Vec<Vec<Change>>,
        through: u64,
        result: Result<(), String>,
    ) {
        let failure = result.err().map(|words| (through, words.into()));
        if failure.is_some() {
            let mut waiting = lock(&self.waiting);
            batches.append(&mut waiting.batches);
            waiting.batches = batches;
        }
        self.progress.send_modify(|progress| {
            progress.attempts += 1;
            if failure.is_none() {
                progress.written = through;
            }
            progress.failure = failure;
        });
    }
}

impl Progress {
    /// What there is to say of that batch to somebody who has seen so many attempts.
    fn tells(&self, number: u64, seen: u64) -> Option<Result<(), NotWritten>> {
        if self.written >= number {
            return Some(Ok(()));
        }
        let (through, words) = self.failure.as_ref()?;
        (self.attempts > seen && *through >= number).then(|| Err(NotWritten(Arc::clone(words))))
    }
}

struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.progress.send_modify(|progress| progress.closed = true);
    }
}

fn closed() -> NotWritten {
    NotWritten("The emulator is stopping: what was changed is not kept.".into())
}
