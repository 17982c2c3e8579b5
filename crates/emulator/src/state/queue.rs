//! Batches on their way to the writer's thread, and word of what became of them.

use std::sync::{
    Arc, Condvar, Mutex, PoisonError,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::sync::oneshot;

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
    state: Mutex<State>,
    woken: Condvar,
    /// All up to this number. Changed under the lock, and read without it by those who have nothing to wait for.
    written: AtomicU64,
    /// The last attempt failed, or there will be none any more; likewise.
    failing: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    batches: Vec<Vec<Change>>,
    /// How many there were ever.
    number: u64,
    /// The writer has nothing to do, and is to be woken when it has.
    idle: bool,
    /// What could not be written is to be tried again.
    again: bool,
    /// Nothing comes any more.
    closed: bool,
    /// Nothing is written any more.
    ended: bool,
    /// Why the last attempt failed, if it did, and what it had to write.
    failure: Option<(u64, Arc<str>)>,
    /// Who waits for what to be written.
    waiting: Vec<(u64, Told)>,
}

/// To tell somebody what became of what it waits for.
type Told = oneshot::Sender<Result<(), NotWritten>>;

impl Queue {
    pub(super) fn push(&self, changes: Vec<Change>) -> Ticket {
        let mut state = lock(&self.state);
        state.number += 1;
        state.batches.push(changes);
        let ticket = Ticket(state.number);
        let idle = std::mem::take(&mut state.idle);
        drop(state);
        if idle {
            self.woken.notify_one();
        }
        ticket
    }

    pub(super) fn close(&self) {
        lock(&self.state).closed = true;
        self.woken.notify_one();
    }

    /// Tells those who wait, at its end, that nothing will be written any more.
    pub(super) fn closing(&self) -> impl Drop + '_ {
        Closing(self)
    }

    pub(super) async fn written(&self, ticket: Ticket) -> Result<(), NotWritten> {
        let Ticket(number) = ticket;
        if self.written.load(Ordering::Acquire) >= number {
            return Ok(());
        }
        let word = {
            let mut state = lock(&self.state);
            if self.written.load(Ordering::Acquire) >= number {
                return Ok(());
            }
            if state.ended {
                return Err(closed());
            }
            if state.failure.is_some() {
                state.again = true;
                self.woken.notify_one();
            }
            let (told, word) = oneshot::channel();
            state.waiting.push((number, told));
            word
        };
        word.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Whether the last attempt failed, or there will be none any more.
    pub(super) fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Acquire)
    }

    /// What to write next, with what could not be written so far; blocks until there is something. `None` at the end.
    pub(super) fn next(&self) -> Option<Attempt> {
        let mut state = lock(&self.state);
        loop {
            let tried = state.failure.as_ref().map_or(0, |(through, _)| *through);
            let news = tried < state.number;
            if !state.batches.is_empty() && (news || state.again) {
                state.again = false;
                state.idle = false;
                let batches = std::mem::take(&mut state.batches);
                return Some(Attempt { batches, through: state.number });
            }
            if state.closed {
                return None;
            }
            state.idle = true;
            state = self.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What became of an attempt; what was not written stays ahead of what came since.
    pub(super) fn end(
        &self,
        mut batches: Vec<Vec<Change>>,
        through: u64,
        result: Result<(), String>,
    ) {
        let failure: Option<Arc<str>> = result.err().map(Arc::from);
        let waited = {
            let mut state = lock(&self.state);
            if failure.is_some() {
                batches.append(&mut state.batches);
                state.batches = batches;
            } else {
                self.written.store(through, Ordering::Release);
            }
            self.failing.store(failure.is_some(), Ordering::Release);
            state.failure = failure.clone().map(|words| (through, words));
            let waited = state.waiting.extract_if(.., |(number, _)| *number <= through);
            waited.collect::<Vec<_>>()
        };
        for (_, told) in waited {
            let result = match &failure {
                None => Ok(()),
                Some(words) => Err(NotWritten(Arc::clone(words))),
            };
            // Who has gone meanwhile need not know.
            let _: Result<(), _> = told.send(result);
        }
    }
}

struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.0.state);
        state.ended = true;
        self.0.failing.store(true, Ordering::Release);
        // Dropped, they are told.
        state.waiting.clear();
    }
}

fn closed() -> NotWritten {
    NotWritten("The emulator is stopping: what was changed is not kept.".into())
}
