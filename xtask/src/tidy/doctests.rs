//! Examples in documentation compile and run: a fence that says otherwise needs a row here.

use super::Problem;
use crate::tree::Tree;

/// Fences that nothing runs, by file and first word (empty for a fence without a word), with the
/// reason. A row that is not needed is a problem, too.
const ALLOWED: [(&str, &str, &str); 5] = [
    (".changes/README.md", "text", "the form of a fragment, which the plan of a release reads"),
    ("ARCHITECTURE.md", "", "a drawing of a call"),
    (
        "README.md",
        "console",
        "CI runs the commands of the first block, conformance the others' like",
    ),
    ("crates/emulator/README.md", "text", "a shell of one's own; conformance does the same"),
    ("crates/fleet/README.md", "text", "a plan of more vaults than an example has"),
];

/// Fences in Markdown that no runner takes: those of `rust`, `sh` and the like are run or read.
const UNREAD: [&str; 4] = ["", "text", "console", "plain"];

/// Fences in documentation whose code is never run, and rows that are not needed.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = judge(tree, &ALLOWED);
    problems.sort();
    problems
}

fn judge(tree: &Tree, allowed: &[(&str, &str, &str)]) -> Vec<Problem> {
    let mut unneeded: Vec<_> = allowed.iter().map(|(path, word, _)| (*path, *word)).collect();
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        let words: Vec<(usize, &str)> = match path.rsplit('.').next() {
            Some("md") => {
                fences(text).filter_map(|(line, info)| Some((line, unread(info)?))).collect()
            }
            Some("rs") => {
                doc_fences(text).filter_map(|(n, info)| Some((n, unrun(info)?))).collect()
            }
            _ => continue,
        };
        for (line, word) in words {
            let row = |row: &&(&str, &str, &str)| (row.0, row.1) == (path, word);
            if allowed.iter().any(|it| row(&it)) {
                unneeded.retain(|it| *it != (path, word));
            } else if word.is_empty() {
                problems.push(format!("{path}:{line}: a block without a language is never run"));
            } else {
                problems.push(format!("{path}:{line}: a block marked `{word}` is never run"));
            }
        }
    }
    problems.extend(unneeded.iter().map(|(path, word)| {
        format!("xtask/src/tidy/doctests.rs: {path} has no block marked `{word}` any more")
    }));
    problems
}

/// What the opening fences of a Markdown file say, with their lines.
fn fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut open: Option<&str> = None;
    text.lines().zip(1..).filter_map(move |(line, number)| {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        let fence = ["```", "~~~"].into_iter().find(|fence| line.starts_with(fence))?;
        match open {
            Some(by) => {
                open = open.filter(|_| by != fence);
                None
            }
            None => {
                open = Some(fence);
                Some((number, line.trim_start_matches(['`', '~']).trim()))
            }
        }
    })
}

/// What the fences in Rust documentation say, closing ones too, with their lines.
fn doc_fences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().zip(1..).filter_map(|(line, number)| {
        let line = line.trim_start();
        let line = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"))?.trim_start();
        Some((number, line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"))?))
    })
}

/// The word that keeps a block of Rust from being run.
fn unrun(info: &str) -> Option<&str> {
    let mut words = info.split([',', ' ']);
    words.find(|word| *word == "no_run" || *word == "ignore" || word.starts_with("ignore-"))
}

/// The word that keeps a block in Markdown from being run.
fn unread(info: &str) -> Option<&str> {
    let first = info.split([',', ' ']).next().unwrap_or_default();
    unrun(info).or_else(|| UNREAD.contains(&first).then_some(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Vec<Problem> {
        judge(&Tree::of(&[(path, text)]), &[])
    }

    #[test]
    fn fences_that_do_not_run_fail() {
        for (path, text) in [
            ("a.rs", "//! ```no_run"),
            ("a.rs", "    /// ```rust,ignore"),
            ("README.md", "```ignore\n```"),
            ("README.md", "```\n```"),
            ("README.md", "~~~text\n~~~"),
            ("docs/guide/src/a.md", "```console\n```"),
            ("docs/a.md", "> ```rust, no_run\n> ```"),
        ] {
            assert_eq!(of(path, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn fences_that_run_or_are_text_in_rust_pass() {
        for text in ["/// ```", "/// ```text", "/// ```should_panic", "let a = \"```ignore\";"] {
            assert!(of("a.rs", text).is_empty(), "{text}");
        }
        for text in ["```rust\n```", "```sh\n~~~\n```", "```toml\n```\n\n```python,file=a.py\n```"]
        {
            assert!(of("a.md", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_row_excuses_its_file_and_word_and_has_to_be_needed() {
        let tree = Tree::of(&[("a.md", "```text\n```\n```console\n```")]);
        assert_eq!(judge(&tree, &[("a.md", "text", "why")]).len(), 1);
        assert!(judge(&tree, &[("a.md", "text", "why"), ("a.md", "console", "why")]).is_empty());
        assert_eq!(judge(&Tree::of(&[("a.md", "")]), &[("a.md", "text", "why")]).len(), 1);
    }
}
