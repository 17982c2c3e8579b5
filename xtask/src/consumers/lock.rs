//! What a Cargo.lock says: who is in it, who reaches whom, and what an update changed.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// A lock file.
#[derive(Debug, Deserialize)]
pub(super) struct Lock {
    #[serde(rename = "package")]
    packages: Vec<Locked>,
}

/// A package of it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) version: String,
    source: Option<String>,
    /// Of its tarball; a package that is there by its path has none.
    pub(super) checksum: Option<String>,
    /// Names, with a version where there is more than one of that name.
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Lock {
    /// Reads the one in a folder.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        let path = folder.join("Cargo.lock");
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Self::parse(&text)
    }

    /// Reads a text.
    pub(super) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("parsing a lock file")
    }

    /// The packages that came from a registry.
    pub(super) fn of_registry(&self) -> impl Iterator<Item = &Locked> {
        self.packages.iter().filter(|package| package.source.is_some())
    }

    /// The package of that name, at that version if there is one.
    pub(super) fn find(&self, name: &str, version: Option<&str>) -> Option<&Locked> {
        let same = |it: &&Locked| it.name == name && version.is_none_or(|v| it.version == v);
        self.packages.iter().find(same)
    }

    /// The names of our crates in it.
    pub(super) fn ours(&self) -> BTreeSet<&str> {
        self.of_registry().map(|package| package.name.as_str()).filter(|it| is_ours(it)).collect()
    }

    /// Those of our crates that one of them uses, itself included, at whatever remove.
    pub(super) fn reached(&self, from: &str) -> BTreeSet<&str> {
        let mut seen: Vec<&Locked> = Vec::new();
        let mut waiting: Vec<&Locked> = self.find(from, None).into_iter().collect();
        while let Some(package) = waiting.pop() {
            if seen.contains(&package) {
                continue;
            }
            seen.push(package);
            for dependency in &package.dependencies {
                let mut words = dependency.split(' ');
                let (name, version) = (words.next().unwrap_or_default(), words.next());
                waiting.extend(self.find(name, version));
            }
        }
        seen.iter().map(|package| package.name.as_str()).filter(|name| is_ours(name)).collect()
    }

    /// What an update made of it, a line each: `name 0.1.0 -> 0.1.1`, `name 0.1.0 -> gone`; a version
    /// that has become another tarball, too.
    pub(super) fn changes(&self, after: &Self) -> Vec<String> {
        let mut changes = Vec::new();
        for old in self.of_registry() {
            if after.of_registry().any(|new| same_tarball(old, new)) {
                continue;
            }
            let new = after.of_registry().find(|new| {
                new.name == old.name && !self.of_registry().any(|old| same_tarball(old, new))
            });
            let new = new.map_or("gone", |new| new.version.as_str());
            changes.push(format!("{} {} -> {new}", old.name, old.version));
        }
        for new in after.of_registry() {
            if !self.of_registry().any(|old| old.name == new.name) {
                changes.push(format!("{} none -> {}", new.name, new.version));
            }
        }
        changes
    }
}

/// Whether a name in a lock file is that of a crate that we publish.
pub(super) fn is_ours(name: &str) -> bool {
    name == "azvault" || name.starts_with("azvault-")
}

fn same_tarball(one: &Locked, other: &Locked) -> bool {
    (&one.name, &one.version, &one.checksum) == (&other.name, &other.version, &other.checksum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock of `name version uses,uses` lines; the first package is there by its path.
    fn lock(lines: &[&str]) -> Lock {
        let mut text = String::from("version = 4\n");
        for (line, number) in lines.iter().zip(0..) {
            let mut words = line.splitn(3, ' ');
            let (name, version) = (words.next().unwrap(), words.next().unwrap());
            let uses = words.next().unwrap_or_default().split(',').filter(|name| !name.is_empty());
            let uses: Vec<String> = uses.map(|name| format!("{name:?}")).collect();
            text.push_str(&format!("[[package]]\nname = {name:?}\nversion = {version:?}\n"));
            if number > 0 {
                text.push_str(&format!("source = \"registry\"\nchecksum = \"{name}{version}\"\n"));
            }
            text.push_str(&format!("dependencies = [{}]\n", uses.join(", ")));
        }
        Lock::parse(&text).unwrap()
    }

    #[test]
    fn ours_are_those_that_came_from_the_registry_by_name() {
        let lock =
            lock(&["azvault-me 0.0.0 azvault-keys", "azvault-keys 0.1.0", "azvaulted 1.0.0"]);
        assert_eq!(lock.ours().into_iter().collect::<Vec<_>>(), ["azvault-keys"]);
    }

    #[test]
    fn what_is_reached_is_followed_through_other_crates_by_version() {
        let lock = lock(&[
            "me 0.0.0 azvault-secrets,azvault-emulator",
            "azvault-secrets 0.1.0 glue 2.0.0",
            "glue 1.0.0 azvault-keys",
            "glue 2.0.0 azvault-core,azvault-secrets",
            "azvault-core 0.1.0",
            "azvault-keys 0.1.0",
            "azvault-emulator 0.1.0",
        ]);
        let reached: Vec<&str> = lock.reached("azvault-secrets").into_iter().collect();
        assert_eq!(reached, ["azvault-core", "azvault-secrets"]);
        assert!(lock.reached("absent").is_empty());
    }

    #[test]
    fn an_update_is_told_by_what_it_changed() {
        let before = lock(&["me 0.0.0", "azvault-core 0.1.0", "serde 1.0.0", "old 0.3.0"]);
        let after = lock(&["me 0.0.0", "azvault-core 0.1.1", "serde 1.0.0", "new 0.4.0"]);
        let expected = ["azvault-core 0.1.0 -> 0.1.1", "old 0.3.0 -> gone", "new none -> 0.4.0"];
        assert_eq!(before.changes(&after), expected);
        assert!(before.changes(&before).is_empty());
    }

    #[test]
    fn another_tarball_of_the_same_version_is_a_change() {
        let before = lock(&["me 0.0.0", "azvault-core 0.1.0"]);
        let mut after = lock(&["me 0.0.0", "azvault-core 0.1.0"]);
        after.packages[1].checksum = Some("another".to_owned());
        assert_eq!(before.changes(&after), ["azvault-core 0.1.0 -> 0.1.0"]);
    }
}
