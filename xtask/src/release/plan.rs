//! What a release made now would contain.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::bump::{Level, Version, compatible};
use super::changelog;
use super::fragments::{self, Fragment};
use super::order::{order, used};
use super::semver::{self, Api};
use super::since::{self, Since};
use crate::tree::{Member, Tree};

/// Options of `cargo xtask release plan`.
#[derive(Debug, clap::Args)]
#[group(skip)] // another command's options have these among them
pub(crate) struct Options {
    /// Go by the change fragments alone, without comparing public APIs.
    #[arg(long)]
    pub(super) without_semver: bool,
}

/// What would be released.
#[derive(Debug)]
pub(super) struct Plan {
    /// The last release's tag; `None` before the first.
    pub(super) tag: Option<String>,
    /// Every published crate, in the order of publishing.
    pub(super) crates: Vec<Planned>,
    /// What one of ours asks of another has to become this.
    pub(super) requirements: BTreeMap<String, Version>,
    /// The changes that are in no changelog yet.
    pub(super) fragments: Vec<Fragment>,
}

/// A crate of the plan.
#[derive(Debug)]
pub(super) struct Planned {
    /// Its name.
    pub(super) name: String,
    /// Its folder, from the root.
    pub(super) dir: String,
    /// The version its manifest has now.
    pub(super) present: Version,
    /// The version it was released with; `None` if it never was.
    pub(super) last: Option<Version>,
    /// The version it needs.
    pub(super) next: Version,
    /// Ours that it is built with, and whose new version is not compatible.
    pub(super) broken_by: Vec<String>,
    level: Level,
    reasons: Vec<String>,
    changed: bool,
    silent: bool,
    /// What its public API asks for beyond what users are told.
    untold: Option<Level>,
    /// What cargo-semver-checks found in it.
    found: Vec<String>,
}

impl Planned {
    /// Whether the release contains it.
    pub(super) fn released(&self) -> bool {
        self.last.as_ref() != Some(&self.next)
    }

    /// What its users would not be told, and the fragment that tells them.
    fn refusal(&self) -> Option<String> {
        let (what, kinds) = match self.untold? {
            Level::Break => {
                ("is not compatible", "`kind: removed` (or `changed`, if it is there still)")
            }
            _ => ("has something new", "`kind: added`"),
        };
        let name = &self.name;
        Some(format!(
            "the public API of {name} {what}, and no fragment in .changes/ says so:\n  {}\n\
             undo it, or add a fragment with `crates: [{name}]`, {kinds} and what users have to do",
            self.found.join("\n  ")
        ))
    }

    /// The version that was prepared since the last release and is not tagged yet.
    pub(super) fn pending(&self) -> Option<&Version> {
        (self.last.as_ref() != Some(&self.present)).then_some(&self.present)
    }
}

/// Prints the plan; fails when a crate changed, or breaks, and nothing tells a user how.
pub(super) fn run(options: &Options) -> Result<()> {
    let plan = present(&Tree::load()?, options)?;
    print!("{}", plan.text());
    plan.refuse_silence()
}

/// The plan for the checkout as it is.
pub(super) fn present(tree: &Tree, options: &Options) -> Result<Plan> {
    let since = since::last_tag(tree)?;
    let api = match &since.tag {
        Some(tag) if !options.without_semver => {
            let released = |member: &&&Member| since.versions.contains_key(&member.name);
            let changed = |member: &&&Member| has_changed(member, &since);
            let members = order(tree)?;
            let compared = members.iter().filter(released).filter(changed);
            semver::compare(tag, &compared.map(|member| member.name.as_str()).collect::<Vec<_>>())?
        }
        _ => BTreeMap::new(),
    };
    plan(tree, &since, &api)
}

/// Decides the plan, `api` being what the public API of each crate asks for; pure.
pub(super) fn plan(tree: &Tree, since: &Since, api: &BTreeMap<String, Api>) -> Result<Plan> {
    let fragments = match fragments::all(tree) {
        Ok(fragments) => fragments,
        Err(problems) => bail!("{}", problems.join("; ")),
    };
    let members = order(tree)?;
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let mut crates: Vec<Planned> = Vec::new();
    for member in &members {
        let uses = used(member, &names);
        let broken_by = crates.iter().filter(|it| uses.contains(&it.name.as_str()) && breaks(it));
        let broken_by = broken_by.map(|it| it.name.clone()).collect();
        crates.push(planned(tree, member, since, api, &fragments, broken_by)?);
    }
    let mut requirements = BTreeMap::new();
    for used_one in crates.iter().filter(|it| it.released()) {
        let asked = requirement(tree, &used_one.name)?;
        let user_is_released = members.iter().zip(&crates).any(|(member, user)| {
            user.released() && !used(member, &[used_one.name.as_str()]).is_empty()
        });
        // Who is released with it was tested with it alone; who is not still takes the older one.
        if asked.is_some_and(|asked| {
            asked != used_one.next && (user_is_released || !compatible(&asked, &used_one.next))
        }) {
            requirements.insert(used_one.name.clone(), used_one.next.clone());
        }
    }
    Ok(Plan { tag: since.tag.clone(), crates, requirements, fragments })
}

