//! Each published crate carries the licences, since its tarball is all that a user gets.

use super::Problem;
use crate::tree::Tree;

/// The files, in the root and in each published crate.
pub(crate) const FILES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Copies that are missing or differ from the root's.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in FILES {
        let Some(original) = tree.text(file) else {
            problems.push(format!("{file}: missing"));
            continue;
        };
        for member in tree.members().iter().filter(|member| member.published()) {
            let copy = member.path(file);
            if tree.text(&copy) != Some(original) {
                problems.push(format!("{copy}: must be a copy of {file}"));
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES_OF_A: [(&str, &str); 5] = [
        ("LICENSE-MIT", "m"),
        ("LICENSE-APACHE", "a"),
        ("crates/a/Cargo.toml", "[package]\nname = \"a\""),
        ("crates/a/LICENSE-MIT", "m"),
        ("crates/a/LICENSE-APACHE", "a"),
    ];

    #[test]
    fn equal_copies_pass() {
        assert!(check(&Tree::of(&FILES_OF_A)).is_empty());
    }

    #[test]
    fn a_missing_or_different_copy_fails() {
        assert_eq!(
            check(&Tree::of(&FILES_OF_A[..4])),
            ["crates/a/LICENSE-APACHE: must be a copy of LICENSE-APACHE"]
        );
        let mut files = FILES_OF_A;
        files[3].1 = "other";
        assert_eq!(check(&Tree::of(&files)).len(), 1);
        assert_eq!(check(&Tree::of(&[])).len(), 2, "no originals");
    }
}
