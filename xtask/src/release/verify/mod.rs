//! Each published crate as a user gets it: built from its tarball, by each feature, and read.

mod cache;
mod docs;
mod features;
mod manifest;

use std::path::Path;

use anyhow::{Context, Result, bail};

pub(super) use self::cache::cargo_home;
use super::order::order;
use super::{sbom, tarball};
use crate::ci;
use crate::process::{captured, cargo, run as go};
use crate::tree::Tree;

/// Options of `cargo xtask release verify`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// What precedes a release: build with no feature, with each alone and with all too, build the
    /// documentation as docs.rs does, list what the emulator is made of, and check licences.
    #[arg(long)]
    full: bool,
}

/// The workspace's development profile: the tarballs have none, and with another one every
/// dependency that the test step built would be built again.
const PROFILE: [&str; 2] =
    ["profile.dev.debug=\"line-tables-only\"", "profile.dev.package.\"*\".debug=false"];

/// A crate that was packaged.
#[derive(Debug)]
struct Packaged {
    name: String,
    version: String,
    /// Its own manifest, as it was packaged.
    manifest: toml::Table,
}

/// Packages and builds every published crate, then inspects what was packaged.
pub(super) fn run(options: &Options) -> Result<()> {
    let tree = Tree::load()?;
    let names: Vec<&str> = order(&tree)?.iter().map(|member| member.name.as_str()).collect();
    let metadata = captured(&mut cargo(&["metadata", "--no-deps", "--format-version", "1"])?)?;
    let metadata = cargo_metadata::MetadataCommand::parse(metadata)?;
    let target = metadata.target_directory.as_std_path();
    let mut crates = Vec::new();
    for name in names {
        let package = metadata.packages.iter().find(|package| package.name.as_str() == name);
        let version = package.with_context(|| format!("no package {name}"))?.version.to_string();
        crates.push((name, version));
    }
    package(target, &crates)?;
    let scratch = target.join("verify");
    let mut packaged = Vec::new();
    let mut problems = Vec::new();
    tarball::clear(&scratch)?;
    for (name, version) in &crates {
        let tarball = target.join("package").join(format!("{name}-{version}.crate"));
        println!("{name} {version}: {} KiB", std::fs::metadata(&tarball)?.len().div_ceil(1024));
        let folder = tarball::unpack(&tarball, &scratch)?;
        let text = std::fs::read_to_string(folder.join("Cargo.toml"))?;
        let found = [manifest::inspect(&text)?, manifest::missing_files(&folder)].concat();
        problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
        let (name, version) = ((*name).to_owned(), version.clone());
        packaged.push(Packaged { name, version, manifest: text.parse()? });
    }
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems in packaged crates", problems.len());
    }
    if options.full {
        features::workspace(&scratch, &packaged)?;
        features::each(&scratch, target, &packaged)?;
        docs::each(&scratch, &packaged)?;
        let bill = sbom::emulator(None)?;
        println!("{}: {} parts", super::EMULATOR, bill.parts);
        ci::deny()?;
    }
    std::fs::remove_dir_all(&scratch)?;
    Ok(())
}

/// Has cargo pack every crate, and build it from its tarball with its default features, the others
/// being taken from their tarballs too.
fn package(target: &Path, crates: &[(&str, String)]) -> Result<()> {
    let mut command = cargo(&["package"])?;
    for (name, version) in crates {
        command.args(["--package", name]);
        if let Some(home) = cargo_home() {
            cache::forget_unpacked(&home, &format!("{name}-{version}"))?;
        }
    }
    for setting in PROFILE {
        command.args(["--config", setting]);
    }
    if std::env::var_os("CI").is_none() {
        command.arg("--allow-dirty");
    }
    let names: Vec<&str> = crates.iter().map(|(name, _)| *name).collect();
    cache::forget_built(&target.join("debug"), &names)?;
    go(&mut command)
}
