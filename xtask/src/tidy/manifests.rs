//! What every member's manifest must have in common, and what a published one must say.

use super::Problem;
use crate::tree::{Member, Tree};

const INHERITED: [&str; 3] = ["edition", "rust-version", "license"];
const SAID: [&str; 5] = ["description", "readme", "repository", "keywords", "categories"];

/// Members that do not inherit the workspace's lints and package fields.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.members().iter().flat_map(problems).collect()
}

fn problems(member: &Member) -> Vec<Problem> {
    let is_true = |path: &[&str]| member.field(path).and_then(toml::Value::as_bool) == Some(true);
    let mut problems = Vec::new();
    let manifest = member.path("Cargo.toml");
    if !is_true(&["lints", "workspace"]) {
        problems.push(format!("{manifest}: add `[lints] workspace = true`"));
    }
    for field in INHERITED {
        if !is_true(&["package", field, "workspace"]) {
            problems.push(format!("{manifest}: write `{field}.workspace = true`"));
        }
    }
    match member.field(&["package", "version"]) {
        Some(toml::Value::String(_)) if member.published() => {}
        _ if member.published() => {
            problems.push(format!("{manifest}: a published crate has a `version` of its own"));
        }
        _ if is_true(&["package", "version", "workspace"]) => {}
        _ => problems.push(format!("{manifest}: write `version.workspace = true`")),
    }
    for field in SAID {
        if member.published() && member.field(&["package", field]).is_none() {
            problems.push(format!("{manifest}: a published crate needs `{field}`"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\npublish = false\n\
        [lints]\nworkspace = true\n";

    fn of(manifest: &str) -> Vec<Problem> {
        check(&Tree::of(&[("crates/a/Cargo.toml", manifest)]))
    }

    #[test]
    fn a_member_that_inherits_everything_passes() {
        assert!(of(GOOD).is_empty());
    }

    #[test]
    fn an_own_version_is_for_published_crates_and_for_no_other() {
        let problems =
            of(&GOOD.replace("version.workspace = true\nedition", "version = \"1.0.0\"\nedition"));
        assert_eq!(problems, ["crates/a/Cargo.toml: write `version.workspace = true`"]);
        let published = of(&GOOD.replace("publish = false\n", "")).concat();
        assert!(published.contains("a published crate has a `version` of its own"));
    }

    #[test]
    fn missing_lints_fail() {
        let problems = of(&GOOD.replace("[lints]\nworkspace = true\n", ""));
        assert_eq!(problems, ["crates/a/Cargo.toml: add `[lints] workspace = true`"]);
    }

    #[test]
    fn a_published_crate_must_describe_itself() {
        let problems = of(&GOOD.replace("publish = false\n", ""));
        assert_eq!(problems.len(), SAID.len() + 1, "its version is not its own, either");
    }
}
