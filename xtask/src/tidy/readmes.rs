//! Every published crate has a README, and its crate documentation is that file, so it is tested.

use super::Problem;
use crate::tree::Tree;

const INCLUDE: &str = "#![doc = include_str!(\"../README.md\")]";

/// Crates without a README, or whose documentation is something else.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for member in tree.members().iter().filter(|member| member.published()) {
        let readme = member.path("README.md");
        if tree.text(&readme).is_none_or(|text| text.trim().is_empty()) {
            problems.push(format!("{readme}: missing or empty"));
        }
        let roots = [member.path("src/lib.rs"), member.path("src/main.rs")];
        match roots.iter().find(|root| tree.exists(root)) {
            Some(root) if tree.text(root).is_some_and(|text| text.contains(INCLUDE)) => {}
            Some(root) => problems.push(format!("{root}: add `{INCLUDE}`")),
            None => problems.push(format!("{}: neither lib.rs nor main.rs", member.dir)),
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: (&str, &str) = ("crates/a/Cargo.toml", "[package]\nname = \"a\"");
    const README: (&str, &str) = ("crates/a/README.md", "# a");
    const LIB: (&str, &str) = ("crates/a/src/lib.rs", INCLUDE);

    #[test]
    fn a_readme_that_is_the_crate_documentation_passes() {
        assert!(check(&Tree::of(&[MANIFEST, README, LIB])).is_empty());
    }

    #[test]
    fn a_missing_readme_or_include_fails() {
        assert_eq!(check(&Tree::of(&[MANIFEST, LIB])), ["crates/a/README.md: missing or empty"]);
        let other = ("crates/a/src/lib.rs", "//! Words of its own.");
        assert!(check(&Tree::of(&[MANIFEST, README, other])).concat().contains("add `#![doc"));
    }
}
