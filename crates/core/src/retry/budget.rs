//! The service's published limits, kept on this side: what does not fit waits before it is sent.

use std::{collections::VecDeque, time::Duration};

/// Which of a vault's limits a call counts against.
///
/// Source: [Service limits](https://learn.microsoft.com/azure/key-vault/general/service-limits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Charge {
    /// Making a key, or releasing one: 20 in 10 s, and twice as dear in an HSM.
    CreatesKey,
    /// Any other use of a key: 4,000 in 10 s for the cheapest kind of key.
    UsesKey,
    /// Making a secret, or importing a key: 300 in 10 s.
    CreatesSecret,
    /// Everything else: 4,000 in 10 s.
    #[default]
    Other,
}

/// What one use of a key weighs, by the kind of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyWeight {
    size: u32,
    hsm: u32,
}

impl KeyWeight {
    /// An elliptic curve key of any curve: 1.
    pub const EC: Self = Self { size: 1, hsm: 1 };
    /// An RSA key of 2,048 bits: 1.
    pub const RSA_2048: Self = Self { size: 1, hsm: 1 };
    /// An RSA key of 3,072 bits: 4.
    pub const RSA_3072: Self = Self { size: 4, hsm: 1 };
    /// An RSA key of 4,096 bits: 8.
    pub const RSA_4096: Self = Self { size: 8, hsm: 1 };

    /// The same key in an HSM: twice as much.
    #[must_use]
    pub const fn in_hsm(self) -> Self {
        Self { hsm: 2, ..self }
    }
}

/// A budget for the calls to one vault, by the limits that the service publishes: in any 10 s the
/// clients that share it send no more than the vault takes, and the rest wait their turn.
///
/// Opt in with [`Throttle::with_budget`](super::Throttle::with_budget).
///
/// # Examples
/// ```
/// use azvault_core::retry::{Budget, KeyWeight, Throttle};
///
/// // This program is one of four that use the vault; its keys are RSA 4096 in an HSM.
/// let budget = Budget::published().key_weight(KeyWeight::RSA_4096.in_hsm()).share(0.25);
/// let throttle = Throttle::default().with_budget(budget);
/// # let _ = throttle;
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Budget {
    key: KeyWeight,
    share: f64,
}

impl Budget {
    /// The limits of a vault, for keys of the cheapest kind.
    pub const fn published() -> Self {
        Self { key: KeyWeight::RSA_2048, share: 1.0 }
    }

    /// What the vault's keys weigh: the heaviest that the program uses, since a call names a key
    /// and not its kind. [`Call::with_key_weight`](crate::Call::with_key_weight) tells it better
    /// for one call.
    pub const fn key_weight(mut self, weight: KeyWeight) -> Self {
        self.key = weight;
        self
    }

    /// The part of the limits that this program may use, where others use the vault too: above 0,
    /// and 1 at most. Anything else counts as 1.
    pub fn share(mut self, share: f64) -> Self {
        self.share = if share > 0.0 && share <= 1.0 { share } else { 1.0 };
        self
    }

    pub(super) fn windows(&self) -> Windows {
        let window = |limit: f64| Window::new((limit * self.share) as u32);
        Windows {
            key: self.key,
            creates_key: window(20.0),
            uses_key: window(4000.0),
            creates_secret: window(300.0),
            other: window(4000.0),
        }
    }
}

/// What was sent to one vault lately.
#[derive(Debug)]
pub(super) struct Windows {
    key: KeyWeight,
    creates_key: Window,
    uses_key: Window,
    creates_secret: Window,
    other: Window,
}

impl Windows {
    /// The window that `charge` counts in, and what a call weighs there; `key` if the call knows
    /// better than the budget what its key weighs.
    pub(super) fn of(&mut self, charge: Charge, key: Option<KeyWeight>) -> (&mut Window, u32) {
        let key = key.unwrap_or(self.key);
        match charge {
            Charge::CreatesKey => (&mut self.creates_key, key.hsm),
            Charge::UsesKey => (&mut self.uses_key, key.size * key.hsm),
            Charge::CreatesSecret => (&mut self.creates_secret, 1),
            Charge::Other => (&mut self.other, 1),
        }
    }
}

/// The service counts by 10 s; half a second more, since not every request takes as long to get
/// there as the one before it.
const SPAN: Duration = Duration::from_millis(10_500);

