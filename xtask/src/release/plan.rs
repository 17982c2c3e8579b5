//! What a release made now would contain.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use super::bump::Version;
use super::fragments::{self, Fragment};
use super::order::order;
use crate::process;
use crate::tree::{Member, Tree};

/// Prints the plan; fails when a crate changed and no fragment says how.
pub(super) fn run() -> Result<()> {
    let tree = Tree::load()?;
    let plan = plan(&tree, &since_last_tag()?)?;
    print!("{}", plan.text(&tree)?);
    if !plan.silent.is_empty() {
        bail!("changed without a fragment in .changes/: {}", plan.silent.join(", "));
    }
    Ok(())
}

/// The last release and the files changed since.
#[derive(Debug)]
pub(super) enum Since {
    /// There is no tag: everything is new.
    Beginning,
    /// A tag, and the paths that differ from it.
    Tag(String, BTreeSet<String>),
}

/// What would be released.
#[derive(Debug)]
pub(super) struct Plan {
    /// The version all published crates get: they share one.
    pub(super) version: String,
    /// The changes it contains.
    pub(super) fragments: Vec<Fragment>,
    since: String,
    changed: BTreeSet<String>,
    silent: Vec<String>,
}

/// Asks git for the last release tag and what differs from it.
pub(super) fn since_last_tag() -> Result<Since> {
    let tags = process::output("git", &["tag", "--list", "v*", "--merged", "HEAD"])?;
    if tags.trim().is_empty() {
        return Ok(Since::Beginning);
    }
    let tag = process::output("git", &["describe", "--tags", "--abbrev=0", "--match", "v*"])?;
    let tag = tag.trim().to_owned();
    let diff = process::output("git", &["diff", "--name-only", &tag, "--"])?;
    Ok(Since::Tag(tag, diff.lines().map(str::to_owned).collect()))
}

/// Decides the plan; pure.
pub(super) fn plan(tree: &Tree, since: &Since) -> Result<Plan> {
    let fragments = match fragments::all(tree) {
        Ok(fragments) => fragments,
        Err(problems) => bail!("{}", problems.join("; ")),
    };
    let changed: BTreeSet<String> = tree
        .members()
        .iter()
        .filter(|member| member.published() && has_changed(member, since))
        .map(|member| member.name.clone())
        .collect();
    let present = workspace_version(tree)?;
    let folded = is_folded(tree, &present, since);
    let told = |name: &&String| fragments.iter().any(|change| change.crates.contains(name));
    let silent = changed.iter().filter(|name| !folded && !told(name)).cloned().collect();
    let (since, version) = match since {
        Since::Beginning => ("the beginning: no tag v*".to_owned(), present),
        Since::Tag(tag, _) if folded => (format!("{tag}, folded, not tagged"), present),
        Since::Tag(tag, _) => {
            let last = Version::parse(tag).with_context(|| format!("tag {tag} is no version"))?;
            (tag.clone(), last.after(&fragments).to_string())
        }
    };
    Ok(Plan { version, fragments, since, changed, silent })
}

impl Plan {
    fn text(&self, tree: &Tree) -> Result<String> {
        let mut text = format!("since {}; the next version is {}\n", self.since, self.version);
        for (member, number) in order(tree)?.into_iter().zip(1..) {
            let name = &member.name;
            let changed = if self.changed.contains(name) { "changed" } else { "unchanged" };
            text.push_str(&format!("{number}. {name}: {changed}\n"));
            for change in self.fragments.iter().filter(|change| change.crates.contains(name)) {
                text.push_str(&format!("     {}: {}\n", change.kind.word(), change.path));
            }
        }
        Ok(text)
    }
}

/// Whether what a user compiles differs: tests and READMEs need no release.
fn has_changed(member: &Member, since: &Since) -> bool {
    let Since::Tag(_, paths) = since else { return true };
    let counts = [member.path("src/"), member.path("Cargo.toml"), member.path("build.rs")];
    paths.iter().any(|path| {
        counts.iter().any(|place| path.starts_with(place)) && !path.ends_with("/tests.rs")
    })
}

/// Whether the present version is in the changelog already and its tag is still to come: the commit
/// that releases has no fragments left.
fn is_folded(tree: &Tree, present: &str, since: &Since) -> bool {
    let tagged = matches!(since, Since::Tag(tag, _) if tag.strip_prefix('v') == Some(present));
    let title = format!("\n## {present} - ");
    !tagged && tree.text("CHANGELOG.md").is_some_and(|text| text.contains(&title))
}

fn workspace_version(tree: &Tree) -> Result<String> {
    let manifest: toml::Table = tree.text("Cargo.toml").context("no Cargo.toml")?.parse()?;
    let package = manifest.get("workspace").and_then(|workspace| workspace.get("package"));
    let version = package.and_then(|package| package.get("version")?.as_str());
    Ok(version.context("the workspace has no version")?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Tree {
        Tree::of(&[
            ("Cargo.toml", "[workspace.package]\nversion = \"0.1.0\""),
            ("crates/a/Cargo.toml", "[package]\nname = \"a\""),
            ("crates/b/Cargo.toml", "[package]\nname = \"b\"\n[dependencies]\na = \"0.1\""),
            ("crates/p/Cargo.toml", "[package]\nname = \"p\"\npublish = false"),
            (".changes/x.md", "---\ncrates: [a]\nkind: changed\n---\nOther.\n"),
        ])
    }

    fn tagged(paths: &[&str]) -> Since {
        Since::Tag("v0.1.3".into(), paths.iter().map(|path| (*path).into()).collect())
    }

    #[test]
    fn without_a_tag_everything_is_new_at_the_present_version() {
        let plan = plan(&tree(), &Since::Beginning).unwrap();
        assert_eq!(plan.version, "0.1.0");
        assert_eq!(plan.changed.len(), 2);
        assert_eq!(plan.silent, ["b"]);
    }

    #[test]
    fn after_a_tag_the_fragments_decide() {
        let plan = plan(&tree(), &tagged(&["crates/a/src/x.rs", "crates/p/src/y.rs"])).unwrap();
        assert_eq!(plan.version, "0.2.0");
        assert!(plan.silent.is_empty());
        let text = plan.text(&tree()).unwrap();
        let expected = "since v0.1.3; the next version is 0.2.0\n1. a: changed\n     \
            changed: .changes/x.md\n2. b: unchanged\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_commit_that_releases_needs_no_fragment() {
        let plan_of = |version: &str| {
            let manifest = format!("[workspace.package]\nversion = \"{version}\"");
            let tree = Tree::of(&[
                ("Cargo.toml", &manifest),
                ("CHANGELOG.md", "# Changelog\n\n## 0.2.0 - 2026-01-01\n\n## 0.1.3 - 2025-01-01\n"),
                ("crates/a/Cargo.toml", "[package]\nname = \"a\""),
            ]);
            plan(&tree, &tagged(&["crates/a/src/x.rs"])).unwrap()
        };
        let released = plan_of("0.2.0");
        assert_eq!((released.version.as_str(), released.silent.len()), ("0.2.0", 0));
        assert_eq!(plan_of("0.1.3").silent, ["a"], "the last release's section tells nothing new");
    }

    #[test]
    fn a_change_that_no_fragment_tells_is_found() {
        let silent = |path| plan(&tree(), &tagged(&[path])).unwrap().silent;
        assert_eq!(silent("crates/b/src/lib.rs"), ["b"]);
        assert!(silent("crates/b/src/x/tests.rs").is_empty());
        assert!(silent("crates/b/README.md").is_empty());
    }
}
