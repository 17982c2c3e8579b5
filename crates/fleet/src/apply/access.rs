//! Access that was just given and is not felt yet, and what else passes. Core's `wait_for_access` sees one call through;
//! this sees all that an object takes through, and a vault's new name, within one deadline.

use std::{future::Future, time::Duration};

use azvault_core::{Error, ErrorKind, Result, time::Clock};

/// What may not be felt in a vault yet.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fresh {
    /// Access that the fleet gives there.
    pub(super) access: bool,
    /// Network rules that were just changed to let us in.
    pub(super) network: bool,
}

/// Repeats `attempt` until `deadline` on the clock's scale, while the name of a vault is not known
/// yet, the vault does not know yet what is `fresh`, or it throttles. `attempt` must be fit to be repeated.
pub(super) async fn wait_for<T, F: Future<Output = Result<T>>>(
    clock: &dyn Clock,
    deadline: Duration,
    fresh: Fresh,
    mut attempt: impl FnMut() -> F,
) -> Result<T> {
    let mut pause = Duration::from_secs(1);
    loop {
        let error = match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if !may_pass(&error, fresh) || clock.elapsed().saturating_add(pause) >= deadline {
            return Err(error);
        }
        clock.sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Roles take up to 10 min to be felt, most of them far less.
/// <https://learn.microsoft.com/azure/role-based-access-control/troubleshooting>
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Whether this is what a vault, or the way to it, says at first.
fn may_pass(error: &Error, fresh: Fresh) -> bool {
    match error.kind() {
        ErrorKind::ForbiddenByPolicy | ErrorKind::ForbiddenByRbac => fresh.access,
        ErrorKind::ForbiddenByFirewall => fresh.network,
        // Somebody else uses the vault's limits up; the client has waited its turns already.
        ErrorKind::Throttled => true,
        // The name of a new vault is not known everywhere at once.
        ErrorKind::Transport => !error.may_have_been_sent(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use azvault_core::time::SystemClock;

    use super::*;

    async fn attempts(kind: ErrorKind, fails: u32, access: bool) -> (u32, bool) {
        let fresh = Fresh { access, network: false };
        let deadline = Duration::from_secs(300);
        let (clock, count) = (SystemClock::new(), Cell::new(0));
        let attempt = || {
            count.set(count.get() + 1);
            let fails = count.get() <= fails;
            async move { if fails { Err(Error::new(kind, "no")) } else { Ok(()) } }
        };
        let done = wait_for(&clock, clock.elapsed() + deadline, fresh, attempt).await.is_ok();
        (count.get(), done)
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_waited_out_until_the_deadline_and_nothing_else_is() {
        assert_eq!(attempts(ErrorKind::ForbiddenByRbac, 7, true).await, (8, true));
        assert_eq!(attempts(ErrorKind::ForbiddenByRbac, 7, false).await, (1, false));
        assert_eq!(attempts(ErrorKind::Transport, 7, false).await, (8, true));
        assert_eq!(attempts(ErrorKind::Throttled, 7, false).await, (8, true));
        assert_eq!(attempts(ErrorKind::ForbiddenByFirewall, 7, true).await, (1, false));
        let (count, done) = attempts(ErrorKind::ForbiddenByPolicy, 1000, true).await;
        assert!(!done && (20..30).contains(&count), "{count}");
    }
}
