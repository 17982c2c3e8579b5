//! Change fragments and the crates' changelogs are well formed.

use super::Problem;
use crate::release::fragments;
use crate::tree::Tree;

/// Fragments that do not parse or name no published crate; a changelog without its frame.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = match fragments::all(tree) {
        Ok(_) => Vec::new(),
        Err(problems) => problems,
    };
    let index = tree.text("CHANGELOG.md").unwrap_or_default();
    if index.is_empty() {
        problems.push("CHANGELOG.md: missing".to_owned());
    }
    for member in tree.members().iter().filter(|member| member.published()) {
        let path = member.path("CHANGELOG.md");
        match tree.text(&path) {
            None => problems.push(format!("{path}: missing")),
            Some(text) => problems.extend(changelog(&path, text)),
        }
        if !index.contains(&format!("({path})")) {
            problems.push(format!("CHANGELOG.md: link to {path}"));
        }
    }
    problems
}

/// A title, then sections that are releases, newest first.
fn changelog(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    if !text.starts_with("# Changelog\n") {
        problems.push(format!("{path}: must start with `# Changelog`"));
    }
    for (line, number) in text.lines().zip(1..) {
        let Some(title) = line.strip_prefix("## ") else { continue };
        let release = title.split_once(" - ").is_some_and(|(version, date)| {
            version.split('.').filter(|part| part.parse::<u64>().is_ok()).count() == 3
                && date.split('-').map(str::len).eq([4, 2, 2])
        });
        if !release {
            problems.push(format!("{path}:{number}: want `## 1.2.3 - 2026-01-31`"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const CRATE: (&str, &str) = ("crates/a/Cargo.toml", "[package]\nname = \"a\"");

    #[test]
    fn a_good_fragment_and_changelog_pass() {
        let fragment = "---\ncrates: [a]\nkind: added\n---\nSomething new.\n";
        let log = "# Changelog\n\n## 0.1.0 - 2026-11-22\n\n### a\n";
        let index = ("CHANGELOG.md", "[a](crates/a/CHANGELOG.md)");
        let files = [CRATE, (".changes/new.md", fragment), ("crates/a/CHANGELOG.md", log), index];
        assert!(check(&Tree::of(&files)).is_empty());
    }

    #[test]
    fn a_bad_fragment_fails() {
        let files =
            [CRATE, (".changes/new.md", "Something new."), ("CHANGELOG.md", "# Changelog\n")];
        assert!(check(&Tree::of(&files)).concat().contains(".changes/new.md"));
    }

    #[test]
    fn a_changelog_without_its_frame_fails() {
        assert_eq!(check(&Tree::of(&[])), ["CHANGELOG.md: missing"]);
        let unlinked = [CRATE, ("CHANGELOG.md", "words")];
        let problems =
            ["crates/a/CHANGELOG.md: missing", "CHANGELOG.md: link to crates/a/CHANGELOG.md"];
        assert_eq!(check(&Tree::of(&unlinked)), problems);
        assert_eq!(changelog("x", "# Changes\n").len(), 1);
        assert_eq!(changelog("x", "# Changelog\n## Unreleased\n## 0.1 - 2026-01-01\n").len(), 2);
    }
}
