//! Work on a thread that takes what nobody else wants of the processors. Where all are wanted it would take ages, and
//! such a thread cannot come forward again: then another, which has only stepped back, begins anew, and whichever
//! ends first answers.

use std::{
    io,
    sync::{
        Arc, Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::{
    named,
    priority::{Ran, starves, step_back, take_the_rest},
};
use crate::locks::lock;

/// Who is answered, once.
struct Answer<T>(Arc<Mutex<Option<oneshot::Sender<T>>>>);

/// What the second thread hears of the first, which is nothing as long as that does not even get to say so.
enum First {
    Silent,
    /// It could only step back, and so gets what the second would.
    StepsBack,
    TakesTheRest(Ran),
}

/// Starts both threads; the second looks at the first every so often, and holds the turn. What the first holds in
/// `rest` is given up when it ends, which may be long after somebody was answered: nothing can interrupt it.
pub(super) fn race<T: Send + 'static>(
    work: impl Fn() -> T + Clone + Send + 'static,
    look: Duration,
    turn: OwnedSemaphorePermit,
    rest: OwnedSemaphorePermit,
) -> io::Result<oneshot::Receiver<T>> {
    let (done, result) = oneshot::channel();
    let answer = Answer(Arc::new(Mutex::new(Some(done))));
    let (tell, heard) = mpsc::channel();
    named().spawn({
        let (work, answer) = (work.clone(), answer.clone());
        move || {
            let _turn = turn;
            step_back();
            if is_needed(&heard, look, || answer.is_given_up()) {
                answer.give(work());
            }
        }
    })?;
    named().spawn(move || {
        let first = if take_the_rest() {
            First::TakesTheRest(Ran::of_this_thread())
        } else {
            step_back();
            First::StepsBack
        };
        // Dropped in this order: the second hears that `tell` is gone and gives the turn up, and whoever gets the turn
        // must find the rest free.
        let until_done = (rest, tell);
        let _ = until_done.1.send(first);
        answer.give(work());
    })?;
    Ok(result)
}

/// Whether the second thread has to do the work; returns when that is certain.
fn is_needed(
    heard: &mpsc::Receiver<First>,
    look: Duration,
    is_given_up: impl Fn() -> bool,
) -> bool {
    let mut first = First::Silent;
    let mut waited = Duration::ZERO;
    loop {
        match heard.recv_timeout(look) {
            Ok(news) => first = news,
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) if is_given_up() => return false,
            Err(RecvTimeoutError::Timeout) => {
                waited = waited.saturating_add(look);
                let starves = match &first {
                    First::Silent => true,
                    First::StepsBack => false,
                    First::TakesTheRest(ran) => starves(waited, ran.so_far()),
                };
                if starves {
                    return true;
                }
            }
        }
    }
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Answer<T> {
    /// Nothing happens when there was an answer already, or nobody waits for one.
    fn give(&self, value: T) {
        let done = lock(&self.0).take();
        let _ = done.map(|done| done.send(value));
    }

    fn is_given_up(&self) -> bool {
        lock(&self.0).as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(1);
    /// Long enough for any machine; a wait this long has failed.
    const AGES: Duration = Duration::from_secs(60);

    #[test]
    fn one_that_does_not_even_start_is_helped() {
        let (_tell, heard) = mpsc::channel();
        assert!(is_needed(&heard, SOON, || false));
    }

    #[test]
    fn one_that_does_not_run_is_helped() {
        let (tell, heard) = mpsc::channel();
        tell.send(First::TakesTheRest(Ran::untold())).unwrap();
        assert!(is_needed(&heard, SOON, || false));
    }

    #[test]
    fn one_that_has_ended_needs_no_help() {
        let (tell, heard) = mpsc::channel();
        tell.send(First::TakesTheRest(Ran::untold())).unwrap();
        drop(tell);
        assert!(!is_needed(&heard, AGES, || false));
    }

    #[test]
    fn one_for_whom_nobody_waits_needs_no_help() {
        let (_tell, heard) = mpsc::channel();
        assert!(!is_needed(&heard, SOON, || true));
    }

    #[test]
    fn one_that_has_as_good_a_place_needs_no_help() {
        let (tell, heard) = mpsc::channel();
        tell.send(First::StepsBack).unwrap();
        let looks = std::cell::Cell::new(0);
        let enough = || looks.replace(looks.get() + 1) == 3;
        assert!(!is_needed(&heard, SOON, enough));
        assert_eq!(looks.get(), 4);
    }

    #[test]
    fn only_the_first_answers() {
        let (done, mut result) = oneshot::channel();
        let answer = Answer(Arc::new(Mutex::new(Some(done))));
        assert!(!answer.is_given_up());
        answer.give(1);
        answer.clone().give(2);
        assert_eq!(result.try_recv(), Ok(1));
        assert!(answer.is_given_up());
    }

    #[test]
    fn who_stops_waiting_needs_no_answer() {
        let (done, result) = oneshot::channel();
        let answer = Answer(Arc::new(Mutex::new(Some(done))));
        drop(result);
        assert!(answer.is_given_up());
        answer.give(1);
    }
}
