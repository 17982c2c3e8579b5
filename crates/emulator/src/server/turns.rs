//! Requests that came together are begun a few at a time.
//!
//! Over HTTP/2 a connection reads all that is there before anything is answered. Were all of it begun at once, the
//! answers would leave together as well, and then the emulator would idle until its client has read them and asked
//! again. A few at a time, the client works on some answers while others are made, and still there is no system call
//! and no wake-up for each.

use std::{
    collections::VecDeque,
    pin::Pin,
    sync::{Arc, Mutex, Weak},
};

use hyper::rt::Executor;
use hyper_util::rt::TokioExecutor;

use crate::locks::lock;

/// Requests that are begun in a turn of their connection. Two writes are enough to keep eight callers busy whose
/// requests take long, and a write for each four short ones costs little.
const TURN: usize = 4;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The requests of a connection that are not begun yet, which go with it.
#[derive(Default)]
pub(super) struct Turns(Arc<Mutex<Turn>>);

/// What requests are handed to. Each has one of its own, which must not keep those that wait: of a connection that
/// ended before they were begun they would keep each other, and the emulator, for good.
#[derive(Clone)]
pub(super) struct Begins(Weak<Mutex<Turn>>);

#[derive(Default)]
struct Turn {
    begun: usize,
    waiting: VecDeque<Work>,
}

impl Turns {
    /// What requests are to be handed to.
    pub(super) fn begins(&self) -> Begins {
        Begins(Arc::downgrade(&self.0))
    }

    /// Begins a turn, by what has waited longest.
    pub(super) fn begin(&self) {
        let mut turn = lock(&self.0);
        turn.begun = turn.waiting.len().min(TURN);
        let begun = turn.begun;
        for work in turn.waiting.drain(..begun) {
            TokioExecutor::new().execute(work);
        }
    }

    /// How many were begun in this turn.
    pub(super) fn begun(&self) -> usize {
        lock(&self.0).begun
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Begins {
    fn execute(&self, work: F) {
        let Some(turns) = self.0.upgrade() else {
            // What a request hands over that is under way, and sees for itself that its connection has ended.
            return TokioExecutor::new().execute(work);
        };
        let mut turn = lock(&turns);
        // Later ones do not overtake those that wait.
        if turn.begun < TURN && turn.waiting.is_empty() {
            turn.begun += 1;
            TokioExecutor::new().execute(work);
        } else {
            turn.waiting.push_back(Box::pin(work));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn asked(turns: &Turns, requests: usize) -> Arc<AtomicUsize> {
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..requests {
            let done = Arc::clone(&done);
            turns.begins().execute(async move {
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        done
    }

    async fn others_run() {
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_came_together_is_begun_a_few_at_a_time_and_all_of_it() {
        let turns = Turns::default();
        let done = asked(&turns, 2 * TURN + 1);
        for (begun, all) in [(TURN, TURN), (TURN, 2 * TURN), (1, 2 * TURN + 1), (0, 2 * TURN + 1)] {
            others_run().await;
            assert_eq!((turns.begun(), done.load(Ordering::Relaxed)), (begun, all));
            turns.begin();
        }
    }

    #[tokio::test]
    async fn a_request_that_never_ends_holds_up_no_later_one() {
        let turns = Turns::default();
        (0..TURN).for_each(|_| turns.begins().execute(std::future::pending()));
        let done = asked(&turns, 1);
        turns.begin();
        others_run().await;
        assert_eq!(done.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn what_waits_goes_with_its_connection() {
        let (turns, emulator) = (Turns::default(), Arc::new(()));
        for _ in 0..2 * TURN {
            // As hyper's requests do.
            let held = (Arc::clone(&emulator), turns.begins());
            turns.begins().execute(async move { drop(held) });
        }
        drop(turns);
        others_run().await;
        assert_eq!(Arc::strong_count(&emulator), 1);
    }
}
