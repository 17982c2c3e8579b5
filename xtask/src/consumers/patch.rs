//! The next patch release of a crate, made of its tarball and of nothing else.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::semver::Version;

use super::place::Place;
use super::registry::{Entry, Registry};
use crate::process;

/// What cargo writes itself when it packs, and refuses to find there.
const CARGOS_OWN: [&str; 3] = ["Cargo.toml.orig", "Cargo.lock", ".cargo_vcs_info.json"];

/// Unpacks a crate that was published, raises its version, has cargo pack that, and publishes it beside the
/// other.
pub(super) fn release(place: &Place, registry: &Registry, of: &Entry) -> Result<Entry> {
    let mut tar = Command::new("tar");
    tar.arg("-xzf").arg(registry.root().join(of.tarball())).arg("-C").arg(place.folder());
    process::run(&mut tar)?;
    let folder = place.folder().join(format!("{}-{}", of.name, of.vers));
    for file in CARGOS_OWN {
        let file = folder.join(file);
        if file.exists() {
            fs::remove_file(file)?;
        }
    }
    let manifest = folder.join("Cargo.toml");
    fs::write(&manifest, raised(&fs::read_to_string(&manifest)?, &of.vers)?)?;
    place.cargo(&folder, &["package", "--quiet", "--no-verify", "--allow-dirty"])?;
    let next = next(&of.vers);
    let tarball = place.target().join("package").join(format!("{}-{next}.crate", of.name));
    let line = process::captured(Command::new("sha256sum").arg(&tarball))?;
    let checksum = line.split(' ').next().context("no checksum")?;
    registry.publish_patch(of, &next, &tarball, checksum)
}

/// The version that follows.
pub(super) fn next(version: &Version) -> Version {
    Version::new(version.major, version.minor, version.patch + 1)
}

/// A packaged manifest, with the version that follows.
fn raised(manifest: &str, from: &Version) -> Result<String> {
    let line = format!("\nversion = \"{from}\"\n");
    let (before, after) = manifest
        .split_once(&line)
        .with_context(|| format!("the packaged manifest does not say that it is {from}"))?;
    Ok(format!("{before}\nversion = \"{}\"\n{after}", next(from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_package_is_raised_and_no_requirement() {
        let manifest = "[package]\nname = \"a\"\nversion = \"0.1.9\"\n\n[dependencies.b]\n\
            version = \"0.1.9\"\n";
        let version = Version::new(0, 1, 9);
        let raised = raised(manifest, &version).unwrap();
        assert_eq!(
            raised,
            "[package]\nname = \"a\"\nversion = \"0.1.10\"\n\n[dependencies.b]\nversion = \"0.1.9\"\n"
        );
    }

    #[test]
    fn another_manifest_is_refused() {
        assert!(raised("[package]\nversion = \"0.2.0\"\n", &Version::new(0, 1, 0)).is_err());
    }
}
