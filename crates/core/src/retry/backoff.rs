//! How long to wait before the next attempt where the server does not say.

use std::{fmt, time::Duration};

use super::RetryCause;

/// Decides how long to wait. `random` is uniform in 0..1, so that the decision is pure.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use azvault_core::retry::*;
///
/// let impatient = ServiceBackoff::default().at_most(Duration::from_secs(2));
/// assert_eq!(impatient.delay(RetryCause::Throttled, 5, 1.0), Duration::from_secs(2));
/// let slow = ServiceBackoff::default().scaled(3.0);
/// assert_eq!(slow.delay(RetryCause::Throttled, 1, 1.0), Duration::from_secs(3));
/// ```
pub trait Backoff: Send + Sync + fmt::Debug {
    /// The wait before retry number `retry`, counted from 1.
    fn delay(&self, cause: RetryCause, retry: u32, random: f64) -> Duration;

    /// The same waits, none of them longer than `longest`.
    fn at_most(self, longest: Duration) -> AtMost<Self>
    where
        Self: Sized,
    {
        AtMost { inner: self, longest }
    }

    /// The same waits times `factor`; nothing changes where that is not a number above 0.
    fn scaled(self, factor: f64) -> Scaled<Self>
    where
        Self: Sized,
    {
        Scaled { inner: self, factor }
    }
}

/// See [`Backoff::at_most`].
#[derive(Clone, Debug)]
pub struct AtMost<B> {
    inner: B,
    longest: Duration,
}

impl<B: Backoff> Backoff for AtMost<B> {
    fn delay(&self, cause: RetryCause, retry: u32, random: f64) -> Duration {
        self.inner.delay(cause, retry, random).min(self.longest)
    }
}

/// See [`Backoff::scaled`].
#[derive(Clone, Debug)]
pub struct Scaled<B> {
    inner: B,
    factor: f64,
}

impl<B: Backoff> Backoff for Scaled<B> {
    fn delay(&self, cause: RetryCause, retry: u32, random: f64) -> Duration {
        let delay = self.inner.delay(cause, retry, random);
        let scaled = Duration::try_from_secs_f64(delay.as_secs_f64() * self.factor);
        if self.factor > 0.0 { scaled.unwrap_or(Duration::MAX) } else { delay }
    }
}

/// Waits that grow by a constant factor, with the same jitter for every cause.
#[derive(Clone, Copy, Debug)]
pub struct ExponentialBackoff {
    first: Duration,
    factor: f64,
}

impl ExponentialBackoff {
    /// `first` before the first retry, then `factor` times as long each time (1 for equal waits;
    /// less counts as 1); each between half and all of it. At most an hour.
    pub fn new(first: Duration, factor: f64) -> Self {
        Self { first, factor: factor.max(1.0) }
    }
}

impl Backoff for ExponentialBackoff {
    fn delay(&self, _cause: RetryCause, retry: u32, random: f64) -> Duration {
        let power = i32::try_from(retry.saturating_sub(1)).unwrap_or(i32::MAX);
        let full = (self.first.as_secs_f64() * self.factor.powi(power)).min(3600.0);
        jittered(full, random)
    }
}

/// Between half and all of `full` seconds: callers that failed together do not come back together.
fn jittered(full: f64, random: f64) -> Duration {
    Duration::from_secs_f64(full * (0.5 + 0.5 * random.clamp(0.0, 1.0)))
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
        jittered(full, random)
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
    fn decorators_bound_and_stretch_and_no_factor_panics() {
        let seconds = |backoff: &dyn Backoff, retry| {
            backoff.delay(RetryCause::Throttled, retry, 1.0).as_secs_f64()
        };
        assert_eq!(seconds(&ServiceBackoff.at_most(Duration::from_secs(3)), 5), 3.0);
        assert_eq!(seconds(&ServiceBackoff.scaled(0.5), 3), 2.0);
        for factor in [0.0, -1.0, f64::NAN] {
            assert_eq!(seconds(&ServiceBackoff.scaled(factor), 3), 4.0);
        }
        assert!(seconds(&ServiceBackoff.scaled(f64::INFINITY), 3) > 1e9);
        let doubling = ExponentialBackoff::new(Duration::from_millis(500), 2.0);
        assert_eq!(seconds(&doubling, 4), 4.0);
        for factor in [0.0, f64::NAN, f64::INFINITY, 1e300] {
            let any = ExponentialBackoff::new(Duration::from_secs(1), factor);
            assert!(seconds(&any, u32::MAX) <= 3600.0, "{factor}");
        }
    }

    #[test]
    fn no_retry_number_overflows() {
        assert_eq!(
            ServiceBackoff.delay(RetryCause::Transient, u32::MAX, 1.0),
            Duration::from_secs(10)
        );
    }
}
