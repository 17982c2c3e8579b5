//! The vaults' clocks: wall time plus what a test added, or frozen; one for all, and one of its own for a vault that
//! was given one.
//!
//! Soft-delete deadlines and `nbf`/`exp` read them. Tokens do only where [`Clock::carry_tokens`] says so, and TLS
//! certificates never: their clocks are the clients', which nobody here can move.

mod saved;
mod vault;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::locks::lock;

pub(crate) use saved::SavedClock;
pub use vault::VaultClock;

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

/// A time in UTC, if its year is one that RFC 3339 can write; others nobody could be told.
pub(crate) fn representable(time: OffsetDateTime) -> Option<OffsetDateTime> {
    let time = time.checked_to_offset(UtcOffset::UTC)?;
    (0..=9999).contains(&time.year()).then_some(time)
}

/// The time the vaults live by; clones move together.
///
/// A vault goes by it unless [`of_vault`](Clock::of_vault) gave it a clock of its own.
///
/// ```
/// use std::time::Duration;
///
/// let emulator = azvault_emulator::Emulator::in_memory();
/// emulator.clock().freeze();
/// let before = emulator.clock().now();
/// emulator.clock().advance(Duration::from_secs(60));
/// assert_eq!(emulator.clock().now() - before, Duration::from_secs(60));
/// emulator.clock().rewind(Duration::from_secs(90));
/// assert_eq!(before - emulator.clock().now(), Duration::from_secs(30));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    all: Hand,
    /// Those of vaults that have one of their own, by name.
    vaults: HashMap<String, Hand>,
    tokens_follow: bool,
}

/// What one clock shows.
#[derive(Clone, Copy, Debug, Default)]
struct Hand {
    ahead_of_wall: time::Duration,
    frozen_at: Option<OffsetDateTime>,
}

/// What all clocks showed at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Times {
    all: OffsetDateTime,
    own: HashMap<String, OffsetDateTime>,
}

impl Times {
    /// That of all vaults without a clock of their own, and of what is in no vault.
    pub(crate) fn all(&self) -> OffsetDateTime {
        self.all
    }

    /// That of the vault or managed HSM of that name, in lower case.
    pub(crate) fn of(&self, vault: &str) -> OffsetDateTime {
        self.own.get(vault).copied().unwrap_or(self.all)
    }

    /// Whether no vault has a clock of its own.
    pub(crate) fn are_one(&self) -> bool {
        self.own.is_empty()
    }
}

impl Clock {
    /// The vaults' present time, in UTC: that of all which have no clock of their own.
    pub fn now(&self) -> OffsetDateTime {
        lock(&self.state).all.now()
    }

    /// Moves the vaults' time on by `by`, frozen or not.
    ///
    /// Times past the year 9999 are not representable: the clock then stays where it is.
    pub fn advance(&self, by: Duration) {
        lock(&self.state).all.advance(by);
    }

    /// Moves the vaults' time back by `by`, frozen or not.
    ///
    /// What happened stays: a version that was made later than it now is keeps its date, and what is purged is gone.
    /// Times before the year 0 are not representable: the clock then stays where it is.
    pub fn rewind(&self, by: Duration) {
        lock(&self.state).all.rewind(by);
    }

    /// Stops the vaults' time where it is; [`Clock::advance`], [`Clock::rewind`] and [`Clock::set`] still move it.
    pub fn freeze(&self) {
        lock(&self.state).all.freeze();
    }

    /// Lets a frozen clock run again, from the time it shows.
    pub fn unfreeze(&self) {
        lock(&self.state).all.unfreeze();
    }

    /// Sets the vaults' time, backwards too; a running clock goes on running from there.
    ///
    /// It stays where it is when the year is none of 0 to 9999, in UTC.
    pub fn set(&self, to: OffsetDateTime) {
        lock(&self.state).all.set(to);
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        lock(&self.state).all.frozen_at.is_some()
    }

    /// The clock of the vault, or of the managed HSM, of that name. It follows this one until it is moved or frozen.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// let kv = emulator.clock().of_vault("kv");
    /// kv.freeze();
    /// kv.advance(Duration::from_secs(86_400));
    /// assert!(kv.now() - emulator.clock().now() > Duration::from_secs(86_000));
    /// kv.follow();
    /// assert!(!kv.is_own());
    /// ```
    pub fn of_vault(&self, name: &str) -> VaultClock {
        VaultClock { clock: self.clone(), name: name.to_ascii_lowercase() }
    }

