//! How long to wait before the next attempt where the server does not say.

use std::{fmt, time::Duration};

use super::RetryCause;

/// Decides how long to wait. `random` is uniform in 0..1, so that the decision is pure.
pub trait Backoff: Send + Sync + fmt::Debug {
    /// The wait before retry number `retry`, counted from 1.
    fn delay(&self, cause: RetryCause, retry: u32, random: f64) -> Duration;
}

/// The guidance of Key Vault's throttling page with equal jitter, and a quicker one for failures
/// that are nobody's fault.
///
/// Source: [Throttling guidance](https://learn.microsoft.com/azure/key-vault/general/overview-throttling).
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ServiceBackoff;

impl Backoff for ServiceBackoff {
    fn delay(&self, cause: RetryCause, retry: u32, random: f64) -> Duration {
        let doubled = f64::from(1_u32 << retry.saturating_sub(1).min(16));
        let full = match cause {
            RetryCause::Throttled => doubled.min(16.0),
            RetryCause::NotSent if retry <= 1 => return Duration::ZERO,
            RetryCause::NotSent | RetryCause::Transient => (0.2 * doubled).min(10.0),
        };
        // Between half and all of it: callers that failed together do not come back together.
        Duration::from_secs_f64(full * (0.5 + 0.5 * random.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(cause: RetryCause, random: f64) -> Duration {
        (1..=5).map(|retry| ServiceBackoff.delay(cause, retry, random)).sum()
    }

    #[test]
    fn throttling_waits_between_15_5_and_31_seconds_in_all() {
        assert_eq!(total(RetryCause::Throttled, 0.0), Duration::from_millis(15_500));
        assert_eq!(total(RetryCause::Throttled, 1.0), Duration::from_secs(31));
    }

    #[test]
    fn what_was_surely_not_sent_is_tried_again_at_once_and_then_slower() {
        assert_eq!(ServiceBackoff.delay(RetryCause::NotSent, 1, 1.0), Duration::ZERO);
        assert_eq!(ServiceBackoff.delay(RetryCause::NotSent, 2, 1.0), Duration::from_millis(400));
    }

    #[test]
    fn no_retry_number_overflows() {
        assert_eq!(
            ServiceBackoff.delay(RetryCause::Transient, u32::MAX, 1.0),
            Duration::from_secs(10)
        );
    }
}
