//! The tokens of one limit.

use serde::Serialize;
use time::OffsetDateTime;

use super::RateLimit;

/// Parts that a token is counted in: a rate per second times nanoseconds gives these.
const TOKEN: i128 = 1_000_000_000;
/// Told where there are never enough.
const LONGEST_WAIT: u64 = 3600;

/// How a limit stands: what is left of it, and what it let pass.
///
/// ```
/// use azvault_emulator::{Emulator, VaultLimits};
///
/// let emulator = Emulator::builder().vault_limits(VaultLimits::default()).in_memory();
/// assert_eq!(emulator.throttle_state(), []); // nobody has asked for anything yet
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ThrottleState {
    /// A vault's name; a subscription's id with a region; or a subscription's id, or `tenant`, with an `oid`.
    pub of: String,
    /// What is counted, such as `key_operations` and `secret_creations` of vaults, or Resource Manager's `read`.
    pub category: &'static str,
    /// The most tokens that there are.
    pub size: u32,
    /// Whole tokens that are left.
    pub left: u32,
    /// Requests that passed.
    pub passed: u64,
    /// Requests that were refused.
    pub refused: u64,
}

/// What a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(i128);

impl Amount {
    pub(crate) fn whole(tokens: u32) -> Self {
        Self(i128::from(tokens) * TOKEN)
    }

    /// As large a part of `budget` as `tokens` are of `own`; all of it when there is nothing of their own.
    pub(crate) fn scaled(tokens: u32, budget: u32, own: u32) -> Self {
        let parts = i128::from(tokens) * TOKEN * i128::from(budget);
        Self(parts.checked_div(i128::from(own)).unwrap_or(i128::from(u32::MAX) * TOKEN))
    }
}

/// The tokens of one bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// In parts of a token.
    level: i128,
    at: OffsetDateTime,
    passed: u64,
    refused: u64,
}

impl Bucket {
    pub(crate) fn new(limit: RateLimit, now: OffsetDateTime) -> Self {
        Self { level: i128::from(limit.start) * TOKEN, at: now, passed: 0, refused: 0 }
    }

    /// Takes so many tokens, all at most, and tells how many whole ones are left; or after how many whole seconds there are enough.
    pub(crate) fn take(
        &mut self,
        limit: RateLimit,
        tokens: u32,
        now: OffsetDateTime,
    ) -> Result<u32, u64> {
        let amount = Amount::whole(tokens);
        let fits = self.has(limit, amount, now);
        self.note(fits, if fits { fitted(limit, amount) } else { Amount(0) });
        if fits { Ok(self.left()) } else { Err(self.wait(limit, amount)) }
    }

    /// Whether there are so many, all at most, once it is filled up to now.
    pub(crate) fn has(&mut self, limit: RateLimit, amount: Amount, now: OffsetDateTime) -> bool {
        self.fill(limit, now);
        self.level >= fitted(limit, amount).0
    }

    /// Notes what became of a request, and takes as much as there is of `amount`.
    pub(crate) fn note(&mut self, passed: bool, amount: Amount) {
        self.level = (self.level - amount.0).max(0);
        self.passed += u64::from(passed);
        self.refused += u64::from(!passed);
    }

    /// How it stands now.
    pub(crate) fn state(
        &mut self,
        of: String,
        category: &'static str,
        limit: RateLimit,
        now: OffsetDateTime,
    ) -> ThrottleState {
        self.fill(limit, now);
        let (passed, refused) = (self.passed, self.refused);
        ThrottleState { of, category, size: limit.size, left: self.left(), passed, refused }
    }

    fn fill(&mut self, limit: RateLimit, now: OffsetDateTime) {
        // A clock that was set back brings nothing.
        let passed = (now - self.at).whole_nanoseconds().max(0);
        let most = i128::from(limit.size) * TOKEN;
        let more = passed.saturating_mul(i128::from(limit.per_second));
        self.level = self.level.saturating_add(more).min(most);
        self.at = now;
    }

    fn left(&self) -> u32 {
        u32::try_from(self.level / TOKEN).unwrap_or(u32::MAX)
    }

