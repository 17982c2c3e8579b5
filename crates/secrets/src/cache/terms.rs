//! How long what is read is kept, and what becomes of it afterwards.

use std::time::Duration;

/// The times of a cache, each counted from the end of the one before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// How long a value is fresh, at most.
    pub(super) ttl: Duration,
    /// By which part of itself that is shortened at most, so that entries end at different times.
    pub(super) jitter: f64,
    /// How long after that it is given while one reader renews it.
    pub(super) stale_while_revalidate: Duration,
    /// How long after its freshness it is given when it cannot be renewed.
    pub(super) stale_if_error: Duration,
    /// How long it is known that there is no such secret.
    pub(super) negative_ttl: Duration,
    /// How long after a renewal that failed none is tried.
    pub(super) error_pause: Duration,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            ttl: Duration::from_secs(5 * 60),
            jitter: 0.1,
            stale_while_revalidate: Duration::from_secs(60),
            stale_if_error: Duration::from_secs(60 * 60),
            negative_ttl: Duration::from_secs(10),
            error_pause: Duration::from_secs(15),
        }
    }
}

impl Terms {
    /// The life of an entry, for a `random` number from 0 to 1. Never longer than was asked for.
    pub(super) fn life(&self, random: f64) -> Duration {
        let jitter = if self.jitter.is_nan() { 0.0 } else { self.jitter.clamp(0.0, 1.0) };
        let part = 1.0 - jitter * random.clamp(0.0, 1.0);
        // A life without end is no number that floats can hold.
        Duration::try_from_secs_f64(self.ttl.as_secs_f64() * part).unwrap_or(self.ttl).min(self.ttl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jitter_shortens_a_life_and_never_lengthens_it() {
        let seconds = Duration::from_secs;
        let terms = |jitter| Terms { ttl: seconds(100), jitter, ..Terms::default() };
        assert_eq!(terms(0.2).life(0.0), seconds(100));
        assert_eq!(terms(0.2).life(1.0), seconds(80));
        for jitter in [-1.0, f64::NAN, 7.0] {
            for random in [0.0, 0.5, 1.0] {
                assert!(terms(jitter).life(random) <= seconds(100));
            }
        }
        let endless = Terms { ttl: Duration::MAX, ..Terms::default() };
        assert_eq!(endless.life(0.0), Duration::MAX);
        assert!(endless.life(1.0) > seconds(1 << 40));
    }
}
