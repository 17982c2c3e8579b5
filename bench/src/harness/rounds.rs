//! Rounds in which the contenders take turns, so that a busy machine treats all of them alike.

use anyhow::{Context, Result};
use tokio::runtime::{Builder, Runtime};

/// Measures one contender once.
pub(crate) type Measure<'a> = Box<dyn FnMut() -> Result<f64> + 'a>;

/// Measures several things of one contender at once.
pub(crate) type Measures<'a, const N: usize> = Box<dyn FnMut() -> Result<[f64; N]> + 'a>;

/// One thread, on which everything that is measured runs.
///
/// # Errors
/// When the machine gives no event queue.
pub(crate) fn runtime() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("starting a runtime")
}

/// What each contender needed in each round: the median of its `turns`. They take turns forwards and
/// backwards, so that none always follows the same other.
///
/// # Errors
/// What the first measurement to fail fails by.
pub(crate) fn interleaved(
    rounds: usize,
    turns: usize,
    contenders: &mut [Measure<'_>],
) -> Result<Vec<Vec<f64>>> {
    let measures = contenders
        .iter_mut()
        .map(|measure| -> Measures<'_, 1> { Box::new(move || Ok([measure()?])) });
    let [results] = interleaved_all(rounds, turns, &mut measures.collect::<Vec<_>>())?;
    Ok(results)
}

/// The same of each of the things measured, in their order.
///
/// # Errors
/// What the first measurement to fail fails by.
pub(crate) fn interleaved_all<const N: usize>(
    rounds: usize,
    turns: usize,
    contenders: &mut [Measures<'_, N>],
) -> Result<[Vec<Vec<f64>>; N]> {
    let mut results = [const { Vec::new() }; N];
    results.fill(vec![Vec::with_capacity(rounds); contenders.len()]);
    for round in 0..rounds {
        let mut taken = vec![Vec::with_capacity(turns); contenders.len()];
        for turn in 0..turns {
            let mut pairs: Vec<_> = contenders.iter_mut().zip(&mut taken).collect();
            if (round + turn) % 2 == 1 {
                pairs.reverse();
            }
            for (measure, taken) in pairs {
                taken.push(measure()?);
            }
        }
        for (n, results) in results.iter_mut().enumerate() {
            for (result, taken) in results.iter_mut().zip(&taken) {
                let of_one: Vec<f64> = taken.iter().filter_map(|all| all.get(n).copied()).collect();
                result.push(median(&of_one).context("a round without turns")?);
            }
        }
    }
    Ok(results)
}

/// The middle value, or the mean of the two in the middle.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted.get(sorted.len() / 2 - 1).map(|lower| f64::midpoint(*lower, upper))
}

/// The least and the greatest value.
pub(crate) fn spread(values: &[f64]) -> Option<(f64, f64)> {
    let least = values.iter().copied().min_by(f64::total_cmp)?;
    let most = values.iter().copied().max_by(f64::total_cmp)?;
    Some((least, most))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn the_median_is_the_middle_and_not_the_mean() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&[100.0, 1.0, 2.0, 3.0]), Some(2.5));
    }

    #[test]
    fn the_spread_is_from_the_least_to_the_most() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[2.0, -1.0, 5.0]), Some((-1.0, 5.0)));
    }

    #[test]
    fn contenders_take_turns_forwards_and_backwards() {
        let order = RefCell::new(String::new());
        let measure = |name: char, value: f64| -> Measure<'_> {
            let order = &order;
            Box::new(move || {
                order.borrow_mut().push(name);
                Ok(value)
            })
        };
        let mut contenders = [measure('a', 1.0), measure('b', 3.0)];
        let results = interleaved(2, 2, &mut contenders).unwrap();
        assert_eq!(results, [vec![1.0, 1.0], vec![3.0, 3.0]]);
        assert_eq!(*order.borrow(), "abbabaab");
    }

    #[test]
    fn a_round_is_the_median_of_its_turns() {
        let mut values = [1.0, 90.0, 3.0, 10.0, 20.0, 11.0].into_iter();
        let mut contenders: [Measure<'_>; 1] =
            [Box::new(|| values.next().context("too many turns"))];
        assert_eq!(interleaved(2, 3, &mut contenders).unwrap(), [vec![3.0, 11.0]]);
    }

    #[test]
    fn what_is_measured_together_is_kept_apart() {
        let mut values = [[1.0, 9.0], [3.0, 5.0], [2.0, 7.0]].into_iter();
        let mut contenders: [Measures<'_, 2>; 1] =
            [Box::new(|| values.next().context("too many turns"))];
        let [first, second] = interleaved_all(1, 3, &mut contenders).unwrap();
        assert_eq!((first, second), (vec![vec![2.0]], vec![vec![7.0]]));
    }

    #[test]
    fn a_failure_ends_the_rounds() {
        let mut contenders: [Measure<'_>; 1] = [Box::new(|| anyhow::bail!("broken"))];
        assert!(interleaved(7, 1, &mut contenders).is_err());
    }
}
