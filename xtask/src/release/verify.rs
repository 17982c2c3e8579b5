//! Each published crate as a user gets it: built from its tarball, its packaged manifest read.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::order::order;
use crate::process::{captured, cargo, run as go};
use crate::tidy::LICENCE_FILES;
use crate::tree::Tree;

const EMULATOR: &str = "azvault-emulator";
const SAID: [&str; 4] = ["license", "description", "readme", "rust-version"];

/// The workspace's development profile: the tarballs have none, and with another one every
/// dependency that the test step built would be built again.
const PROFILE: [&str; 2] =
    ["profile.dev.debug=\"line-tables-only\"", "profile.dev.package.\"*\".debug=false"];

/// Packages and builds every published crate, then inspects what was packaged.
pub(super) fn run() -> Result<()> {
    let tree = Tree::load()?;
    let crates: Vec<&str> = order(&tree)?.iter().map(|member| member.name.as_str()).collect();
    let mut command = cargo(&["package"])?;
    for name in &crates {
        command.args(["--package", name]);
    }
    for setting in PROFILE {
        command.args(["--config", setting]);
    }
    if std::env::var_os("CI").is_none() {
        command.arg("--allow-dirty");
    }
    let metadata = captured(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"])?)?;
    let metadata = cargo_metadata::MetadataCommand::parse(metadata)?;
    if let Some(home) = cargo_home() {
        let ours =
            metadata.packages.iter().filter(|package| crates.contains(&package.name.as_str()));
        for package in ours {
            forget_unpacked(&home, &format!("{}-{}", package.name, package.version))?;
        }
    }
    forget_built(metadata.target_directory.join("debug").as_std_path(), &crates)?;
    go(&mut command)?;
    let packaged = metadata.target_directory.join("package");
    let mut problems = Vec::new();
    for name in crates {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == name);
        let version = &package.with_context(|| format!("no package {name}"))?.version;
        let folder = packaged.join(format!("{name}-{version}"));
        let tarball = std::fs::metadata(packaged.join(format!("{name}-{version}.crate")))?.len();
        println!("{name} {version}: {} KiB", tarball.div_ceil(1024));
        let folder = folder.as_std_path();
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml"))?;
        let found = [inspect(&manifest)?, missing_files(folder)].concat();
        problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
    }
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems in packaged crates", problems.len());
    }
    Ok(())
}

fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// Removes what cargo unpacked of our own crates from the registry that `cargo package` makes in the
/// target directory. Cargo knows that registry by its path alone, and would take an old crate again
/// in a clone that stands where another one stood.
fn forget_unpacked(cargo_home: &Path, crate_and_version: &str) -> Result<()> {
    let Ok(registries) = std::fs::read_dir(cargo_home.join("registry").join("src")) else {
        return Ok(());
    };
    for registry in registries {
        let registry = registry?;
        // One in a directory has no host, so that its folder's name begins with the hash.
        let unpacked = registry.path().join(crate_and_version);
        if registry.file_name().to_string_lossy().starts_with('-') && unpacked.is_dir() {
            std::fs::remove_dir_all(unpacked)?;
        }
    }
    Ok(())
}

/// Has cargo build our own crates again, which it takes for what it has built of the same version
/// from that registry before, whatever is in them now.
fn forget_built(profile: &Path, crates: &[&str]) -> Result<()> {
    let Ok(built) = std::fs::read_dir(profile.join(".fingerprint")) else {
        return Ok(());
    };
    for built in built {
        let built = built?;
        let name = built.file_name().to_string_lossy().into_owned();
        let ours = name.rsplit_once('-').is_some_and(|(name, _)| crates.contains(&name));
        if ours {
            std::fs::remove_dir_all(built.path())?;
        }
    }
    Ok(())
}