/// A log of what was sent within the last [`SPAN`]. A token bucket would let twice the limit pass
/// in one window, or half of it in the long run; this is exact, and never longer than the limit.
#[derive(Debug)]
pub(super) struct Window {
    limit: u32,
    sent: VecDeque<Place>,
    next: u64,
}

/// A place in the log: when, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    number: u64,
    pub(super) at: Duration,
    weight: u32,
}

impl Window {
    fn new(limit: u32) -> Self {
        Self { limit: limit.max(1), sent: VecDeque::new(), next: 0 }
    }

    /// Where `weight` fits at the earliest, behind everything that came before it. What weighs
    /// more than the limit counts as the limit: it is sent alone.
    pub(super) fn find(&mut self, now: Duration, weight: u32) -> Place {
        while self.sent.front().is_some_and(|first| first.at + SPAN <= now) {
            self.sent.pop_front();
        }
        let weight = weight.min(self.limit);
        let mut used: u32 = self.sent.iter().map(|place| place.weight).sum();
        let mut at = self.sent.back().map_or(now, |last| last.at.max(now));
        let mut oldest = self.sent.iter();
        while used + weight > self.limit {
            let Some(place) = oldest.next() else { break };
            used -= place.weight;
            at = at.max(place.at + SPAN);
        }
        self.next += 1;
        Place { number: self.next, at, weight }
    }

    pub(super) fn take(&mut self, place: Place) {
        self.sent.push_back(place);
    }

    /// Gives back a place that was not used after all.
    pub(super) fn give_back(&mut self, place: Place) {
        self.sent.retain(|taken| taken.number != place.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: f64) -> Duration {
        Duration::from_secs_f64(n)
    }

    /// The most that was sent within any 10 s.
    fn most(sent: &[(Duration, u32)]) -> u32 {
        let within = |from: Duration| {
            sent.iter()
                .filter(|(at, _)| *at >= from && *at < from + seconds(10.0))
                .map(|(_, weight)| *weight)
                .sum()
        };
        sent.iter().map(|(at, _)| within(*at)).max().unwrap_or(0)
    }

    #[test]
    fn a_mix_of_heavy_and_light_keys_never_exceeds_the_limit_in_any_ten_seconds() {
        let mut window = Window::new(4000);
        let mut sent = Vec::new();
        for n in 0..6000_u32 {
            let weight = if n % 3 == 0 { 8 } else { 1 };
            let place = window.find(seconds(f64::from(n) / 1000.0), weight);
            window.take(place);
            sent.push((place.at, weight));
        }
        assert!(sent.is_sorted(), "each takes its turn");
        assert!(most(&sent) <= 4000, "{}", most(&sent));
        assert!(most(&sent) > 3900, "and the limit is used: {}", most(&sent));
    }

    #[test]
    fn a_place_that_is_given_back_serves_another() {
        let mut window = Window::new(2);
        let now = seconds(1.0);
        let first = window.find(now, 2);
        window.take(first);
        assert_eq!(window.find(now, 1).at, now + SPAN);
        window.give_back(first);
        assert_eq!(window.find(now, 1).at, now);
    }

    #[test]
    fn what_weighs_more_than_the_limit_goes_alone() {
        let mut window = Window::new(10);
        let place = window.find(Duration::ZERO, 16);
        window.take(place);
        assert_eq!(place.at, Duration::ZERO);
        assert_eq!(window.find(seconds(1.0), 1).at, SPAN);
    }

    #[test]
    fn weights_follow_the_published_table() {
        let mut windows = Budget::published().key_weight(KeyWeight::RSA_4096.in_hsm()).windows();
        assert_eq!(windows.of(Charge::UsesKey, None).1, 16, "4,000 / 250");
        assert_eq!(windows.of(Charge::CreatesKey, None).1, 2, "20 / 10");
        assert_eq!(windows.of(Charge::UsesKey, Some(KeyWeight::RSA_3072)).1, 4, "4,000 / 1,000");
        assert_eq!(windows.of(Charge::CreatesSecret, None).0.limit, 300);
        for share in [0.0, -1.0, 2.0, f64::NAN] {
            assert_eq!(Budget::published().share(share).windows().other.limit, 4000);
        }
        assert_eq!(Budget::published().share(0.001).windows().creates_key.limit, 1);
    }
}
