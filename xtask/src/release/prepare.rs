//! Writes what a release needs into the checkout: versions, requirements, changelogs, READMEs.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use toml_edit::{DocumentMut, value};

use super::bump::Version;
use super::changelog::{self, Section};
use super::fragments::Kind;
use super::plan::{self, Plan, Planned};
use super::{badges, since};
use crate::process::{self, cargo, run as go};
use crate::tree::{self, Tree};

/// Options of `cargo xtask release prepare`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The day of the release, as 2026-01-31 [default: today's, by UTC].
    #[arg(long)]
    date: Option<String>,
    #[command(flatten)]
    plan: plan::Options,
}

/// What to write and what to remove, by path.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Edits {
    write: BTreeMap<String, String>,
    remove: Vec<String>,
}

/// Prepares the checkout; refuses one with changes in it.
pub(super) fn run(options: &Options) -> Result<()> {
    let date = match &options.date {
        Some(date) if is_day(date) => date.clone(),
        Some(date) => bail!("want a date as 2026-01-31, not {date}"),
        None => today()?,
    };
    refuse_changes()?;
    let tree = Tree::load()?;
    let plan = plan::present(&tree, &options.plan)?;
    plan.refuse_silence()?;
    print!("{}", plan.text());
    let edits = edits(&tree, &plan, &date)?;
    if edits == Edits::default() {
        println!("nothing to write: it is prepared");
        return Ok(());
    }
    let root = tree::root()?;
    for (path, text) in &edits.write {
        std::fs::write(root.join(path), text).with_context(|| path.clone())?;
        println!("wrote {path}");
    }
    for path in &edits.remove {
        std::fs::remove_file(root.join(path)).with_context(|| path.clone())?;
    }
    println!("{} fragments are told in the changelogs now", edits.remove.len());
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        if root.join(manifest).exists() {
            go(&mut cargo(&["update", "--workspace", "--manifest-path", manifest])?)?;
        }
    }
    println!(
        "read what came of it; then, as RELEASING.md says:\n  \
         git add --all && git commit --message \"chore: release {date}\"\n  \
         git tag --sign {}{date} --message \"azvault {date}\"",
        since::TAG
    );
    Ok(())
}

/// Fails when something in the checkout is not committed.
pub(super) fn refuse_changes() -> Result<()> {
    let changes = process::output("git", &["status", "--porcelain"])?;
    if !changes.is_empty() {
        bail!("commit or remove these first:\n{changes}");
    }
    Ok(())
}

/// The day it is, by UTC.
fn today() -> Result<String> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let now = i64::try_from(since.as_secs())?;
    let now = time::OffsetDateTime::from_unix_timestamp(now)?;
    Ok(now.date().to_string())
}

fn is_day(text: &str) -> bool {
    text.split('-').map(str::len).eq([4, 2, 2])
        && text.chars().all(|c| c == '-' || c.is_ascii_digit())
}

/// Everything a release changes; nothing for a checkout that has it all. Pure.
pub(super) fn edits(tree: &Tree, plan: &Plan, date: &str) -> Result<Edits> {
    let mut edits = Edits::default();
    let rust = oldest_rust(tree)?;
    for planned in &plan.crates {
        let path = |file: &str| format!("{}/{file}", planned.dir);
        let manifest = tree.text(&path("Cargo.toml")).context("no manifest")?;
        edits.put(tree, path("Cargo.toml"), versioned(manifest, &planned.next)?);
        let readme = tree.text(&path("README.md")).context("no README")?;
        edits.put(tree, path("README.md"), badges::in_step(readme, &planned.next, &rust));
        let section = section(plan, planned);
        let log = tree.text(&path("CHANGELOG.md"));
        let log = log.map_or_else(|| changelog::empty(&planned.name), str::to_owned);
        if planned.released() && section != Section::default() {
            let log = changelog::with(&log, planned.pending(), &planned.next, date, section);
            edits.put(tree, path("CHANGELOG.md"), log);
        }
    }
    let root = tree.text("Cargo.toml").context("no Cargo.toml")?;
    edits.put(tree, "Cargo.toml".to_owned(), requiring(root, &plan.requirements)?);
    let readme = tree.text("README.md").context("no README.md")?;
    edits.put(tree, "README.md".to_owned(), badges::root_in_step(readme, &rust)?);
    edits.remove = plan.fragments.iter().map(|fragment| fragment.path.clone()).collect();
    Ok(edits)
}

impl Edits {
    fn put(&mut self, tree: &Tree, path: String, text: String) {
        if tree.text(&path) != Some(text.as_str()) {
            self.write.insert(path, text);
        }
    }

    /// The files that are not as they have to be.
    pub(super) fn written(&self) -> impl Iterator<Item = &str> {
        self.write.keys().map(String::as_str)
    }
}

/// The READMEs that tell another version or another oldest Rust than the manifests; pure.
pub(super) fn out_of_step(tree: &Tree, plan: &Plan) -> Result<Vec<String>> {
    let rust = oldest_rust(tree)?;
    let mut edits = Edits::default();
    for planned in &plan.crates {
        let path = format!("{}/README.md", planned.dir);
        let readme = tree.text(&path).with_context(|| format!("no {path}"))?;
        edits.put(tree, path, badges::in_step(readme, &planned.present, &rust));
    }
    let readme = tree.text("README.md").context("no README.md")?;
    edits.put(tree, "README.md".to_owned(), badges::root_in_step(readme, &rust)?);
    Ok(edits.written().map(str::to_owned).collect())
}

/// What the release tells the users of a crate.
fn section(plan: &Plan, planned: &Planned) -> Section {
    let mut section = Section::default();
    for fragment in plan.fragments.iter().filter(|it| it.crates.contains(&planned.name)) {
        section.add(fragment.kind, &fragment.text);
    }
    for used in &planned.broken_by {
        let version = plan.crates.iter().find(|it| it.name == *used).map(|it| &it.next);
        let version = version.map(Version::to_string).unwrap_or_default();
        let text =
            format!("It uses `{used}` {version}, which is not compatible with the one before.");
        section.add(Kind::Changed, &text);
    }
    section
}

/// A crate's manifest with its version; comments and order stay.
fn versioned(manifest: &str, version: &Version) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    let package = manifest.get_mut("package").context("no [package]")?;
    let slot = package.get_mut("version").context("no version")?;
    set(slot, version);
    Ok(manifest.to_string())
}

/// The root's manifest with what is asked of our crates.
fn requiring(manifest: &str, requirements: &BTreeMap<String, Version>) -> Result<String> {
    let mut manifest: DocumentMut = manifest.parse()?;
    for (name, version) in requirements {
        let entry = manifest.get_mut("workspace").and_then(|workspace| {
            workspace.get_mut("dependencies")?.get_mut(name)?.get_mut("version")
        });
        set(
            entry.with_context(|| format!("no version of {name} in the root's manifest"))?,
            version,
        );
    }
    Ok(manifest.to_string())
}

fn set(slot: &mut toml_edit::Item, version: &Version) {
    let decor = slot.as_value().map(|value| value.decor().clone());
    *slot = value(version.to_string());
    if let (Some(value), Some(decor)) = (slot.as_value_mut(), decor) {
        *value.decor_mut() = decor;
    }
}

fn oldest_rust(tree: &Tree) -> Result<String> {
    let manifest: toml::Table = tree.text("Cargo.toml").context("no Cargo.toml")?.parse()?;
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let version = package.and_then(|package| package.get("rust-version")?.as_str());
    Ok(version.context("the workspace has no rust-version")?.to_owned())
}

#[cfg(test)]
mod tests;
