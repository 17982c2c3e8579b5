//! A registry in a folder: tarballs and an index, as cargo reads a source that is a `local-registry`.
//!
//! <https://doc.rust-lang.org/cargo/reference/registry-index.html>

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::semver::Version;
use cargo_metadata::{Metadata, Package};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::lock::Lock;

/// The folder.
#[derive(Debug)]
pub(super) struct Registry {
    root: PathBuf,
}

/// A line of the index, as far as it is read here.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) vers: Version,
    pub(super) cksum: String,
    features: Map<String, Value>,
    features2: Option<Map<String, Value>>,
}

impl Entry {
    /// The name of its tarball.
    pub(super) fn tarball(&self) -> String {
        format!("{}-{}.crate", self.name, self.vers)
    }

    /// Every feature but the default one.
    pub(super) fn features(&self) -> Vec<&str> {
        let names = self.features.keys().chain(self.features2.iter().flat_map(Map::keys));
        names.map(String::as_str).filter(|name| *name != "default").collect()
    }
}

impl Registry {
    /// An empty one.
    pub(super) fn new(root: PathBuf) -> Result<Self> {
        if root.exists() {
            fs::remove_dir_all(&root)?;
        }
        fs::create_dir_all(root.join("index"))?;
        Ok(Self { root })
    }

    /// Its folder.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Adds what others wrote, at the versions that the workspace is locked to: from cargo's cache,
    /// with an index made of their manifests.
    pub(super) fn add_third_party(&self, metadata: &Metadata, lock: &Lock) -> Result<usize> {
        let mut count = 0;
        for package in metadata.packages.iter().filter(|package| package.source.is_some()) {
            let version = package.version.to_string();
            let checksum = lock.find(&package.name, Some(&version));
            let checksum = checksum.and_then(|locked| locked.checksum.as_deref());
            let checksum = checksum.with_context(|| format!("{} is not locked", package.id))?;
            let tarball = cached(package.manifest_path.as_std_path())?;
            self.add(&package.name, &line(package, checksum).to_string(), &tarball)?;
            count += 1;
        }
        Ok(count)
    }

    /// Publishes what cargo packed, with the index that it made for that.
    pub(super) fn publish(&self, packed: &Path) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut folders = vec![packed.join("index")];
        while let Some(folder) = folders.pop() {
            let files = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
            for file in files {
                let path = file?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                for line in fs::read_to_string(&path)?.lines() {
                    let entry: Entry = serde_json::from_str(line)?;
                    self.add(&entry.name, line, &packed.join(entry.tarball()))?;
                    entries.push(entry);
                }
            }
        }
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// Publishes the patch of a crate that needs what the crate needs.
    pub(super) fn publish_patch(
        &self,
        of: &Entry,
        version: &Version,
        tarball: &Path,
        checksum: &str,
    ) -> Result<Entry> {
        let index = fs::read_to_string(self.root.join("index").join(place_in_index(&of.name)))?;
        let line = index.lines().last().context("an empty index file")?;
        let line = patched(line, version, checksum)?;
        self.add(&of.name, &line, tarball)?;
        Ok(serde_json::from_str(&line)?)
    }

    /// A tarball under its name, and its line at the end of its index file. No version is replaced,
    /// as in any registry.
    fn add(&self, name: &str, line: &str, tarball: &Path) -> Result<()> {
        let file = tarball.file_name().context("a tarball without a name")?;
        let place = self.root.join(file);
        if place.exists() {
            bail!("{} is published already", place.display());
        }
        let linked =
            fs::hard_link(tarball, &place).or_else(|_| fs::copy(tarball, &place).map(drop));
        linked.with_context(|| format!("taking {}", tarball.display()))?;
        let index = self.root.join("index").join(place_in_index(name));
        fs::create_dir_all(index.parent().context("no folder")?)?;
        let mut index = fs::File::options().append(true).create(true).open(index)?;
        Ok(writeln!(index, "{line}")?)
    }
}

/// A line with another version and checksum.
fn patched(line: &str, version: &Version, checksum: &str) -> Result<String> {
    let mut line: Map<String, Value> = serde_json::from_str(line)?;
    line.insert("vers".to_owned(), json!(version.to_string()));
    line.insert("cksum".to_owned(), json!(checksum));
    Ok(Value::Object(line).to_string())
}

/// Where cargo keeps the tarball of what it unpacked: beside `src`, in `cache`.
fn cached(manifest: &Path) -> Result<PathBuf> {
    let parts = || {
        let package = manifest.parent()?;
        let source = package.parent()?;
        let tarball = format!("{}.crate", package.file_name()?.to_str()?);
        Some(source.parent()?.parent()?.join("cache").join(source.file_name()?).join(tarball))
    };
    parts().with_context(|| format!("{} is in no registry's folder", manifest.display()))
}

fn place_in_index(name: &str) -> PathBuf {
    let name = name.to_ascii_lowercase();
    let part = |range: std::ops::Range<usize>| name.get(range).unwrap_or_default().to_owned();
    let folders = match name.len() {
        0..=2 => vec![name.len().to_string()],
        3 => vec!["3".to_owned(), part(0..1)],
        _ => vec![part(0..2), part(2..4)],
    };
    folders.into_iter().chain([name]).collect()
}