    fn wait(&self, limit: RateLimit, amount: Amount) -> u64 {
        let a_second = i128::from(limit.per_second) * TOKEN;
        if a_second == 0 || limit.size == 0 {
            return LONGEST_WAIT;
        }
        let seconds = (fitted(limit, amount).0 - self.level + a_second - 1) / a_second;
        u64::try_from(seconds).unwrap_or(LONGEST_WAIT)
    }
}

/// What weighs more than ever fits would wait for ever: it takes a full bucket.
fn fitted(limit: RateLimit, amount: Amount) -> Amount {
    Amount(amount.0.min(i128::from(limit.size.max(1)) * TOKEN))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    #[test]
    fn a_bucket_empties_and_fills_up_with_time_to_its_size() {
        let limit = RateLimit::new(3, 2);
        let mut bucket = Bucket::new(limit, START);
        for left in [2, 1, 0] {
            assert_eq!(bucket.take(limit, 1, START), Ok(left));
        }
        assert_eq!(bucket.take(limit, 1, START), Err(1));
        let half_a_second = START + Duration::milliseconds(500);
        assert_eq!(bucket.take(limit, 1, half_a_second), Ok(0));
        assert_eq!(bucket.take(limit, 1, half_a_second), Err(1));
        assert_eq!(bucket.take(limit, 1, START + Duration::days(1)), Ok(2), "no more than fit");
    }

    #[test]
    fn small_steps_add_up_to_whole_tokens() {
        let limit = RateLimit::new(5, 3).starting_with(0);
        let mut bucket = Bucket::new(limit, START);
        let taken = (1..=1000_i64)
            .filter(|ms| bucket.take(limit, 1, START + Duration::milliseconds(*ms)).is_ok())
            .count();
        assert_eq!(taken, 3);
    }

    #[test]
    fn the_wait_is_told_in_whole_seconds_and_is_long_enough() {
        let slow = RateLimit::new(10, 1).starting_with(0);
        let mut bucket = Bucket::new(slow, START);
        assert_eq!(bucket.take(slow, 1, START), Err(1));
        assert_eq!(bucket.take(slow, 1, START + Duration::seconds(1)), Ok(0));
        let never = RateLimit::new(10, 0).starting_with(0);
        let mut bucket = Bucket::new(never, START);
        assert_eq!(bucket.take(never, 1, START), Err(LONGEST_WAIT));
    }

    #[test]
    fn what_weighs_more_takes_more_and_waits_longer() {
        let limit = RateLimit::new(10, 1);
        let mut bucket = Bucket::new(limit, START);
        assert_eq!(bucket.take(limit, 8, START), Ok(2));
        assert_eq!(bucket.take(limit, 8, START), Err(6));
        assert_eq!(bucket.take(limit, 2, START), Ok(0));
    }

    #[test]
    fn what_weighs_more_than_fits_takes_a_full_bucket() {
        let limit = RateLimit::new(2, 1);
        let mut bucket = Bucket::new(limit, START);
        assert_eq!(bucket.take(limit, 8, START), Ok(0));
        assert_eq!(bucket.take(limit, 8, START), Err(2));
        assert_eq!(bucket.take(limit, 8, START + Duration::seconds(2)), Ok(0));
    }

    #[test]
    fn a_bucket_of_no_size_lets_nothing_pass() {
        for per_second in [0, 5] {
            let limit = RateLimit::new(0, per_second);
            let mut bucket = Bucket::new(limit, START);
            let later = START + Duration::days(1);
            assert_eq!(bucket.take(limit, 1, later), Err(LONGEST_WAIT), "{per_second}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_brings_nothing() {
        let limit = RateLimit::new(1, 1);
        let mut bucket = Bucket::new(limit, START);
        bucket.take(limit, 1, START).unwrap();
        assert_eq!(bucket.take(limit, 1, START - Duration::days(1)), Err(1));
        let later = START - Duration::days(1) + Duration::seconds(1);
        assert_eq!(bucket.take(limit, 1, later), Ok(0), "it goes on from there");
    }
}
