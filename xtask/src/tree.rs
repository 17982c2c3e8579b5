//! The workspace as data: every file git knows (or would add) and every member's manifest.
//!
//! Built once from disk, or from literal pairs in a test; everything that judges is pure over it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// The files of the workspace, by path from the root with `/` between segments.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, Option<String>>,
    members: Vec<Member>,
}

/// A package of the workspace, read from its manifest.
#[derive(Debug)]
pub(crate) struct Member {
    /// The package's name.
    pub(crate) name: String,
    /// The package's folder from the root, without a slash at its end.
    pub(crate) dir: String,
    /// The whole manifest.
    pub(crate) manifest: toml::Table,
}

impl Tree {
    /// Reads every file that is tracked, or new and not ignored.
    pub(crate) fn load() -> Result<Self> {
        let root = root()?;
        let listing = process::output(
            "git",
            &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        )?;
        let mut files = BTreeMap::new();
        for path in listing.split('\0').filter(|path| !path.is_empty()) {
            // Listed but absent: deleted and not yet committed.
            if let Ok(bytes) = std::fs::read(root.join(path)) {
                files.insert(path.to_owned(), String::from_utf8(bytes).ok());
            }
        }
        Self::from_files(files)
    }

    /// A tree made of literal files, for tests.
    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let files = pairs.iter().map(|(path, text)| ((*path).into(), Some((*text).into())));
        Self::from_files(files.collect()).unwrap()
    }

    fn from_files(files: BTreeMap<String, Option<String>>) -> Result<Self> {
        let mut members = Vec::new();
        for (path, text) in &files {
            let (Some(dir), Some(text)) = (path.strip_suffix("/Cargo.toml"), text) else {
                continue;
            };
            let manifest: toml::Table = text.parse().with_context(|| format!("parsing {path}"))?;
            let name = at(&manifest, &["package", "name"]).and_then(|name| name.as_str());
            // A manifest with its own [workspace] (a fuzz package) is not a member.
            if let (Some(name), None) = (name, manifest.get("workspace")) {
                members.push(Member { name: name.to_owned(), dir: dir.to_owned(), manifest });
            }
        }
        Ok(Self { files, members })
    }

    /// Every text file, by path.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    /// Every text file whose name ends with `suffix`.
    pub(crate) fn texts_ending(&self, suffix: &str) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(move |(path, _)| path.ends_with(suffix))
    }

    /// One text file.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Whether `path` is a file, or a folder with a file in it.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.files.contains_key(path)
            || self
                .files
                .range(folder.clone()..)
                .next()
                .is_some_and(|(p, _)| p.starts_with(&folder))
    }

    /// Whether the path of a file, or of a folder with a file in it, ends with `path`.
    pub(crate) fn has_end(&self, path: &str) -> bool {
        let segments = format!("/{}/", path.trim_matches('/'));
        self.files.keys().any(|file| format!("/{file}/").contains(&segments))
    }

    /// The packages of the workspace.
    pub(crate) fn members(&self) -> &[Member] {
        &self.members
    }

    /// The package that owns `path`.
    pub(crate) fn owner(&self, path: &str) -> Option<&Member> {
        let owns = |member: &&Member| path.starts_with(&format!("{}/", member.dir));
        self.members.iter().filter(owns).max_by_key(|member| member.dir.len())
    }
}

impl Member {
    /// Whether the package may be published.
    pub(crate) fn published(&self) -> bool {
        self.field(&["package", "publish"]).and_then(toml::Value::as_bool) != Some(false)
    }

    /// A value of the manifest.
    pub(crate) fn field(&self, path: &[&str]) -> Option<&toml::Value> {
        at(&self.manifest, path)
    }

    /// A path inside the package's folder.
    pub(crate) fn path(&self, file: &str) -> String {
        format!("{}/{file}", self.dir)
    }

    /// The entries of a dependency table, those under `[target.*]` included.
    pub(crate) fn dependencies(&self, table: &str) -> Vec<(&str, &toml::Value)> {
        let own = self.manifest.get(table).and_then(toml::Value::as_table);
        let targets = self.manifest.get("target").and_then(toml::Value::as_table);
        let targeted = targets.into_iter().flatten().filter_map(|(_, t)| t.get(table)?.as_table());
        own.into_iter()
            .chain(targeted)
            .flatten()
            .map(|(name, entry)| (name.as_str(), entry))
            .collect()
    }
}

/// The root of the checkout: the parent of this package's folder.
pub(crate) fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.parent().context("xtask has no parent folder")?.to_owned())
}

fn at<'a>(table: &'a toml::Table, path: &[&str]) -> Option<&'a toml::Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_the_manifests_with_a_package() {
        let tree = Tree::of(&[
            ("Cargo.toml", "[workspace]"),
            ("crates/a/Cargo.toml", "[package]\nname = \"a\""),
            ("crates/a/fuzz/Cargo.toml", "[package]\nname = \"f\"\n[workspace]"),
            ("crates/a/src/lib.rs", ""),
        ]);
        let names: Vec<_> = tree.members().iter().map(|member| member.name.as_str()).collect();
        assert_eq!(names, ["a"]);
        assert_eq!(tree.owner("crates/a/src/lib.rs").unwrap().name, "a");
        assert!(tree.owner("README.md").is_none());
    }

    #[test]
    fn folders_exist_when_a_file_is_below_them() {
        let tree = Tree::of(&[("docs/decisions/0001.md", ""), ("docs.md", "")]);
        for present in ["docs", "docs/", "docs/decisions", "docs.md"] {
            assert!(tree.exists(present), "{present}");
        }
        assert!(!tree.exists("doc"));
        assert!(!tree.exists("docs/decision"));
    }
}
