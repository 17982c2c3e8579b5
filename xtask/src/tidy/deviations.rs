//! The rows of `docs/deviations.md` each name a test that is there.

use super::Problem;
use crate::bite::table::has_test;
use crate::tree::Tree;

const FILE: &str = "docs/deviations.md";

/// Rows without a test, and tests that are gone.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(text) = tree.text(FILE) else {
        return vec![format!("{FILE} is missing")];
    };
    let sources: Vec<&str> = tree.texts_ending(".rs").map(|(_, source)| source).collect();
    let mut problems = Vec::new();
    for row in text.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let what = cells.first().copied().unwrap_or_default();
        let [.., tests] = cells.as_slice() else { continue };
        if cells.len() != 4 {
            problems.push(format!("{FILE}, {what}: {} cells, not 4", cells.len()));
        }
        let names: Vec<&str> = tests.split(", ").collect();
        for name in names {
            match name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
                Some(test) if sources.iter().any(|source| has_test(source, test)) => {}
                Some(test) => problems.push(format!("{FILE}, {what}: no test `{test}`")),
                None => problems.push(format!("{FILE}, {what}: `{name}` names no test")),
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(row: &str) -> Vec<Problem> {
        let doc =
            format!("# D\n\n| what | service | emulator | test |\n|---|---|---|---|\n{row}\n");
        check(&Tree::of(&[
            (FILE, &doc),
            ("a.rs", "#[tokio::test]\nasync fn it_is() {}\nfn helps() {}\n"),
        ]))
    }

    #[test]
    fn a_row_with_its_tests_passes() {
        assert!(of("| a | b | c | `it_is` |").is_empty());
        assert!(of("| a | b | c | `it_is`, `it_is` |").is_empty());
    }

    #[test]
    fn a_row_whose_test_is_open_absent_or_no_test_fails() {
        for row in [
            "| a | b | c | open |",
            "| a | b | c | `it_was` |",
            "| a | b | c | `helps` |",
            "| a | b | c | `it_is`; the rest open |",
            "| a | b | c | the same |",
            "| a | b | `it_is` |",
        ] {
            assert_eq!(of(row).len(), 1, "{row}");
        }
    }
}
