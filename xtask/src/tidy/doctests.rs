//! Examples in documentation compile and run: a fence that says otherwise needs a row here.

use super::Problem;
use crate::tree::Tree;

/// Files that may have such fences, with the reason.
const ALLOWED: [(&str, &str); 0] = [];

/// Fences in documentation whose code is never run.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let allowed = |path: &str| ALLOWED.iter().any(|(file, _)| *file == path);
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        if allowed(path) || !(path.ends_with(".rs") || path.ends_with(".md")) {
            continue;
        }
        for (line, number) in text.lines().zip(1..) {
            if let Some(word) = unrun(line, path.ends_with(".rs")) {
                problems.push(format!("{path}:{number}: a doctest marked `{word}` is never run"));
            }
        }
    }
    problems
}

/// The word that keeps the block which this line opens from being run.
fn unrun(line: &str, rust: bool) -> Option<&str> {
    let line = line.trim_start();
    let line = if rust {
        line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?.trim_start()
    } else {
        line.trim_start_matches(['>', ' '])
    };
    let info = line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"))?;
    let mut words = info.split([',', ' ']);
    words.find(|word| *word == "no_run" || *word == "ignore" || word.starts_with("ignore-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_that_do_not_run_fail() {
        for (path, text) in [
            ("a.rs", "//! ```no_run"),
            ("a.rs", "    /// ```rust,ignore"),
            ("README.md", "```ignore"),
            ("docs/a.md", "> ```rust, no_run"),
        ] {
            assert_eq!(check(&Tree::of(&[(path, text)])).len(), 1, "{text}");
        }
    }

    #[test]
    fn fences_that_run_or_are_text_pass() {
        for text in ["/// ```", "/// ```text", "/// ```should_panic", "let a = \"```ignore\";"] {
            assert!(check(&Tree::of(&[("a.rs", text)])).is_empty(), "{text}");
        }
    }
}
