//! Answers that are ready at about the same time leave together.
//!
//! Over HTTP/2 each answer wakes its connection, and a runtime's thread goes on with whoever was woken last. So each
//! would be written alone: a record of TLS, a system call and a client to wake up, which costs more than a small answer
//! does. As by Nagle's algorithm, one leaves at once, and what follows gathers until everything that can run now has
//! run. Nothing waits for time to pass.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc896>

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use super::turns::{Begins, Turns};

/// Whether a connection goes on at once when it is woken.
#[derive(Default)]
pub(super) struct Gather {
    next: Next,
    ready: Ready,
    turns: Turns,
}

/// Whether there is an answer that is not written yet; clones are the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Ready(Arc<AtomicBool>);

impl Ready {
    /// There is one now.
    pub(super) fn tell(&self) {
        self.0.store(true, Ordering::Release);
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Next {
    #[default]
    AtOnce,
    AfterOthers,
    /// The others had their turn.
    Now,
}

impl Gather {
    /// To be told of each answer.
    pub(super) fn ready(&self) -> Ready {
        self.ready.clone()
    }

    /// What begins the requests.
    pub(super) fn begins(&self) -> Begins {
        self.turns.begins()
    }

    /// Polls `connection`; every other time that there are answers, behind all that can run now, if there are
    /// `others` under way.
    pub(super) fn poll<F: Future>(
        &mut self,
        connection: Pin<&mut F>,
        others: bool,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        let ready = self.ready.0.load(Ordering::Acquire);
        if others && ready && self.next == Next::AfterOthers {
            self.next = Next::Now;
            // Who wakes itself while it runs queues up behind all others.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.next = match self.next {
            Next::AtOnce if others && ready => Next::AfterOthers,
            // What it was woken for is something to read.
            Next::AfterOthers if others => Next::AfterOthers,
            _ => Next::AtOnce,
        };
        self.ready.0.store(false, Ordering::Release);
        self.turns.begin();
        let polled = connection.poll(cx);
        if self.turns.begun() > 1 && polled.is_pending() {
            // Behind those that were begun, whose answers leave together then.
            self.next = Next::Now;
            cx.waker().wake_by_ref();
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::poll_fn,
        pin::pin,
        sync::atomic::AtomicUsize,
        task::{Wake, Waker},
    };

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// For each time that it was woken, with others under way and an answer ready or not: whether it went on. And how
    /// often it woke itself.
    fn woken<const N: usize>(times: [(bool, bool); N]) -> ([bool; N], usize) {
        let wakes = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let (polls, mut gather) = (Cell::new(0), Gather::default());
        let mut connection = pin!(poll_fn(|_| -> Poll<()> {
            polls.set(polls.get() + 1);
            Poll::Pending
        }));
        let went_on = times.map(|(others, ready)| {
            if ready {
                gather.ready().tell();
            }
            let before = polls.get();
            let mut cx = Context::from_waker(&waker);
            assert!(gather.poll(connection.as_mut(), others, &mut cx).is_pending());
            polls.get() > before
        });
        (went_on, wakes.0.load(Ordering::Relaxed))
    }

    #[test]
    fn a_connection_with_one_request_never_waits() {
        assert_eq!(woken([(false, true); 6]), ([true; 6], 0));
    }

    #[test]
    fn every_other_time_the_others_go_first_once() {
        assert_eq!(woken([(true, true); 6]), ([true, false, true, true, false, true], 2));
    }

    #[test]
    fn what_comes_in_is_read_at_once_and_spares_no_answer_its_turn() {
        let (answer, request) = ((true, true), (true, false));
        let times = [request, answer, request, answer, request, request, answer];
        assert_eq!(woken(times), ([true, true, true, false, true, true, true], 1));
    }

    #[test]
    fn a_connection_that_has_let_others_go_first_goes_on_without_them() {
        let times = [(true, true), (true, true), (false, true), (false, true)];
        assert_eq!(woken(times).0, [true, false, true, true]);
    }

    #[expect(clippy::disallowed_methods, reason = "requests of its own")]
    #[tokio::test]
    async fn what_is_ready_is_written_together() {
        let (ready, written) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut connection = pin!({
            let (ready, written) = (Arc::clone(&ready), Arc::clone(&written));
            poll_fn(move |_| {
                let now = ready.load(Ordering::Relaxed);
                written.store(now, Ordering::Relaxed);
                if now < 8 { Poll::Pending } else { Poll::Ready(now) }
            })
        });
        let mut gather = Gather::default();
        let answered = gather.ready();
        answered.tell();
        let first = poll_fn(|cx| Poll::Ready(gather.poll(connection.as_mut(), true, cx))).await;
        assert!(first.is_pending());
        for _ in 0..8 {
            let (ready, answered) = (Arc::clone(&ready), answered.clone());
            tokio::spawn(async move {
                ready.fetch_add(1, Ordering::Relaxed);
                answered.tell();
            });
        }
        answered.tell();
        // Woken by the first of the eight, as it were: it sees what all have done.
        let all = poll_fn(|cx| gather.poll(connection.as_mut(), true, cx)).await;
        assert_eq!((all, written.load(Ordering::Relaxed)), (8, 8));
    }
}
