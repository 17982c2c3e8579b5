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
    task::{Context, Poll},
};

/// Whether a connection goes on at once when it is woken.
#[derive(Debug, Default)]
pub(super) struct Gather {
    next: Next,
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
    /// Polls `connection`, every other time behind all that can run now, if there are `others` on whose account it
    /// may be woken again.
    pub(super) fn poll<F: Future>(
        &mut self,
        connection: Pin<&mut F>,
        others: bool,
        cx: &mut Context<'_>,
    ) -> Poll<F::Output> {
        if others && self.next == Next::AfterOthers {
            self.next = Next::Now;
            // Who wakes itself while it runs queues up behind all others.
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.next = match self.next {
            Next::Now => Next::AtOnce,
            Next::AtOnce | Next::AfterOthers => Next::AfterOthers,
        };
        connection.poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::poll_fn,
        pin::pin,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
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

    /// For each time that it was woken, whether it went on, and how often it woke itself.
    fn woken(others: [bool; 6]) -> ([bool; 6], usize) {
        let wakes = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&wakes));
        let (polls, mut gather) = (Cell::new(0), Gather::default());
        let mut connection = pin!(poll_fn(|_| -> Poll<()> {
            polls.set(polls.get() + 1);
            Poll::Pending
        }));
        let went_on = others.map(|others| {
            let before = polls.get();
            let mut cx = Context::from_waker(&waker);
            assert!(gather.poll(connection.as_mut(), others, &mut cx).is_pending());
            polls.get() > before
        });
        (went_on, wakes.0.load(Ordering::Relaxed))
    }

    #[test]
    fn a_connection_with_one_request_never_waits() {
        assert_eq!(woken([false; 6]), ([true; 6], 0));
    }

    #[test]
    fn every_other_time_the_others_go_first_once() {
        assert_eq!(woken([true; 6]), ([true, false, true, true, false, true], 2));
    }

    #[test]
    fn a_connection_that_has_let_others_go_first_goes_on_without_them() {
        assert_eq!(woken([true, true, false, false, false, true]).0[2..5], [true; 3]);
    }

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
        let mut first =
            pin!(poll_fn(|cx| { Poll::Ready(gather.poll(connection.as_mut(), true, cx)) }));
        assert!(first.as_mut().await.is_pending());
        for _ in 0..8 {
            let ready = Arc::clone(&ready);
            tokio::spawn(async move { ready.fetch_add(1, Ordering::Relaxed) });
        }
        // Woken by the first of the eight, as it were: it sees what all have done.
        let all = poll_fn(|cx| gather.poll(connection.as_mut(), true, cx)).await;
        assert_eq!((all, written.load(Ordering::Relaxed)), (8, 8));
    }
}
