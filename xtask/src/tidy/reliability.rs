//! The rows of `docs/reliability.md` name lines and tests that are there.

use std::collections::BTreeSet;

use super::Problem;
use crate::bite::table::{self, FILE};
use crate::tree::Tree;

/// The failure modes that issue and table have in common.
const MODES: [u32; 58] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,
    27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 52, 53,
    54, 55, 56, 57, 58, 59, 61, 62,
];

/// Rows whose line is not exactly one, whose test is absent, and modes without a row.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let rows = match table::rows(tree) {
        Ok(rows) => rows,
        Err(error) => return vec![format!("{error:#}")],
    };
    let mut problems = Vec::new();
    for row in &rows {
        let place = row.place(tree).map(|_| ());
        let line = match tree.text(&row.file) {
            Some(source) => row.bitten(source).map(|_| ()),
            None => Err(anyhow::anyhow!("no such file")),
        };
        for (what, result) in [(&row.test, place), (&row.file, line)] {
            if let Err(error) = result {
                problems.push(format!("{FILE}, {}: {what}: {error:#}", row.mode));
            }
        }
    }
    let shown: BTreeSet<u32> = rows.iter().map(|row| row.mode).collect();
    for mode in MODES.iter().filter(|mode| !shown.contains(mode) && !is_pending(tree, **mode)) {
        problems.push(format!("{FILE}: no row for failure mode {mode}"));
    }
    problems
}

/// Whether the text under the mode's heading is that it is to come.
fn is_pending(tree: &Tree, mode: u32) -> bool {
    let text = tree.text(FILE).unwrap_or_default();
    let mut lines = text.lines().skip_while(|line| !line.starts_with(&format!("## {mode}. ")));
    let _heading = lines.next();
    lines.take_while(|line| !line.starts_with("## ")).any(|line| line == "pending")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str =
        "```toml\n[[bite]]\ntest = 'tests/it/a.rs::it_is'\nfile = 'l.rs'\nline = 'a;'\n```\n";

    fn of(doc: &str, source: &str) -> Vec<Problem> {
        check(&Tree::of(&[
            (FILE, doc),
            ("l.rs", source),
            ("tests/Cargo.toml", "[package]\nname = \"t\""),
            ("tests/it/a.rs", "#[test]\nfn it_is() {}\n"),
        ]))
    }

    fn all(first: &str) -> String {
        MODES.iter().map(|mode| format!("## {mode}. M\n{first}")).collect()
    }

    #[test]
    fn a_row_with_its_line_and_its_test_passes() {
        assert!(of(&all(ROW), "a;\nb;\n").is_empty());
        assert!(of(&all("pending\n"), "").is_empty());
    }

    #[test]
    fn a_line_that_is_gone_or_there_twice_fails_and_so_does_an_absent_test() {
        assert_eq!(of(&all(ROW), "b;\n").len(), MODES.len());
        assert_eq!(of(&all(ROW), "a;\na;\n").len(), MODES.len());
        assert_eq!(of(&all(&ROW.replace("it_is", "it_was")), "a;\n").len(), MODES.len());
    }

    #[test]
    fn a_mode_without_a_row_fails() {
        let problems = of(&format!("## 1. M\n{ROW}"), "a;\n");
        assert_eq!(problems.len(), MODES.len() - 1, "{problems:?}");
    }
}