fn planned(
    tree: &Tree,
    member: &Member,
    since: &Since,
    api: &BTreeMap<String, Api>,
    fragments: &[Fragment],
    broken_by: Vec<String>,
) -> Result<Planned> {
    let name = &member.name;
    let manifest = tree.text(&member.path("Cargo.toml")).context("no manifest")?;
    let present = since::version(manifest).with_context(|| name.clone())?;
    let last = since.versions.get(name).cloned();
    let told: Vec<&Fragment> = fragments.iter().filter(|it| it.crates.contains(name)).collect();
    let mut level = Level::None;
    let mut reasons = Vec::new();
    for change in &told {
        level = level.max(Level::of(change.kind));
        reasons.push(format!("{}: {}", change.kind.word(), change.path));
    }
    for used in &broken_by {
        // Its types are in ours: a program has to use both of one age.
        level = Level::Break;
        reasons.push(format!("uses {used}, whose new version is not compatible"));
    }
    let version = |level: Level| match &last {
        Some(last) => level.after(last).max(present.clone()),
        None => present.clone(),
    };
    let mut untold = None;
    let asked = api.get(name).filter(|api| api.level > Level::None);
    if let Some(api) = asked {
        untold = (version(api.level) > version(level)).then_some(api.level);
        level = level.max(api.level);
        reasons.push(format!("its public API by cargo-semver-checks: {}", api.level.word()));
        reasons.extend(api.found.iter().map(|found| format!("  {found}")));
    }
    let next = version(level);
    let found = asked.map(|api| api.found.clone()).unwrap_or_default();
    let log = tree.text(&member.path("CHANGELOG.md")).unwrap_or_default();
    let prepared = last.as_ref() != Some(&present) && changelog::tells(log, &present);
    if prepared {
        reasons.push(format!("{present} is prepared and not tagged"));
    }
    let changed = has_changed(member, since);
    let silent = changed && told.is_empty() && !prepared;
    let dir = member.dir.clone();
    Ok(Planned {
        name: name.clone(),
        dir,
        present,
        last,
        next,
        broken_by,
        level,
        reasons,
        changed,
        silent,
        untold,
        found,
    })
}

/// Whether users of the last version do not get the next one by updating.
fn breaks(planned: &Planned) -> bool {
    planned.last.as_ref().is_some_and(|last| !compatible(last, &planned.next))
}

/// Whether what a user compiles differs, or asks for otherwise: tests and READMEs need no release.
fn has_changed(member: &Member, since: &Since) -> bool {
    if since.tag.is_none() {
        return true;
    }
    let asks_otherwise = ["dependencies", "build-dependencies"].iter().any(|table| {
        let of_root = |entry: &toml::Value| {
            entry.get("workspace").and_then(toml::Value::as_bool) == Some(true)
        };
        let entries = member.dependencies(table);
        entries.iter().any(|(name, entry)| since.foreign.contains(*name) && of_root(entry))
    });
    let counts = [member.path("src/"), member.path("Cargo.toml"), member.path("build.rs")];
    asks_otherwise
        || since.paths.iter().any(|path| {
            counts.iter().any(|place| path.starts_with(place)) && !path.ends_with("/tests.rs")
        })
}

/// What the workspace asks of one of its crates.
fn requirement(tree: &Tree, name: &str) -> Result<Option<Version>> {
    let manifest: toml::Table = tree.text("Cargo.toml").context("no Cargo.toml")?.parse()?;
    let table = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let version = table.and_then(|table| table.get(name)?.get("version")?.as_str());
    version.map(|version| version.parse().with_context(|| format!("{name}: {version}"))).transpose()
}

impl Plan {
    /// Fails when a crate changed and nothing tells a user how, or less than what its public API shows.
    pub(super) fn refuse_silence(&self) -> Result<()> {
        let silent: Vec<&str> =
            self.crates.iter().filter(|it| it.silent).map(|it| it.name.as_str()).collect();
        let mut refusals: Vec<String> = self.crates.iter().filter_map(Planned::refusal).collect();
        if !silent.is_empty() {
            refusals
                .push(format!("changed without a fragment in .changes/: {}", silent.join(", ")));
        }
        if !refusals.is_empty() {
            bail!("{}", refusals.join("\n"));
        }
        Ok(())
    }

    /// The plan as a person reads it.
    pub(super) fn text(&self) -> String {
        let mut text = match &self.tag {
            Some(tag) => format!("since {tag}\n"),
            None => format!("the first release: no tag {}*\n", since::TAG),
        };
        for (it, number) in self.crates.iter().zip(1..) {
            let Planned { name, next, .. } = it;
            let what = match &it.last {
                None => format!("{next}, its first"),
                Some(last) if it.released() => format!("{last} -> {next}, {}", it.level.word()),
                Some(last) if it.changed => format!("{last}, changed and told nowhere"),
                Some(last) => format!("{last}, unchanged"),
            };
            text.push_str(&format!("{number}. {name} {what}\n"));
            for reason in &it.reasons {
                text.push_str(&format!("     {reason}\n"));
            }
        }
        for (name, version) in &self.requirements {
            text.push_str(&format!("asked of {name} from now on: {version}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests;
