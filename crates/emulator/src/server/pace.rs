//! A stream that is written slowly while an ordered fault wants it so: head and body, a few bytes at a time.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, Mutex, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};

use crate::{locks::lock, message::Drip};

/// How slowly a connection is written; shared by the connection and its answers.
#[derive(Debug, Default)]
pub(super) struct Pace {
    slow: AtomicBool,
    drip: Mutex<Option<Drip>>,
    /// What each request holds until its answer is handed over, besides one.
    requests: Weak<()>,
}

impl Pace {
    /// Of the connection whose requests hold `requests`.
    pub(super) fn of(requests: &Arc<()>) -> Self {
        Self { requests: Arc::downgrade(requests), ..Self::default() }
    }

    /// Slows the connection down until all its answers are written.
    pub(super) fn slow_down(&self, drip: Drip) {
        *lock(&self.drip) = Some(drip);
        self.slow.store(true, Ordering::Release);
    }

    fn drip(&self) -> Option<Drip> {
        if self.slow.load(Ordering::Acquire) { *lock(&self.drip) } else { None }
    }

    /// What was written has left: with no answer on its way the connection is as fast as others again.
    fn flushed(&self) {
        if self.slow.load(Ordering::Acquire) && self.requests.strong_count() <= 1 {
            self.slow.store(false, Ordering::Release);
        }
    }
}

/// A stream that is written at a [`Pace`].
pub(super) struct Paced<S> {
    stream: S,
    pace: Arc<Pace>,
    wait: Option<Pin<Box<Sleep>>>,
    /// Whether a wait was over and its bytes are not written yet.
    due: bool,
    /// Whether pieces are taken as they are, instead of in one.
    in_pieces: bool,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, pace: Arc<Pace>) -> Self {
        Self { stream, pace, wait: None, due: false, in_pieces: true }
    }

    /// For HTTP/2, which would write the body of each answer by itself, were its pieces taken as they are: so it
    /// copies small ones, and writes those of many answers at once.
    pub(super) fn in_one(self) -> Self {
        Self { in_pieces: false, ..self }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a client waits by its own clock, not by that of the vaults, which a test moves"
)]
fn wait(drip: Drip) -> Pin<Box<Sleep>> {
    Box::pin(tokio::time::sleep(drip.every))
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let Some(drip) = this.pace.drip() else {
            return Pin::new(&mut this.stream).poll_write(cx, buf);
        };
        if !this.due {
            let wait = this.wait.get_or_insert_with(|| wait(drip));
            ready!(wait.as_mut().poll(cx));
            this.wait = None;
            this.due = true;
        }
        let piece = buf.get(..drip.bytes).unwrap_or(buf);
        let written = ready!(Pin::new(&mut this.stream).poll_write(cx, piece));
        this.due = false;
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.stream).poll_flush(cx));
        self.pace.flushed();
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.pace.drip().is_none() {
            return Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        }
        let first = bufs.iter().find(|buf| !buf.is_empty()).map_or(&[][..], |buf| buf);
        self.poll_write(cx, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.in_pieces && self.stream.is_write_vectored()
    }
}
