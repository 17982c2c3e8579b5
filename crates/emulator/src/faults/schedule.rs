//! Which of the requests that an order selects are struck.

use super::order::FaultOrder;

/// How far an order has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    /// Requests that it selects, struck or not.
    pub(super) matched: u64,
    pub(super) struck: u64,
}

impl FaultOrder {
    /// Whether all that it was for were struck.
    pub(super) fn is_done(&self, progress: Progress) -> bool {
        self.times.is_some_and(|times| progress.struck >= times)
    }

    /// Counts one more selected request, and tells whether it is struck.
    pub(super) fn counts(&self, progress: &mut Progress) -> bool {
        let number = progress.matched;
        progress.matched += 1;
        let Some(place) = number.checked_sub(self.skip) else {
            return false;
        };
        let every = self.every.max(1);
        // The third, not the first, of three.
        let in_turn = place % every == every - 1;
        let drawn = self.share.is_none_or(|share| drawn(share.probability, share.seed, place));
        let strikes = in_turn && drawn;
        progress.struck += u64::from(strikes);
        strikes
    }
}

/// Whether the request with this number is of the share.
#[expect(
    clippy::cast_precision_loss,
    reason = "53 bits are what a float has, and are enough for a share"
)]
fn drawn(probability: f64, seed: u64, number: u64) -> bool {
    let unit = (draw(seed, number) >> 11) as f64 / (1_u64 << 53) as f64;
    unit < probability
}

/// A number drawn from a seed for a place: `SplitMix64`, which any place can be read of without the ones before.
///
/// Source: <https://doi.org/10.1145/2660193.2660195>
pub(super) fn draw(seed: u64, number: u64) -> u64 {
    let mut mixed = seed.wrapping_add((number.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::order::FaultShare;
    use super::*;

    fn struck(order: &FaultOrder, requests: u64) -> Vec<u64> {
        let mut progress = Progress::default();
        (1..=requests).filter(|_| !order.is_done(progress) && order.counts(&mut progress)).collect()
    }

    #[test]
    fn an_order_without_more_strikes_for_ever() {
        assert_eq!(struck(&FaultOrder::default(), 4), [1, 2, 3, 4]);
    }

    #[test]
    fn skip_every_and_times_go_together() {
        let order = FaultOrder { skip: 2, every: 3, times: Some(2), ..FaultOrder::default() };
        assert_eq!(struck(&order, 20), [5, 8]);
    }

    #[test]
    fn a_share_is_the_same_for_a_seed_and_about_as_large_as_asked() {
        let order = |probability, seed| FaultOrder {
            share: Some(FaultShare { probability, seed }),
            ..FaultOrder::default()
        };
        let third = struck(&order(0.3, 7), 10_000);
        assert_eq!(third, struck(&order(0.3, 7), 10_000));
        assert_ne!(third, struck(&order(0.3, 8), 10_000));
        assert!((2_800..3_200).contains(&third.len()), "{}", third.len());
        assert_eq!(struck(&order(0.0, 7), 1_000).len(), 0);
        assert_eq!(struck(&order(1.0, 7), 1_000).len(), 1_000);
    }

    #[test]
    fn the_drawing_is_that_of_the_reference() {
        // The first numbers that the reference draws from the seed 1234567.
        let drawn: Vec<u64> = (0..3).map(|number| draw(1_234_567, number)).collect();
        assert_eq!(
            drawn,
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
