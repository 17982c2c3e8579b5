//! The bars of a bench, from `bars.toml`.

use std::{collections::BTreeMap, fmt};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::Row;

/// What a row must reach. A bar without limits says that the row must be there.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bar {
    /// The most that our value may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<f64>,
    /// The least that our value may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<f64>,
    /// The most that our value may be over the raw loop's.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_ratio: Option<f64>,
    /// The least that our value may be over the raw one, where more is better.
    #[serde(skip_serializing_if = "Option::is_none")]
    min_ratio: Option<f64>,
}

impl Bar {
    /// Whether `row` reaches this; what was not measured does not.
    pub(crate) fn is_met(&self, row: &Row) -> bool {
        let holds = |limit: Option<f64>, value: Option<f64>, within: fn(f64, f64) -> bool| {
            limit.is_none_or(|limit| value.is_some_and(|value| within(value, limit)))
        };
        row.value_ours().is_some()
            && holds(self.max, row.value_ours(), |value, limit| value <= limit)
            && holds(self.min, row.least(), |value, limit| value >= limit)
            && holds(self.max_ratio, row.ratio(), |value, limit| value <= limit)
            && holds(self.min_ratio, row.least_ratio(), |value, limit| value >= limit)
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = |limit: Option<f64>, words: &str| limit.map(|limit| format!("{words} {limit}"));
        let limits = [
            limit(self.min, "≥"),
            limit(self.max, "≤"),
            limit(self.min_ratio, "ratio ≥"),
            limit(self.max_ratio, "ratio ≤"),
        ];
        f.write_str(&limits.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

/// The bars of one bench by the names of rows.
#[derive(Debug)]
pub(crate) struct Bars(BTreeMap<String, Bar>);

impl Bars {
    /// The bars of `bench` in the text of a `bars.toml`, which has a table a bench.
    ///
    /// # Errors
    /// When the text is not TOML, a bar has a word that no bar has, or the bench has no bars.
    pub(crate) fn parse(text: &str, bench: &str) -> Result<Self> {
        let mut benches: BTreeMap<String, BTreeMap<String, Bar>> =
            toml::from_str(text).context("reading the bars")?;
        Ok(Self(benches.remove(bench).with_context(|| format!("{bench} has no bars"))?))
    }

    pub(crate) fn get(&self, row: &str) -> Option<Bar> {
        self.0.get(row).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Bar)> {
        self.0.iter().map(|(name, bar)| (name.as_str(), *bar))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(text: &str) -> Bar {
        Bars::parse(&format!("[b]\nr = {{ {text} }}"), "b").unwrap().get("r").unwrap()
    }

    #[test]
    fn the_bars_of_one_bench_are_read_by_name() {
        let text = "[client]\none = { max_ratio = 1.2 }\ntwo = {}\n[crypto]\nthree = { max = 3 }";
        let bars = Bars::parse(text, "client").unwrap();
        assert_eq!(bars.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["one", "two"]);
        assert_eq!(bars.get("one"), Some(Bar { max_ratio: Some(1.2), ..Bar::default() }));
        assert_eq!(bars.get("three"), None);
    }

    #[test]
    fn a_misspelt_bar_or_a_bench_without_bars_is_an_error() {
        assert!(Bars::parse("[b]\nr = { maximum = 1 }", "b").is_err());
        assert!(Bars::parse("[b]\nr = { max = 1 }", "c").is_err());
        assert!(Bars::parse("[b", "b").is_err());
    }

    #[test]
    fn the_bars_of_this_checkout_can_be_read() {
        assert!(Bars::parse(include_str!("../../bars.toml"), "client").unwrap().iter().count() > 9);
    }

    #[test]
    fn each_limit_counts() {
        let row = Row::medians("r").ours(vec![2.0]).raw(vec![1.6]);
        for met in ["", "max = 2", "min = 2", "max_ratio = 1.25", "min_ratio = 1.25"] {
            assert!(bar(met).is_met(&row), "{met}");
        }
        assert!(bar("min = 1, max = 3").is_met(&row));
        for missed in ["max = 1.9", "min = 2.1", "max_ratio = 1.24", "min_ratio = 1.26"] {
            assert!(!bar(missed).is_met(&row), "{missed}");
        }
    }

    #[test]
    fn what_was_not_measured_is_not_met() {
        assert!(!bar("").is_met(&Row::medians("r").raw(vec![1.0])));
        for bar in [bar("max_ratio = 2"), bar("min_ratio = 0")] {
            assert!(!bar.is_met(&Row::medians("r").ours(vec![1.0])));
        }
    }

    #[test]
    fn a_lower_bar_is_held_against_the_least_round_of_a_worst_row() {
        let row = Row::worst("r").ours(vec![15.0, 20.0, 25.0]);
        assert!(!bar("min = 15.5, max = 31").is_met(&row));
        assert!(bar("min = 14, max = 31").is_met(&row));
        let row = row.raw(vec![10.0; 3]);
        assert!(!bar("min_ratio = 1.6").is_met(&row));
        assert!(bar("min_ratio = 1.5").is_met(&row));
    }

    #[test]
    fn a_bar_is_shown_by_its_limits() {
        assert_eq!(bar("min = 15.5, max = 31").to_string(), "≥ 15.5, ≤ 31");
        assert_eq!(bar("max_ratio = 1.2").to_string(), "ratio ≤ 1.2");
        assert_eq!(bar("min_ratio = 0.6").to_string(), "ratio ≥ 0.6");
    }
}
