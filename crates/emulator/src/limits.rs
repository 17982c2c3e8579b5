//! Rate limits that can be switched on: token buckets, refilled by the emulator's clock.

use time::OffsetDateTime;

/// Parts that a token is counted in: a rate per second times nanoseconds gives these.
const TOKEN: i128 = 1_000_000_000;
/// Told where there are never enough.
const LONGEST_WAIT: u64 = 3600;

/// A limit on requests: a bucket of tokens, one for each request, and how fast it fills up again.
///
/// ```
/// use azvault_emulator::RateLimit;
///
/// let limit = RateLimit::new(200, 10).starting_with(5);
/// assert_eq!((limit.size(), limit.per_second(), limit.start()), (200, 10, 5));
/// ```
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a limit does nothing until a builder gets it"]
pub struct RateLimit {
    size: u32,
    per_second: u32,
    start: u32,
}

impl RateLimit {
    /// A bucket of `size` tokens, full at first, that gets `per_second` tokens back each second.
    pub const fn new(size: u32, per_second: u32) -> Self {
        Self { size, per_second, start: size }
    }

    /// How many tokens there are at first; as many as fit, when not set.
    pub const fn starting_with(mut self, tokens: u32) -> Self {
        self.start = if tokens < self.size { tokens } else { self.size };
        self
    }

    /// The most tokens that the bucket holds.
    pub const fn size(&self) -> u32 {
        self.size
    }

    /// Tokens that come back in a second.
    pub const fn per_second(&self) -> u32 {
        self.per_second
    }

    /// Tokens at first.
    pub const fn start(&self) -> u32 {
        self.start
    }
}

/// Resource Manager's limits for one caller in one subscription.
///
/// The default is what Microsoft publishes: 250 reads and 25 more a second, 200 writes and 10, 200 deletes and 10.
///
/// ```
/// use azvault_emulator::{Emulator, RateLimit, ResourceManagerLimits};
///
/// let limits = ResourceManagerLimits::default().writes(RateLimit::new(20, 1));
/// let emulator = Emulator::builder().resource_manager_limits(limits).in_memory();
/// ```
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "limits do nothing until a builder gets them"]
pub struct ResourceManagerLimits {
    pub(crate) reads: RateLimit,
    pub(crate) writes: RateLimit,
    pub(crate) deletes: RateLimit,
}

impl Default for ResourceManagerLimits {
    fn default() -> Self {
        Self {
            reads: RateLimit::new(250, 25),
            writes: RateLimit::new(200, 10),
            deletes: RateLimit::new(200, 10),
        }
    }
}

impl ResourceManagerLimits {
    /// Of GET and HEAD.
    pub const fn reads(mut self, limit: RateLimit) -> Self {
        self.reads = limit;
        self
    }

    /// Of PUT, PATCH and POST.
    pub const fn writes(mut self, limit: RateLimit) -> Self {
        self.writes = limit;
        self
    }

    /// Of DELETE.
    pub const fn deletes(mut self, limit: RateLimit) -> Self {
        self.deletes = limit;
        self
    }
}

/// The tokens of one bucket.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// In parts of a token.
    level: i128,
    at: OffsetDateTime,
}

impl Bucket {
    pub(crate) fn new(limit: RateLimit, now: OffsetDateTime) -> Self {
        Self { level: i128::from(limit.start) * TOKEN, at: now }
    }

    /// Takes so many tokens, all at most, and tells how many whole ones are left; or after how many whole seconds there are enough.
    pub(crate) fn take(
        &mut self,
        limit: RateLimit,
        tokens: u32,
        now: OffsetDateTime,
    ) -> Result<u32, u64> {
        // What weighs more than ever fits would wait for ever.
        let wanted = i128::from(tokens.min(limit.size.max(1))) * TOKEN;
        // A clock that was set back brings nothing.
        let passed = (now - self.at).whole_nanoseconds().max(0);
        let rate = i128::from(limit.per_second);
        let most = i128::from(limit.size) * TOKEN;
        self.level = self.level.saturating_add(passed.saturating_mul(rate)).min(most);
        self.at = now;
        if self.level >= wanted {
            self.level -= wanted;
            return Ok(u32::try_from(self.level / TOKEN).unwrap_or(u32::MAX));
        }
        let a_second = rate * TOKEN;
        if a_second == 0 || limit.size == 0 {
            return Err(LONGEST_WAIT);
        }
        let seconds = (wanted - self.level + a_second - 1) / a_second;
        Err(u64::try_from(seconds).unwrap_or(LONGEST_WAIT))
    }
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
