//! Time as a dependency: nothing else in this workspace's clients reads a clock or sleeps.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

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
    day: Mutex<Day>,
}

/// The time of day when the timer began, and the machine's latest reading.
#[derive(Debug)]
struct Day {
    start: OffsetDateTime,
    latest: OffsetDateTime,
}

impl Day {
    /// The time of day when the timer says `elapsed` and the machine `machine`.
    fn now(&mut self, elapsed: Duration, machine: OffsetDateTime) -> OffsetDateTime {
        let second = time::Duration::SECOND;
        if self.latest - machine > second {
            // Somebody has set the machine's clock back.
            self.start = machine - elapsed;
        }
        self.latest = machine;
        // Paused time may run ahead of the machine's clock; a token must then look as old as it is.
        let timer = self.start + elapsed;
        if timer - machine > second { timer } else { machine }
    }
}

impl SystemClock {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    pub fn new() -> Self {
        let start = OffsetDateTime::now_utc();
        let day = Mutex::new(Day { start, latest: start });
        Self { start: tokio::time::Instant::now(), day }
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
        let machine = OffsetDateTime::now_utc();
        self.day.lock().unwrap_or_else(PoisonError::into_inner).now(self.elapsed(), machine)
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
        let mut day = Day { start: noon, latest: noon };
        let minute = time::Duration::MINUTE;
        assert_eq!(day.now(Duration::from_secs(60), noon + minute), noon + minute);
        let set_back = noon - time::Duration::HOUR;
        assert_eq!(day.now(Duration::from_secs(120), set_back), set_back);
        assert_eq!(day.now(Duration::from_secs(180), set_back + minute), set_back + minute);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_ends_what_does_not_end() {
        let clock = SystemClock::new();
        let limit = Some(Duration::from_secs(5));
        assert!(within(&clock, limit, std::future::pending::<()>()).await.is_none());
        assert_eq!(within(&clock, limit, async { 7 }).await, Some(7));
    }
}
