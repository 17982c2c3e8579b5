//! Sizes of Rust files, in code lines: neither blank nor comment only.
//!
//! A module of tests at the end of a file is counted by itself.

use std::collections::BTreeMap;

use super::Problem;
use super::scan::{code_only, tests_begin};
use crate::tree::Tree;

/// The most code lines a file may have.
const MOST: usize = 400;
/// The most code lines a module of tests inside a file may have.
const MOST_INLINE_TESTS: usize = 200;
/// The most that the 90th percentile of a published crate may be.
const MOST_P90: usize = 300;
/// Lifts the limit of one file; the reason follows on the same line.
const MARKER: &str = "// tidy: allow-long ";

/// Files over the limits, and published crates that grow monoliths.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts_ending(".rs") {
        let Size { code, tests } = size(text);
        if code > MOST && !excused(text) {
            problems.push(format!(
                "{path}: {code} code lines, more than {MOST}; split it, or give a reason in one of \
                 its first lines: {MARKER}REASON"
            ));
        }
        if tests > MOST_INLINE_TESTS {
            problems.push(format!(
                "{path}: {tests} lines of tests inside, more than {MOST_INLINE_TESTS}; move them to \
                 a sibling tests.rs"
            ));
        }
    }
    for (krate, sizes) in by_crate(tree) {
        let published = tree.members().iter().any(|m| m.name == krate && m.published());
        let p90 = percentile(&sizes, 90);
        if published && p90 > MOST_P90 {
            problems.push(format!("{krate}: p90 is {p90} code lines a file, more than {MOST_P90}"));
        }
    }
    problems
}

/// Files, median and p90 of every crate, tests left out.
pub(super) fn report(tree: &Tree) -> String {
    let row = |(krate, sizes): (&str, Vec<usize>)| {
        format!(
            "{krate:<24} {:>4} files {:>6} code lines, median {:>4}, p90 {:>4}, longest {:>4}\n",
            sizes.len(),
            sizes.iter().sum::<usize>(),
            percentile(&sizes, 50),
            percentile(&sizes, 90),
            sizes.last().copied().unwrap_or_default(),
        )
    };
    by_crate(tree).into_iter().map(row).collect()
}

/// Sorted sizes of a crate's own files: those of tests are another matter.
fn by_crate(tree: &Tree) -> BTreeMap<&str, Vec<usize>> {
    let mut crates: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (path, text) in tree.texts_ending(".rs") {
        let Some(member) = tree.owner(path) else { continue };
        if !(member.published() && is_test_file(path)) {
            crates.entry(&member.name).or_default().push(size(text).code);
        }
    }
    crates.values_mut().for_each(|sizes| sizes.sort_unstable());
    crates
}

/// Whether the whole file is tests, by its place.
pub(super) fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.starts_with("tests/") || path.contains("/tests/")
}

#[derive(Debug, PartialEq)]
struct Size {
    code: usize,
    tests: usize,
}

fn size(text: &str) -> Size {
    let code = code_only(text);
    let first = tests_begin(&code).unwrap_or(usize::MAX);
    let mut size = Size { code: 0, tests: 0 };
    for (number, (line, code)) in text.lines().zip(code.lines()).enumerate() {
        // An empty line inside a string is blank as well; a filled one is code.
        if !line.trim().is_empty() && !code.trim().is_empty() {
            *(if number < first { &mut size.code } else { &mut size.tests }) += 1;
        }
    }
    size
}

fn excused(text: &str) -> bool {
    let reason = |line: &str| Some(!line.strip_prefix(MARKER)?.trim().is_empty());
    text.lines().take(10).any(|line| reason(line) == Some(true))
}

/// The nearest-rank percentile of sorted sizes.
fn percentile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: (&str, &str) = ("crates/a/Cargo.toml", "[package]\nname = \"a\"");

    #[test]
    fn blank_and_comment_lines_do_not_count_and_tests_count_apart() {
        let text = "//! Doc.\n\n/// Doc.\nfn a() {} // b\n/* c */\nconst S: &str = \"\n// no comment\n\
            \";\n#[cfg(test)]\nmod tests {\n    // x\n    fn t() {}\n}\n";
        assert_eq!(size(text), Size { code: 4, tests: 4 });
    }

    #[test]
    fn a_long_file_fails_unless_it_says_why() {
        let long = "fn a() {}\n".repeat(401);
        let tree = |text: &str| Tree::of(&[("xtask/src/a.rs", text)]);
        assert!(check(&tree(&long)).concat().contains("401 code lines"));
        assert!(check(&tree(&format!("{MARKER}a table\n{long}"))).is_empty());
        assert_eq!(check(&tree(&format!("{MARKER}\n{long}"))).len(), 1, "no reason given");
        assert!(check(&tree(&"fn a() {}\n".repeat(400))).is_empty());
    }

    #[test]
    fn many_inline_tests_fail() {
        let text = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "fn a() {}\n".repeat(200));
        assert!(check(&Tree::of(&[("a.rs", &text)])).concat().contains("203 lines of tests"));
    }

    #[test]
    fn a_published_crate_of_large_files_fails() {
        let large = "fn a() {}\n".repeat(301);
        let files = [MANIFEST, ("crates/a/src/lib.rs", &large), ("crates/a/src/tests.rs", "")];
        assert_eq!(check(&Tree::of(&files)), ["a: p90 is 301 code lines a file, more than 300"]);
    }

    #[test]
    fn percentiles_are_nearest_rank() {
        let sizes: Vec<usize> = (1..=10).collect();
        assert_eq!((percentile(&sizes, 50), percentile(&sizes, 90)), (5, 9));
        assert_eq!(percentile(&[], 90), 0);
    }
}
