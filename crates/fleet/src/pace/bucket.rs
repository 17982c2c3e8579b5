//! A token bucket, as Resource Manager keeps one for each kind of request.

use std::time::Duration;

/// What Resource Manager limits separately.
///
/// Source: [Request limits](https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    Read,
    Write,
    Delete,
}

impl Charge {
    /// How many requests may be sent at once, and how many come free in a second: for one principal
    /// in one subscription.
    fn limit(self) -> (f64, f64) {
        match self {
            Self::Read => (250.0, 25.0),
            Self::Write | Self::Delete => (200.0, 10.0),
        }
    }
}

/// What may be sent now, by a reckoning of our own that what the service says corrects downwards.
#[derive(Debug)]
pub(super) struct Bucket {
    most: f64,
    rate: f64,
    /// Below zero, if there is a queue.
    left: f64,
    at: Duration,
}

impl Bucket {
    /// A full one at `now`.
    pub(super) fn new(charge: Charge, now: Duration) -> Self {
        let (most, rate) = charge.limit();
        Self { most, rate, left: most, at: now }
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        self.left = (self.left + passed * self.rate).min(self.most);
        self.at = self.at.max(now);
    }

    /// Takes a place in the queue; gives how long to wait for it.
    pub(super) fn take(&mut self, now: Duration) -> Duration {
        self.refill(now);
        self.left -= 1.0;
        Duration::from_secs_f64((-self.left / self.rate).max(0.0))
    }

    /// Gives a place back that was not used.
    pub(super) fn give_back(&mut self) {
        self.left = (self.left + 1.0).min(self.most);
    }

    /// The service says how many are left. Others of the same principal may have sent some, so fewer
    /// are believed at once; more are not: answers overtake each other.
    pub(super) fn told(&mut self, left: f64, now: Duration) {
        self.refill(now);
        self.left = self.left.min(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: f64) -> Duration {
        Duration::from_secs_f64(n)
    }

    #[test]
    fn two_hundred_writes_go_at_once_and_then_ten_a_second() {
        let mut bucket = Bucket::new(Charge::Write, seconds(5.0));
        let waits: Vec<f64> = (0..300).map(|_| bucket.take(seconds(5.0)).as_secs_f64()).collect();
        assert!(waits[..200].iter().all(|wait| *wait == 0.0));
        assert!((waits[200] - 0.1).abs() < 1e-6 && (waits[299] - 10.0).abs() < 1e-6, "{waits:?}");
        // Ten seconds later nothing is left over, and nothing saved up.
        assert!((bucket.take(seconds(15.0)).as_secs_f64() - 0.1).abs() < 1e-6);
    }

    #[test]
    fn a_bucket_that_nobody_uses_is_no_fuller_than_full() {
        let mut bucket = Bucket::new(Charge::Write, Duration::ZERO);
        let waits = (0..201).map(|_| bucket.take(seconds(3600.0))).collect::<Vec<_>>();
        assert_eq!(waits.iter().filter(|wait| wait.is_zero()).count(), 200);
    }

    #[test]
    fn what_the_service_says_is_left_is_believed_if_it_is_less() {
        let mut bucket = Bucket::new(Charge::Write, Duration::ZERO);
        bucket.told(3.0, Duration::ZERO);
        let waits: Vec<bool> = (0..4).map(|_| bucket.take(Duration::ZERO).is_zero()).collect();
        assert_eq!(waits, [true, true, true, false]);
        bucket.told(1000.0, Duration::ZERO);
        assert!(!bucket.take(Duration::ZERO).is_zero());
    }

    #[test]
    fn a_place_that_is_given_back_serves_another() {
        let mut bucket = Bucket::new(Charge::Delete, Duration::ZERO);
        bucket.told(1.0, Duration::ZERO);
        assert!(bucket.take(Duration::ZERO).is_zero());
        bucket.give_back();
        assert!(bucket.take(Duration::ZERO).is_zero());
    }
}
