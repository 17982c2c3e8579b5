//! `conformance/expected.toml`: how many checks there are at least, by client, run and area.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

const FILE: &str = "conformance/expected.toml";

/// The counts: client, run, area.
#[derive(Debug, serde::Deserialize)]
#[serde(transparent)]
pub(super) struct Expected(BTreeMap<String, BTreeMap<String, BTreeMap<String, usize>>>);

impl Expected {
    pub(super) fn load(root: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(root.join(FILE)).with_context(|| FILE.to_owned())?;
        toml::from_str(&text).with_context(|| FILE.to_owned())
    }

    /// Whether a run has checks of these areas; a run that is not counted yet is thought to.
    pub(super) fn concerns(&self, client: &str, mode: &str, areas: &[String]) -> bool {
        let counted = self.0.get(client).and_then(|client| client.get(mode));
        areas.is_empty()
            || counted.is_none_or(|counted| areas.iter().any(|area| counted.contains_key(area)))
    }

    /// What is short of the counts; of the areas asked for alone, if any were.
    pub(super) fn missing(
        &self,
        client: &str,
        mode: &str,
        areas: &[String],
        passed: &BTreeMap<String, usize>,
    ) -> Vec<String> {
        let Some(expected) = self.0.get(client).and_then(|client| client.get(mode)) else {
            return vec![format!("{FILE} has no [{client}.{mode}]")];
        };
        let wanted = |area: &String| areas.is_empty() || areas.contains(area);
        let mut missing = Vec::new();
        for (area, &least) in expected.iter().filter(|(area, _)| wanted(area)) {
            let got = passed.get(area).copied().unwrap_or_default();
            if got < least {
                missing.push(format!("{area}: {got} checks passed, {least} are expected"));
            }
        }
        let unknown = passed.keys().filter(|area| !expected.contains_key(*area));
        missing.extend(unknown.map(|area| format!("{FILE} does not count {area} of it")));
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(areas: &[&str], passed: &[(&str, usize)]) -> Vec<String> {
        let expected: Expected = toml::from_str("[js.direct]\nkeys = 2\nsecrets = 1").unwrap();
        let areas: Vec<String> = areas.iter().map(|area| (*area).to_owned()).collect();
        let passed = passed.iter().map(|(area, count)| ((*area).to_owned(), *count)).collect();
        expected.missing("js", "direct", &areas, &passed)
    }

    #[test]
    fn enough_checks_of_each_area_are_needed() {
        assert!(missing(&[], &[("keys", 3), ("secrets", 1)]).is_empty());
        assert_eq!(missing(&[], &[("keys", 1), ("secrets", 1)]).len(), 1);
        assert_eq!(missing(&[], &[("keys", 2)]), ["secrets: 0 checks passed, 1 are expected"]);
    }

    #[test]
    fn of_chosen_areas_the_others_are_not_missed() {
        assert!(missing(&["keys"], &[("keys", 2)]).is_empty());
    }

    #[test]
    fn what_is_not_counted_yet_has_to_be() {
        assert_eq!(missing(&[], &[("keys", 2), ("secrets", 1), ("roles", 1)]).len(), 1);
    }
}
