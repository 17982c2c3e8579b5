//! Waiting for others: how often, how long, and for how long in all.

use std::{pin::pin, sync::Arc, time::Duration};

use azvault_core::{Client, Error, ErrorKind, Result, time::Clock};
use futures::future::{Either, select};

/// How often somebody else's change is waited out: 1, 2, 4, 8 s and then 8 s each, which is about
/// as long as a vault takes to be made.
const MOST_CONFLICTS: u32 = 6;

/// Conflicts that are about no change of somebody else's: a lock, a subscription that may not be
/// written to, a provider that is not registered.
const LASTING: [&str; 3] =
    ["ScopeLocked", "ReadOnlyDisabledSubscription", "MissingSubscriptionRegistration"];

/// Waits while somebody else changes what is to be changed, but not for ever.
pub(crate) struct Patience {
    clock: Arc<dyn Clock>,
    conflicts: u32,
}

impl Patience {
    pub(crate) fn new(client: &Client) -> Self {
        Self { clock: client.pipeline().clock().clone(), conflicts: 0 }
    }

    /// Whether to try again after `error`, and if so waits before.
    pub(crate) async fn waits_out(&mut self, error: &Error) -> bool {
        is_conflict(error) && self.waits().await
    }

    /// Whether to try again at all, and if so waits before.
    pub(crate) async fn waits(&mut self) -> bool {
        let waits = self.conflicts < MOST_CONFLICTS;
        if waits {
            let wait = Duration::from_secs(1 << self.conflicts.min(3));
            self.conflicts += 1;
            self.clock.sleep(wait).await;
        }
        waits
    }
}

/// Whether `error` is about what somebody else does or has.
pub(crate) fn is_conflict(error: &Error) -> bool {
    let lasts = error.code().is_some_and(|code| LASTING.contains(&code));
    error.kind() == ErrorKind::Conflict && !lasts
}

/// Runs `work`, but no longer than `limit`.
///
/// # Errors
/// `Timeout`, naming the `subject` that was worked on; what `work` fails with.
pub(crate) async fn within<T>(
    clock: &dyn Clock,
    limit: Duration,
    subject: &str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    match select(pin!(work), clock.sleep(limit)).await {
        Either::Left((outcome, _)) => outcome,
        Either::Right(_) => {
            let seconds = limit.as_secs_f64();
            let message = format!("{subject} was not as wanted within {seconds} s");
            Err(Error::new(ErrorKind::Timeout, message))
        }
    }
}