    /// The vaults that have a clock of their own, by name, in order.
    pub fn own_clocks(&self) -> Vec<VaultClock> {
        let mut names: Vec<String> = lock(&self.state).vaults.keys().cloned().collect();
        names.sort_unstable();
        names.into_iter().map(|name| VaultClock { clock: self.clone(), name }).collect()
    }

    /// Whether tokens are dated by this clock, and expire by it; by wall time when not said.
    ///
    /// So can a client's way with an expired token be tested without waiting. A client decides by its own clock when to
    /// renew, and does not see this one move: what it holds is then refused, with 401. Clocks of single vaults do not
    /// count. TLS stays on wall time.
    ///
    /// ```
    /// let emulator = azvault_emulator::Emulator::in_memory();
    /// emulator.clock().carry_tokens(true);
    /// assert!(emulator.clock().carries_tokens());
    /// ```
    pub fn carry_tokens(&self, on: bool) {
        lock(&self.state).tokens_follow = on;
    }

    /// Whether tokens go by this clock.
    pub fn carries_tokens(&self) -> bool {
        lock(&self.state).tokens_follow
    }

    /// The present time of the vault or managed HSM of that name, in lower case.
    pub(crate) fn now_of(&self, vault: &str) -> OffsetDateTime {
        lock(&self.state).of(vault).now()
    }

    /// The present time of the vault that `name` gives, which is asked only where a vault has a clock of its own.
    pub(crate) fn now_for(&self, name: impl FnOnce() -> Option<String>) -> OffsetDateTime {
        let state = lock(&self.state);
        if state.vaults.is_empty() {
            return state.all.now();
        }
        name().map_or(state.all, |name| state.of(&name)).now()
    }

    /// What all clocks show now.
    pub(crate) fn times(&self) -> Times {
        let state = lock(&self.state);
        let own = state.vaults.iter().map(|(name, hand)| (name.clone(), hand.now())).collect();
        Times { all: state.all.now(), own }
    }

    /// What tokens are dated by.
    pub(crate) fn tokens_now(&self) -> OffsetDateTime {
        let state = lock(&self.state);
        if state.tokens_follow { state.all.now() } else { wall_now() }
    }
}

impl State {
    fn of(&self, vault: &str) -> Hand {
        self.vaults.get(vault).copied().unwrap_or(self.all)
    }
}

impl Hand {
    fn now(&self) -> OffsetDateTime {
        self.frozen_at.unwrap_or_else(|| wall_now().saturating_add(self.ahead_of_wall))
    }

    fn set(&mut self, to: OffsetDateTime) {
        let Some(to) = representable(to) else {
            return;
        };
        if self.frozen_at.is_some() {
            self.frozen_at = Some(to);
        } else {
            self.ahead_of_wall = to - wall_now();
        }
    }

    fn advance(&mut self, by: Duration) {
        let to = time::Duration::try_from(by).ok().and_then(|by| self.now().checked_add(by));
        if let Some(to) = to {
            self.set(to);
        }
    }

    fn rewind(&mut self, by: Duration) {
        let to = time::Duration::try_from(by).ok().and_then(|by| self.now().checked_sub(by));
        if let Some(to) = to {
            self.set(to);
        }
    }

    fn freeze(&mut self) {
        self.frozen_at = Some(self.now());
    }

    fn unfreeze(&mut self) {
        if let Some(at) = self.frozen_at.take() {
            self.set(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

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
    fn a_time_that_cannot_be_written_is_not_shown() {
        let clock = Clock::default();
        clock.freeze();
        clock.set(datetime!(0000-01-01 00:00:00 UTC));
        clock.rewind(DAY);
        clock.set(datetime!(0000-01-01 00:00:00 +1));
        clock.set(datetime!(9999-12-31 23:59:59 -1));
        assert_eq!(clock.now(), datetime!(0000-01-01 00:00:00 UTC));
        clock.set(datetime!(2030-01-01 02:00:00 +2));
        assert_eq!(clock.now().to_string(), "2030-01-01 0:00:00.0 +00:00:00");
    }

    #[test]
    fn an_advance_beyond_the_calendar_is_ignored() {
        let clock = Clock::default();
        clock.freeze();
        let before = clock.now();
        clock.advance(Duration::MAX);
        clock.rewind(Duration::MAX);
        assert_eq!(clock.now(), before);
    }
}
