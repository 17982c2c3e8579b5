//! A row of a report: what three contenders needed in each round, and what of it counts.

use super::rounds::{median, spread};

/// What was measured under one name. Who has no such thing has no values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Row {
    name: String,
    ours: Vec<f64>,
    raw: Vec<f64>,
    official: Vec<f64>,
    worst: bool,
}

impl Row {
    /// A row whose values are the medians of the rounds; its ratio is the median of theirs.
    pub(crate) fn medians(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A row that is as good as its worst round: a bar must hold in each of them.
    pub(crate) fn worst(name: impl Into<String>) -> Self {
        Self { worst: true, ..Self::medians(name) }
    }

    pub(crate) fn ours(mut self, rounds: Vec<f64>) -> Self {
        self.ours = rounds;
        self
    }

    pub(crate) fn raw(mut self, rounds: Vec<f64>) -> Self {
        self.raw = rounds;
        self
    }

    pub(crate) fn official(mut self, rounds: Vec<f64>) -> Self {
        self.official = rounds;
        self
    }

    /// Gives each contender its rounds, in the order ours, raw, official.
    pub(crate) fn all(self, rounds: Vec<Vec<f64>>) -> Self {
        let mut rounds = rounds.into_iter();
        let mut next = || rounds.next().unwrap_or_default();
        self.ours(next()).raw(next()).official(next())
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn value_ours(&self) -> Option<f64> {
        self.value(&self.ours)
    }

    pub(crate) fn value_raw(&self) -> Option<f64> {
        self.value(&self.raw)
    }

    pub(crate) fn value_official(&self) -> Option<f64> {
        self.value(&self.official)
    }

    /// Ours over the raw loop's.
    pub(crate) fn ratio(&self) -> Option<f64> {
        self.value(&ratios(&self.ours, &self.raw))
    }

    /// The official client's over the raw loop's.
    pub(crate) fn official_ratio(&self) -> Option<f64> {
        self.value(&ratios(&self.official, &self.raw))
    }

    /// The least and the greatest of our values over the rounds.
    pub(crate) fn spread(&self) -> Option<(f64, f64)> {
        spread(&self.ours)
    }

    /// The least and the greatest ratio over the rounds.
    pub(crate) fn ratio_spread(&self) -> Option<(f64, f64)> {
        spread(&ratios(&self.ours, &self.raw))
    }

    /// The value that a lower bar is held against.
    pub(crate) fn least(&self) -> Option<f64> {
        if self.worst { self.spread().map(|(least, _)| least) } else { self.value_ours() }
    }

    /// The ratio that a lower bar is held against.
    pub(crate) fn least_ratio(&self) -> Option<f64> {
        if self.worst { self.ratio_spread().map(|(least, _)| least) } else { self.ratio() }
    }

    fn value(&self, rounds: &[f64]) -> Option<f64> {
        if self.worst { spread(rounds).map(|(_, most)| most) } else { median(rounds) }
    }
}

/// Round by round; none where there is nothing to divide by.
fn ratios(over: &[f64], under: &[f64]) -> Vec<f64> {
    over.iter().zip(under).filter(|(_, under)| **under > 0.0).map(|(o, u)| o / u).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_the_median_of_the_rounds_ratios() {
        let row = Row::medians("r").ours(vec![2.0, 30.0, 9.0]).raw(vec![1.0, 10.0, 9.0]);
        assert_eq!((row.value_ours(), row.value_raw()), (Some(9.0), Some(9.0)));
        assert_eq!(row.ratio(), Some(2.0));
        assert_eq!(row.ratio_spread(), Some((1.0, 3.0)));
    }

    #[test]
    fn the_worst_round_is_the_row_where_each_must_do() {
        let row = Row::worst("r").ours(vec![1.0, 3.0, 2.0]);
        assert_eq!((row.value_ours(), row.least()), (Some(3.0), Some(1.0)));
    }

    #[test]
    fn who_has_no_values_has_no_ratio() {
        let row = Row::medians("r").ours(vec![1.0]).official(vec![2.0]);
        assert_eq!((row.value_raw(), row.ratio(), row.official_ratio()), (None, None, None));
        let row = row.raw(vec![0.0]);
        assert_eq!((row.value_raw(), row.ratio()), (Some(0.0), None));
    }

    #[test]
    fn contenders_get_their_rounds_in_order() {
        let row = Row::medians("r").all(vec![vec![1.0], vec![2.0], vec![3.0]]);
        assert_eq!(row.value_ours(), Some(1.0));
        assert_eq!(row.value_raw(), Some(2.0));
        assert_eq!(row.value_official(), Some(3.0));
    }
}
