//! What git tells of the last release: its tag, what differs from it, and the versions it had.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::bump::Version;
use crate::process;
use crate::tree::Tree;

/// How a release is tagged: one tag for all of its crates, with the day.
pub(super) const TAG: &str = "release-";

/// The last release.
#[derive(Debug, Default)]
pub(super) struct Since {
    /// Its tag; `None` before the first release.
    pub(super) tag: Option<String>,
    /// The paths that differ from it.
    pub(super) paths: BTreeSet<String>,
    /// The version that each published crate had.
    pub(super) versions: BTreeMap<String, Version>,
    /// What others wrote and the root's manifest asks for in another way.
    pub(super) foreign: BTreeSet<String>,
}

/// Asks git for the last release tag that this commit contains, and what differs from it.
pub(super) fn last_tag(tree: &Tree) -> Result<Since> {
    let pattern = format!("{TAG}*");
    let tags = process::output("git", &["tag", "--list", &pattern, "--merged", "HEAD"])?;
    if tags.trim().is_empty() {
        return Ok(Since::default());
    }
    let tag = process::output("git", &["describe", "--tags", "--abbrev=0", "--match", &pattern])?;
    let tag = tag.trim().to_owned();
    let diff = process::output("git", &["diff", "--name-only", &tag, "--"])?;
    let there = process::output("git", &["ls-tree", "-r", "--name-only", &tag])?;
    let there: BTreeSet<&str> = there.lines().collect();
    let mut versions = BTreeMap::new();
    for member in tree.members().iter().filter(|member| member.published()) {
        let path = member.path("Cargo.toml");
        if there.contains(path.as_str()) {
            let manifest = process::output("git", &["show", &format!("{tag}:{path}")])?;
            let version = released(&manifest).with_context(|| format!("{path} at {tag}"))?;
            versions.extend(version.map(|version| (member.name.clone(), version)));
        }
    }
    let root = process::output("git", &["show", &format!("{tag}:Cargo.toml")])?;
    let foreign = asked_otherwise(&root, tree.text("Cargo.toml").unwrap_or_default())?;
    let paths = diff.lines().map(str::to_owned).collect();
    Ok(Since { tag: Some(tag), paths, versions, foreign })
}

/// The workspace's dependencies on what others wrote that differ; our own are `prepare`'s.
fn asked_otherwise(then: &str, now: &str) -> Result<BTreeSet<String>> {
    let asked = |manifest: &str| -> Result<toml::Table> {
        let manifest: toml::Table = manifest.parse()?;
        let table = manifest.get("workspace").and_then(|it| it.get("dependencies")?.as_table());
        Ok(table.cloned().unwrap_or_default())
    };
    let then = asked(then)?;
    let differs = |(name, entry): &(String, toml::Value)| {
        entry.get("path").is_none() && then.get(name) != Some(entry)
    };
    Ok(asked(now)?.into_iter().filter(differs).map(|(name, _)| name).collect())
}

/// The version that a release with this manifest had; none of a crate that was not published then.
fn released(manifest: &str) -> Result<Option<Version>> {
    let table: toml::Table = manifest.parse()?;
    let publish = table.get("package").and_then(|package| package.get("publish")?.as_bool());
    if publish == Some(false) { Ok(None) } else { version(manifest).map(Some) }
}

/// The version that a manifest states.
pub(super) fn version(manifest: &str) -> Result<Version> {
    let manifest: toml::Table = manifest.parse()?;
    let version = manifest.get("package").and_then(|package| package.get("version")?.as_str());
    Ok(version.context("no version of its own")?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_packages_own() {
        assert_eq!(version("[package]\nversion = \"1.2.3\"").unwrap(), Version::new(1, 2, 3));
        assert!(version("[package]\nversion.workspace = true").is_err());
    }

    #[test]
    fn what_was_not_published_has_no_version_to_follow() {
        let manifest = "[package]\nversion = \"0.1.0\"\n";
        assert_eq!(released(manifest).unwrap(), Some(Version::new(0, 1, 0)));
        assert_eq!(released(&format!("{manifest}publish = false")).unwrap(), None);
    }

    #[test]
    fn what_others_wrote_and_is_asked_for_otherwise_is_seen_and_ours_is_not() {
        let then = "[workspace.dependencies]\nours = { path = \"a\", version = \"0.1.0\" }\n\
            same = \"1\"\nraised = \"1.0\"\nfeature = { version = \"1\" }\ngone = \"1\"\n";
        let now = "[workspace.dependencies]\nours = { path = \"a\", version = \"0.2.0\" }\n\
            same = \"1\"\nraised = \"1.1\"\nfeature = { version = \"1\", features = [\"x\"] }\n";
        let found = asked_otherwise(then, now).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["feature", "raised"]);
        assert!(asked_otherwise(then, then).unwrap().is_empty());
    }
}
