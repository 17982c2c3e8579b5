//! `cargo xtask consumers`: programs that depend on our crates as published, built and run offline.
//!
//! The tarballs become a registry, beside what others wrote, and cargo is told of no other. Each program
//! resolves its own lock file from it. Then azvault-core has a patch release, and all must take it
//! without another crate being published again.

mod consumer;
mod lock;
mod patch;
mod place;
mod registry;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::semver::Version;

use self::consumer::{CONSUMERS, Consumer, judge_user_agents};
use self::lock::Lock;
use self::place::Place;
use self::registry::{Entry, Registry};
use crate::process::{captured, cargo, run as go};
use crate::tree::{self, Tree};

/// The crate that has a patch release.
const CORE: &str = "azvault-core";

/// Options of `cargo xtask consumers`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Take the tarballs that `cargo xtask release verify` has made, as they are, and make none.
    #[arg(long)]
    packaged: bool,
    /// Only resolve the lock files, before and after the patch; build and run nothing.
    #[arg(long)]
    locks: bool,
}

/// Runs the command.
pub(crate) fn run(options: &Options) -> Result<()> {
    let metadata = ["metadata", "--locked", "--all-features", "--format-version", "1"];
    let metadata = captured(&mut cargo(&metadata)?)?;
    let metadata = cargo_metadata::MetadataCommand::parse(metadata)?;
    let target = metadata.target_directory.as_std_path();
    let packaged = target.join("package").join("tmp-registry");
    if !options.packaged {
        package()?;
    }
    if !packaged.join("index").is_dir() {
        bail!("no tarballs in {}: `cargo xtask release verify` makes them", packaged.display());
    }

    let kept = target.join("consumers");
    let registry = Registry::new(kept.join("registry"))?;
    let count = registry.add_third_party(&metadata, &Lock::of(&tree::root()?)?)?;
    let mut published = registry.publish(&packaged)?;
    println!("a registry of {} crates of ours and {count} of others", published.len());
    let place = Place::new(&kept, &registry)?;

    let core = published.iter().find(|entry| entry.name == CORE).context("no core")?;
    let patched = patch::next(&core.vers);
    let mut locked = Vec::new();
    // Locks first: they tell most in no time.
    for consumer in &CONSUMERS {
        let folder = write(&place, consumer, &published)?;
        place.cargo(&folder, &["generate-lockfile", "--quiet"])?;
        let lock = Lock::of(&folder)?;
        consumer.judge(&lock, &published).with_context(|| consumer.name())?;
        locked.push((consumer, folder, lock));
    }
    if !options.locks {
        for (consumer, folder, _) in &locked {
            build_and_run(&place, consumer, folder, &core.vers)?;
        }
    }

    let patch = patch::release(&place, &registry, core)?;
    let expected = [format!("{CORE} {} -> {patched}", core.vers)];
    published.push(patch);
    for (consumer, folder, before) in &locked {
        place.cargo(folder, &["update", "--quiet"])?;
        let after = Lock::of(folder)?;
        let changes = before.changes(&after);
        if changes != expected {
            bail!("{}: `cargo update` made of {expected:?}: {changes:?}", consumer.name());
        }
        consumer.judge(&after, &published).with_context(|| consumer.name())?;
        println!("{}: {}", consumer.name(), changes.join(", "));
    }
    if !options.locks {
        for (consumer, folder, _) in &locked {
            build_and_run(&place, consumer, folder, &patched)?;
        }
    }
    Ok(())
}

/// The CI step, which `release-verify` precedes: the lock files alone, which take seconds.
pub(crate) fn ci() -> Result<()> {
    run(&Options { packaged: true, locks: true })
}

/// Has cargo pack every crate.
fn package() -> Result<()> {
    let tree = Tree::load()?;
    let mut command = cargo(&["package", "--quiet", "--no-verify", "--allow-dirty"])?;
    for member in tree.members().iter().filter(|member| member.published()) {
        command.args(["--package", &member.name]);
    }
    go(&mut command)
}

/// Makes a package of a program.
fn write(place: &Place, consumer: &Consumer, published: &[Entry]) -> Result<PathBuf> {
    let folder = place.folder().join(consumer.name());
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), consumer.manifest(published)?)?;
    fs::write(folder.join("src").join("main.rs"), consumer.program)?;
    Ok(folder)
}

/// Builds a program by its lock, runs it, and sees that its requests came from that core.
fn build_and_run(place: &Place, consumer: &Consumer, folder: &Path, core: &Version) -> Result<()> {
    place.cargo(folder, &["build", "--quiet", "--locked"])?;
    let name = consumer.name();
    let printed = place.program(&name, folder)?;
    let requests = judge_user_agents(&printed, &core.to_string()).with_context(|| name.clone())?;
    println!("{name} runs on {CORE} {core}: {requests} requests");
    Ok(())
}