/// The line that a registry has of a package. Dependencies of its development are in it, too: features
/// may name them.
fn line(package: &Package, checksum: &str) -> Value {
    let dependencies = package.dependencies.iter().map(|it| {
        json!({
            "name": it.rename.as_ref().unwrap_or(&it.name),
            "package": it.rename.as_ref().map(|_| &it.name),
            "req": it.req.to_string(),
            "features": it.features,
            "optional": it.optional,
            "default_features": it.uses_default_features,
            "target": it.target.as_ref().map(ToString::to_string),
            "kind": it.kind,
        })
    });
    let dependencies: Vec<Value> = dependencies.collect();
    json!({
        "name": package.name.as_str(),
        "vers": package.version.to_string(),
        "deps": dependencies,
        "cksum": checksum,
        "features": {},
        "features2": package.features,
        "yanked": false,
        "links": package.links,
        "rust_version": package.rust_version.as_ref().map(ToString::to_string),
        "v": 2,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_sorted_by_the_length_and_beginning_of_names() {
        let places = ["a", "bc", "Def", "azvault"].map(place_in_index);
        let expected = ["1/a", "2/bc", "3/d/def", "az/va/azvault"].map(PathBuf::from);
        assert_eq!(places, expected);
    }

    #[test]
    fn a_tarball_is_beside_what_was_unpacked_of_it() {
        let found = cached(Path::new("/home/registry/src/host-1/serde-1.0.0/Cargo.toml")).unwrap();
        assert_eq!(found, Path::new("/home/registry/cache/host-1/serde-1.0.0.crate"));
        assert!(cached(Path::new("Cargo.toml")).is_err());
    }

    #[test]
    fn a_line_has_what_resolving_needs() {
        let dependency = |name: &str, kind: Value, rename: Value| {
            json!({
                "name": name, "source": "registry", "req": "^1.2", "kind": kind, "rename": rename,
                "optional": true, "uses_default_features": false, "features": ["std"],
                "target": "cfg(unix)", "registry": null,
            })
        };
        let package = json!({
            "name": "x", "version": "1.0.0", "id": "x", "source": null, "targets": [],
            "dependencies": [
                dependency("libc", Value::Null, Value::Null),
                dependency("cc", json!("build"), json!("compiler")),
                dependency("quickcheck", json!("dev"), Value::Null),
            ],
            "features": { "unix": ["dep:libc"] }, "manifest_path": "/x/Cargo.toml", "links": "z",
        });
        let line = line(&serde_json::from_value(package).unwrap(), "0a1b");
        assert_eq!(line["cksum"], "0a1b");
        assert_eq!(line["links"], "z");
        assert_eq!(line["features2"], json!({ "unix": ["dep:libc"] }));
        let dependencies = line["deps"].as_array().unwrap();
        let kinds: Vec<&Value> = dependencies.iter().map(|it| &it["kind"]).collect();
        assert_eq!(kinds, ["normal", "build", "dev"]);
        assert_eq!(dependencies[0]["target"], "cfg(unix)");
        assert_eq!(dependencies[0]["req"], "^1.2");
        assert_eq!(dependencies[0]["optional"], true);
        assert_eq!(dependencies[0]["default_features"], false);
        assert_eq!(
            (&dependencies[1]["name"], &dependencies[1]["package"]),
            (&json!("compiler"), &json!("cc"))
        );
    }

    #[test]
    fn no_version_is_published_twice_and_the_next_one_goes_beside_it() {
        let place = std::env::temp_dir().join(format!("azvault-registry-{}", std::process::id()));
        let packed = |version: &str| {
            let packed = place.join(version);
            fs::create_dir_all(packed.join("index/az/va")).unwrap();
            let line = json!({ "name": "azvault", "vers": version, "cksum": "0", "features": {} });
            fs::write(packed.join("index/az/va/azvault"), format!("{line}\n")).unwrap();
            fs::write(packed.join(format!("azvault-{version}.crate")), "tarball").unwrap();
            packed
        };
        let registry = Registry::new(place.join("registry")).unwrap();
        assert_eq!(registry.publish(&packed("0.1.0")).unwrap()[0].vers, Version::new(0, 1, 0));
        let twice = registry.publish(&packed("0.1.0")).unwrap_err().to_string();
        assert!(twice.ends_with("is published already"), "{twice}");
        let tarball = packed("0.1.1").join("azvault-0.1.1.crate");
        let first: Entry = serde_json::from_value(
            json!({ "name": "azvault", "vers": "0.1.0", "cksum": "0", "features": {} }),
        )
        .unwrap();
        let next = Version::new(0, 1, 1);
        let patch = registry.publish_patch(&first, &next, &tarball, "1").unwrap();
        assert_eq!((patch.vers, patch.cksum.as_str()), (next, "1"));
        let index = fs::read_to_string(registry.root().join("index/az/va/azvault")).unwrap();
        assert_eq!(index.lines().count(), 2);
        assert!(registry.root().join("azvault-0.1.1.crate").is_file());
        fs::remove_dir_all(&place).unwrap();
    }
}
