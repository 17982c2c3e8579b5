//! The signals that end the program, and those that are handed on to a command.

use std::io;

/// The signals that end the program, listened for from the moment this is made.
#[cfg(unix)]
pub(super) struct StopSignals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// The terminal is gone; `None` for who was told by `nohup` not to mind.
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl StopSignals {
    pub(super) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    pub(super) async fn received(&mut self) -> io::Result<()> {
        let hung_up = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hung_up => {}
        }
        Ok(())
    }
}

/// The signals that end the program.
#[cfg(not(unix))]
pub(super) struct StopSignals;

#[cfg(not(unix))]
impl StopSignals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn received(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

/// The signals that a command gets that were sent to us.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct ForwardedSignals {
    streams: Vec<(rustix::process::Signal, tokio::signal::unix::Signal)>,
}

#[cfg(unix)]
impl ForwardedSignals {
    pub(super) fn listen() -> io::Result<Self> {
        use rustix::process::Signal;
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            (Signal::INT, SignalKind::interrupt()),
            (Signal::TERM, SignalKind::terminate()),
            (Signal::HUP, SignalKind::hangup()),
            (Signal::QUIT, SignalKind::quit()),
            (Signal::USR1, SignalKind::user_defined1()),
            (Signal::USR2, SignalKind::user_defined2()),
        ];
        // What is listened for is not ignored any more, and the command inherits that.
        let heard = |name| name != Signal::HUP || !hangup_is_ignored();
        let kinds = kinds.into_iter().filter(|(name, _)| heard(*name));
        let streams = kinds.map(|(name, kind)| Ok((name, signal(kind)?)));
        Ok(Self { streams: streams.collect::<io::Result<_>>()? })
    }

    /// The next one that arrives.
    pub(super) async fn next(&mut self) -> rustix::process::Signal {
        std::future::poll_fn(|context| {
            for (name, stream) in &mut self.streams {
                if stream.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready(*name);
                }
            }
            std::task::Poll::Pending
        })
        .await
    }

    /// Hands `signal` on to `process`, unless the terminal has sent it there itself.
    pub(super) fn forward(&self, signal: rustix::process::Signal, process: Option<u32>) {
        use rustix::process::{Pid, Signal, kill_process};
        // Ctrl-C and Ctrl-\ go to all of the foreground.
        if (signal == Signal::INT || signal == Signal::QUIT) && in_foreground() {
            return;
        }
        let process = process.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(Err(error)) = process.map(|process| kill_process(process, signal)) {
            tracing::debug!(%error, "a signal could not be handed on");
        }
    }
}

/// Whether `nohup` or the like started this process; outside Linux nobody says so without unsafe code.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The first bit is of the first signal, SIGHUP.
    ignored.is_some_and(|mask| mask & 1 != 0)
}

#[cfg(unix)]
fn in_foreground() -> bool {
    use rustix::{process::getpgrp, termios::tcgetpgrp};
    let terminals = [tcgetpgrp(io::stdin()), tcgetpgrp(io::stdout()), tcgetpgrp(io::stderr())];
    terminals.into_iter().flatten().next().is_some_and(|foreground| foreground == getpgrp())
}

/// Windows has no signals; Ctrl-C goes to the command by itself, and must not end us before it.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct ForwardedSignals;

#[cfg(not(unix))]
impl ForwardedSignals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn forward(&self, _signal: (), _process: Option<u32>) {}
}
