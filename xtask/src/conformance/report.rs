//! What a runner says, line by line, and what it comes to.

use std::collections::BTreeMap;

/// What checks are about.
pub(super) const AREAS: [&str; 10] = [
    "identity",
    "keys",
    "crypto",
    "secrets",
    "certificates",
    "vaults",
    "roles",
    "network",
    "connections",
    "contents",
];

/// The checks of one run.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// How many passed, by area.
    pub(super) passed: BTreeMap<String, usize>,
    /// What failed, and why.
    pub(super) failed: Vec<String>,
    /// What the runner's own closing line says.
    closing: Option<(usize, usize)>,
}

impl Report {
    /// Takes in a line of a runner: `ok AREA: name`, `FAILED AREA: name: why`, or something else.
    pub(super) fn line(&mut self, line: &str) {
        if let Some((area, _)) = line.strip_prefix("ok ").and_then(|rest| rest.split_once(": ")) {
            if AREAS.contains(&area) {
                *self.passed.entry(area.to_owned()).or_default() += 1;
            } else {
                self.failed.push(format!("no such area: {line}"));
            }
        } else if let Some(rest) = line.strip_prefix("FAILED ") {
            self.failed.push(rest.to_owned());
        } else if let Some(counts) = closing(line) {
            self.closing = Some(counts);
        }
    }

    /// A check of our own.
    pub(super) fn ok(&mut self, area: &str, name: &str) {
        let line = format!("ok {area}: {name}");
        println!("{line}");
        self.line(&line);
    }

    /// Holds the runner's closing line and how it ended against what it printed.
    pub(super) fn close(&mut self, succeeded: bool) {
        let counted = (self.total(), self.failed.len());
        match self.closing {
            None => self.failed.push("the runner did not come to its last line".to_owned()),
            Some(said) if said != counted => {
                let (passed, failed) = said;
                self.failed.push(format!("the runner counts {passed} passed, {failed} failed"));
            }
            Some((_, 0)) if !succeeded => {
                self.failed.push("the runner failed, but none of its checks did".to_owned());
            }
            Some(_) => {}
        }
    }

    /// How many passed.
    pub(super) fn total(&self) -> usize {
        self.passed.values().sum()
    }

    /// The counts in words.
    pub(super) fn counts(&self) -> String {
        let areas = self.passed.iter().map(|(area, count)| format!("{count} {area}"));
        let areas = areas.collect::<Vec<_>>().join(", ");
        format!("{areas}; {} passed, {} failed", self.total(), self.failed.len())
    }
}

/// `N passed, N failed`
fn closing(line: &str) -> Option<(usize, usize)> {
    let (passed, failed) = line.strip_suffix(" failed")?.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(lines: &[&str], succeeded: bool) -> Report {
        let mut report = Report::default();
        for line in lines {
            report.line(line);
        }
        report.close(succeeded);
        report
    }

    #[test]
    fn checks_are_counted_by_area() {
        let lines =
            ["ok keys: a", "warning", "ok keys: b: c", "ok crypto: a", "3 passed, 0 failed"];
        let report = report(&lines, true);
        assert_eq!(report.counts(), "1 crypto, 2 keys; 3 passed, 0 failed");
        assert!(report.failed.is_empty(), "{:?}", report.failed);
    }

    #[test]
    fn a_failure_keeps_its_reason() {
        let report = report(&["FAILED keys: a: 403", "0 passed, 1 failed"], false);
        assert_eq!(report.failed, ["keys: a: 403"]);
    }

    #[test]
    fn a_runner_that_ends_early_miscounts_or_fails_for_nothing_has_failed() {
        assert_eq!(report(&["ok keys: a"], true).failed.len(), 1);
        assert_eq!(report(&["ok keys: a", "2 passed, 0 failed"], true).failed.len(), 1);
        assert_eq!(report(&["ok keys: a", "1 passed, 0 failed"], false).failed.len(), 1);
        assert_eq!(report(&["ok kyes: a", "1 passed, 0 failed"], true).failed.len(), 2);
    }
}