/// What is wrong with a packaged manifest; pure.
fn inspect(manifest: &str) -> Result<Vec<String>> {
    let manifest: toml::Table = manifest.parse()?;
    let mut problems = Vec::new();
    let package = manifest.get("package").context("no [package]")?;
    for field in SAID {
        if package.get(field).and_then(toml::Value::as_str).is_none_or(str::is_empty) {
            problems.push(format!("the packaged manifest has no `{field}`"));
        }
    }
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let targets = targets.into_iter().flatten().filter_map(|(_, target)| target.as_table());
    for table in std::iter::once(&manifest).chain(targets) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let entries = table.get(kind).and_then(toml::Value::as_table);
            for (name, entry) in entries.into_iter().flatten() {
                if entry.get("path").is_some() {
                    problems.push(format!("`{name}` in {kind} is a path"));
                }
                if name == EMULATOR {
                    problems.push(format!("`{name}` was not stripped from {kind}"));
                }
            }
        }
    }
    Ok(problems)
}

fn missing_files(folder: &Path) -> Vec<String> {
    let wanted = LICENCE_FILES.iter().chain(&["README.md", "Cargo.lock"]);
    let missing = wanted.filter(|file| !folder.join(file).is_file());
    missing.map(|file| format!("{file} is not in the tarball")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[package]\nname = \"a\"\nlicense = \"MIT\"\ndescription = \"d\"\n\
        readme = \"README.md\"\nrust-version = \"1.88\"\n[dependencies.serde]\nversion = \"1\"\n";

    #[test]
    fn a_complete_manifest_passes() {
        assert!(inspect(GOOD).unwrap().is_empty());
    }

    #[test]
    fn only_what_was_unpacked_of_a_registry_in_a_directory_is_forgotten() {
        let home = std::env::temp_dir().join(format!("azvault-verify-{}", std::process::id()));
        let src = home.join("registry").join("src");
        let folder = |registry: &str, name: &str| src.join(registry).join(name);
        for registry in ["-0a1b", "a-host-0a1b"] {
            for name in ["azvault-core-0.1.0", "serde-1.0.0"] {
                std::fs::create_dir_all(folder(registry, name)).unwrap();
            }
        }
        forget_unpacked(&home, "azvault-core-0.1.0").unwrap();
        assert!(!folder("-0a1b", "azvault-core-0.1.0").exists());
        assert!(folder("-0a1b", "serde-1.0.0").exists());
        assert!(folder("a-host-0a1b", "azvault-core-0.1.0").exists());
        std::fs::remove_dir_all(&home).unwrap();
        forget_unpacked(&home, "azvault-core-0.1.0").unwrap();
    }

    #[test]
    fn only_our_own_crates_are_built_again() {
        let profile = std::env::temp_dir().join(format!("azvault-built-{}", std::process::id()));
        let built = |name: &str| profile.join(".fingerprint").join(name);
        for name in ["azvault-core-0a1b", "azvault-core-extra-0a1b", "serde-0a1b"] {
            std::fs::create_dir_all(built(name)).unwrap();
        }
        forget_built(&profile, &["azvault-core", "azvault"]).unwrap();
        assert!(!built("azvault-core-0a1b").exists());
        assert!(built("azvault-core-extra-0a1b").exists() && built("serde-0a1b").exists());
        std::fs::remove_dir_all(&profile).unwrap();
        forget_built(&profile, &["azvault-core"]).unwrap();
    }

    #[test]
    fn a_missing_field_fails() {
        for field in SAID {
            let without: String =
                GOOD.lines().filter(|line| !line.starts_with(field)).collect::<Vec<_>>().join("\n");
            assert_eq!(
                inspect(&without).unwrap(),
                [format!("the packaged manifest has no `{field}`")]
            );
        }
    }

    #[test]
    fn paths_and_the_emulator_fail() {
        let path = format!("{GOOD}[target.'cfg(unix)'.dependencies.x]\npath = \"../x\"\n");
        assert_eq!(inspect(&path).unwrap(), ["`x` in dependencies is a path"]);
        let emulator = format!("{GOOD}[dev-dependencies.azvault-emulator]\nversion = \"0.1\"\n");
        assert_eq!(
            inspect(&emulator).unwrap(),
            ["`azvault-emulator` was not stripped from dev-dependencies"]
        );
    }
}
