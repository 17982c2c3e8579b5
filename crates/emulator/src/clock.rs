//! The vaults' clock: wall time plus what a test added, or frozen.
//!
//! Soft-delete deadlines and `nbf`/`exp` read it. Tokens and TLS certificates do not: their clocks are
//! the clients', which nobody here can move.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use time::{OffsetDateTime, PrimitiveDateTime};

use crate::locks::lock;

/// Wall time, in UTC: what tokens and certificates are dated by, and what vaults' clocks start from.
#[expect(
    clippy::disallowed_methods,
    reason = "a server has to tell the time; this is the one place where it is read"
)]
pub(crate) fn wall_now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// When what begins now and takes so long is done; what takes longer than the calendar never is.
///
/// What takes no time is done at any time: the clock may be set back.
pub(crate) fn after(now: OffsetDateTime, lag: Duration) -> OffsetDateTime {
    if lag.is_zero() {
        return PrimitiveDateTime::MIN.assume_utc();
    }
    now.saturating_add(lag.try_into().unwrap_or(time::Duration::MAX))
}

/// The time the vaults live by; clones move together.
///
/// ```
/// use std::time::Duration;
///
/// let emulator = azvault_emulator::Emulator::in_memory();
/// emulator.clock().freeze();
/// let before = emulator.clock().now();
/// emulator.clock().advance(Duration::from_secs(60));
/// assert_eq!(emulator.clock().now() - before, Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    ahead_of_wall: time::Duration,
    frozen_at: Option<OffsetDateTime>,
}

impl Clock {
    /// The vaults' present time, in UTC.
    pub fn now(&self) -> OffsetDateTime {
        lock(&self.state).now()
    }

    /// Moves the vaults' time on by `by`, frozen or not.
    ///
    /// Times past the year 9999 are not representable: the clock then stays where it is.
    pub fn advance(&self, by: Duration) {
        let mut state = lock(&self.state);
        let Ok(by) = time::Duration::try_from(by) else {
            return;
        };
        if let Some(to) = state.now().checked_add(by) {
            state.set(to);
        }
    }

    /// Stops the vaults' time where it is; [`Clock::advance`] and [`Clock::set`] still move it.
    pub fn freeze(&self) {
        let mut state = lock(&self.state);
        state.frozen_at = Some(state.now());
    }

    /// Lets a frozen clock run again, from the time it shows.
    pub fn unfreeze(&self) {
        let mut state = lock(&self.state);
        if let Some(at) = state.frozen_at.take() {
            state.set(at);
        }
    }

    pub(crate) fn is_frozen(&self) -> bool {
        lock(&self.state).frozen_at.is_some()
    }

    /// Sets the vaults' time, backwards too; a running clock goes on running from there.
    pub fn set(&self, to: OffsetDateTime) {
        lock(&self.state).set(to);
    }
}

impl State {
    fn now(&self) -> OffsetDateTime {
        self.frozen_at.unwrap_or_else(|| wall_now().saturating_add(self.ahead_of_wall))
    }

    fn set(&mut self, to: OffsetDateTime) {
        if self.frozen_at.is_some() {
            self.frozen_at = Some(to);
        } else {
            self.ahead_of_wall = to - wall_now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[test]
    fn a_frozen_clock_moves_only_when_told() {
        let clock = Clock::default();
        clock.freeze();
        let before = clock.now();
        assert_eq!(clock.now(), before);
        clock.advance(DAY);
        assert_eq!(clock.now(), before + DAY);
    }

    #[test]
    fn a_running_clock_runs_on_from_where_it_was_set() {
        let clock = Clock::default();
        clock.set(OffsetDateTime::UNIX_EPOCH);
        assert!(clock.now() >= OffsetDateTime::UNIX_EPOCH);
        assert!(clock.now() < OffsetDateTime::UNIX_EPOCH + DAY);
    }

    #[test]
    fn an_unfrozen_clock_keeps_its_time() {
        let clock = Clock::default();
        clock.freeze();
        clock.advance(DAY * 90);
        clock.unfreeze();
        assert!(clock.now() - wall_now() > time::Duration::days(89));
    }

    #[test]
    fn an_advance_beyond_the_calendar_is_ignored() {
        let clock = Clock::default();
        clock.freeze();
        let before = clock.now();
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), before);
    }
}
