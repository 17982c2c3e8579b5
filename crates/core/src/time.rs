//! Time as a dependency: nothing else in this workspace's clients reads a clock or sleeps.

use std::{fmt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use time::OffsetDateTime;

/// A clock to wait and to measure by. Tests put in one that does not really wait.
pub trait Clock: Send + Sync + fmt::Debug {
    /// The time of day, for the expiry of tokens and for dates in headers.
    fn now(&self) -> OffsetDateTime;

    /// Time that has passed since some fixed point; it never goes back.
    fn elapsed(&self) -> Duration;

    /// Completes after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The machine's clock, on tokio's timer: under tokio's paused time it stands still and moves
/// with it.
#[derive(Debug)]
pub struct SystemClock {
    start: tokio::time::Instant,
    /// The same instant on a timer that nobody pauses.
    real: std::time::Instant,
}

/// The time of day when the machine says `machine`. Paused time may run ahead of the machine's
/// clock; a token must then look as old as it is.
fn day(machine: OffsetDateTime, elapsed: Duration, real: Duration) -> OffsetDateTime {
    let ahead = elapsed.saturating_sub(real);
    if ahead > Duration::from_secs(1) { machine + ahead } else { machine }
}

impl SystemClock {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now(), real: std::time::Instant::now() }
    }

    /// The same, shared.
    pub fn shared() -> Arc<dyn Clock> {
        Arc::new(Self::new())
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> OffsetDateTime {
        day(OffsetDateTime::now_utc(), self.elapsed(), self.real.elapsed())
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Runs `future`, but no longer than `limit`.
pub(crate) async fn within<F: Future>(
    clock: &dyn Clock,
    limit: Option<Duration>,
    future: F,
) -> Option<F::Output> {
    let Some(limit) = limit else {
        return Some(future.await);
    };
    let sleep = clock.sleep(limit);
    futures::pin_mut!(future);
    match futures::future::select(future, sleep).await {
        futures::future::Either::Left((output, _)) => Some(output),
        futures::future::Either::Right(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn paused_time_moves_both_readings() {
        let clock = SystemClock::new();
        let before = clock.now();
        clock.sleep(Duration::from_secs(3600)).await;
        assert!(clock.elapsed() >= Duration::from_secs(3600));
        assert!(clock.now() - before > time::Duration::minutes(59));
    }

    #[test]
    fn a_clock_that_is_set_back_is_followed() {
        let noon = time::macros::datetime!(2026-11-22 12:00:00 UTC);
        let (hour, hours) = (time::Duration::HOUR, |n: u64| Duration::from_secs(n * 3600));
        assert_eq!(day(noon + hour, hours(1), hours(1)), noon + hour);
        // However long nobody has looked at it, and whenever it was set back in that time.
        assert_eq!(day(noon + hour, hours(2), hours(2)), noon + hour);
        assert_eq!(day(noon - hour, hours(2), hours(2)), noon - hour);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_ends_what_does_not_end() {
        let clock = SystemClock::new();
        let limit = Some(Duration::from_secs(5));
        assert!(within(&clock, limit, std::future::pending::<()>()).await.is_none());
        assert_eq!(within(&clock, limit, async { 7 }).await, Some(7));
    }
}
