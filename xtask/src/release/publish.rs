//! Publishes what a registry does not have yet, in the order of who uses whom.
//!
//! The decisions are pure over [`Registry`]; cargo is asked and told in `registry.rs`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};

use super::bump::Version;
use super::fragments;
use super::order::{order, used};
use super::prepare::refuse_changes;
use super::registry::{Cargo, Registry};
use super::since;
use crate::process;
use crate::tree::Tree;

/// Options of `cargo xtask release publish`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Say what would be published and let cargo pack it, but upload nothing. This is the default.
    #[arg(long, conflicts_with = "execute")]
    dry_run: bool,
    /// Publish. What is out stays out.
    #[arg(long)]
    execute: bool,
    /// A registry of cargo's configuration, by name [default: the default registry].
    #[arg(long, value_name = "NAME")]
    registry: Option<String>,
}

/// A crate at a version.
#[derive(Clone, Debug)]
pub(super) struct Release {
    /// Its name.
    pub(super) name: String,
    /// The version to be on the registry.
    pub(super) version: Version,
    /// Ours that it cannot be built without.
    pub(super) uses: Vec<String>,
}

/// What became of a crate.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// The registry had that version already.
    Present,
    /// It is out now.
    Published,
    /// The registry took that version before, and others cannot use it: it was yanked, or is not in the index yet.
    Unusable,
    /// It is not, for this reason.
    Failed(String),
    /// It was not tried, since that one of ours cannot be used.
    Held(String),
}

/// Publishes, or says what would be.
pub(super) fn run(options: &Options) -> Result<()> {
    let tree = Tree::load()?;
    let releases = releases(&tree)?;
    let mut registry = Cargo::new(options.registry.clone());
    if !options.execute {
        let missing = missing(&releases, &mut registry)?;
        for release in &releases {
            let out = !missing.iter().any(|it| it.name == release.name);
            let what = if out { "is out already" } else { "would be published" };
            println!("{} {}: {what}", release.name, release.version);
        }
        if missing.is_empty() {
            return Ok(());
        }
        registry.rehearse(&missing)?;
        println!("nothing was uploaded; --execute publishes");
        return Ok(());
    }
    refuse_changes()?;
    if !is_ones_own(options.registry.as_deref()) {
        refuse_untagged()?;
        refuse_unprepared(&tree)?;
    }
    let outcomes = publish(&releases, &mut registry)?;
    println!("{}", told(&releases, &outcomes));
    if outcomes.values().any(|it| matches!(it, Outcome::Failed(_) | Outcome::Held(_))) {
        bail!(
            "not everything is out; mend the cause and run this again: what is out is left alone"
        );
    }
    Ok(())
}

/// Whether it is another registry than everybody's, which has two names.
fn is_ones_own(registry: Option<&str>) -> bool {
    registry.is_some_and(|name| name != "crates-io")
}

/// A release is what its tag says; a rehearsal on a registry of one's own needs none.
fn refuse_untagged() -> Result<()> {
    let tags = process::output("git", &["tag", "--points-at", "HEAD"])?;
    if !tags.lines().any(|tag| tag.starts_with(since::TAG)) {
        bail!("this commit has no tag {}*: see RELEASING.md", since::TAG);
    }
    Ok(())
}

/// A change that waits for its version: it would be missing from what goes out, or go out untold.
fn refuse_unprepared(tree: &Tree) -> Result<()> {
    let waiting = fragments::all(tree).map_err(|problems| anyhow!("{}", problems.join("; ")))?;
    let waiting: Vec<&str> = waiting.iter().map(|it| it.path.as_str()).collect();
    if !waiting.is_empty() {
        bail!("this tag was not prepared, these are in no changelog: {}", waiting.join(", "));
    }
    Ok(())
}

/// Every published crate at its present version, in order.
fn releases(tree: &Tree) -> Result<Vec<Release>> {
    let members = order(tree)?;
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let release = |member: &&crate::tree::Member| {
        let manifest = tree.text(&member.path("Cargo.toml")).context("no manifest")?;
        let uses = used(member, &names).into_iter().map(str::to_owned).collect();
        Ok(Release { name: member.name.clone(), version: since::version(manifest)?, uses })
    };
    members.iter().map(release).collect()
}

/// What the registry does not have.
fn missing(releases: &[Release], registry: &mut impl Registry) -> Result<Vec<Release>> {
    let mut missing = Vec::new();
    for release in releases {
        if !registry.has(&release.name, &release.version)? {
            missing.push(release.clone());
        }
    }
    Ok(missing)
}

/// Publishes what is missing. Nothing is, when the registry cannot tell what it has.
fn publish(
    releases: &[Release],
    registry: &mut impl Registry,
) -> Result<BTreeMap<String, Outcome>> {
    let missing = missing(releases, registry)?;
    let mut outcomes = BTreeMap::new();
    for release in releases {
        let is_out = |name: &String| {
            matches!(outcomes.get(name), Some(Outcome::Present | Outcome::Published))
        };
        let outcome = if !missing.iter().any(|it| it.name == release.name) {
            Outcome::Present
        } else if let Some(used) = release.uses.iter().find(|name| !is_out(name)) {
            Outcome::Held(used.clone())
        } else {
            upload(release, registry)
        };
        outcomes.insert(release.name.clone(), outcome);
    }
    Ok(outcomes)
}

/// One upload. Who hears of a failure may still have succeeded, so the registry has the last word.
fn upload(release: &Release, registry: &mut impl Registry) -> Outcome {
    let published = registry.publish(release);
    if let Ok(true) = published {
        return Outcome::Published;
    }
    let usable = matches!(registry.has(&release.name, &release.version), Ok(true));
    match published {
        Ok(_) if usable => Outcome::Present,
        Ok(_) => Outcome::Unusable,
        Err(_) if usable => Outcome::Published,
        Err(error) => Outcome::Failed(format!("{error:#}")),
    }
}

fn told(releases: &[Release], outcomes: &BTreeMap<String, Outcome>) -> String {
    let line = |release: &Release| {
        let what = match outcomes.get(&release.name) {
            Some(Outcome::Present) => "was out already".to_owned(),
            Some(Outcome::Published) => "published".to_owned(),
            Some(Outcome::Unusable) => {
                "is on the registry, yanked or not in its index yet, and can be used by nobody"
                    .to_owned()
            }
            Some(Outcome::Failed(why)) => format!("FAILED: {why}"),
            Some(Outcome::Held(used)) => format!("not tried: {used} cannot be used"),
            None => "not tried".to_owned(),
        };
        format!("{} {}: {what}", release.name, release.version)
    };
    releases.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
