//! Moves the change fragments into CHANGELOG.md, one section a release.

use anyhow::{Context, Result, bail};

use super::fragments::{Fragment, Kind};
use super::plan::{plan, since_last_tag};
use crate::tree::{self, Tree};

/// Options of `cargo xtask release fold`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The day of the release, as 2026-01-31.
    #[arg(long)]
    date: String,
}

/// Writes CHANGELOG.md and removes the fragments.
pub(super) fn run(options: &Options) -> Result<()> {
    if !options.date.split('-').map(str::len).eq([4, 2, 2]) {
        bail!("want a date as 2026-01-31, not {}", options.date);
    }
    let tree = Tree::load()?;
    let plan = plan(&tree, &since_last_tag()?)?;
    if plan.fragments.is_empty() {
        bail!("there is no fragment in .changes/");
    }
    let section = section(&plan.version, &options.date, &plan.fragments);
    let old = tree.text("CHANGELOG.md").context("no CHANGELOG.md")?;
    let root = tree::root()?;
    std::fs::write(root.join("CHANGELOG.md"), inserted(old, &section))?;
    for fragment in &plan.fragments {
        std::fs::remove_file(root.join(&fragment.path))?;
    }
    println!("CHANGELOG.md has {}; {} fragments folded", plan.version, plan.fragments.len());
    Ok(())
}

/// A release's section: kinds in the changelog's order, each change with its crates.
fn section(version: &str, date: &str, fragments: &[Fragment]) -> String {
    let mut text = format!("## {version} - {date}\n");
    for kind in Kind::ALL {
        let of_kind: Vec<&Fragment> = fragments.iter().filter(|f| f.kind == kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let mut title = kind.word().to_owned();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.push_str(&format!("\n### {title}\n\n"));
        for change in of_kind {
            let words = change.text.replace('\n', "\n  ").replace("\n  \n", "\n\n");
            text.push_str(&format!("- **{}**: {words}\n", change.crates.join(", ")));
        }
    }
    text
}

/// The changelog with a section before all others.
fn inserted(old: &str, section: &str) -> String {
    match old.split_once("\n## ") {
        Some((head, rest)) => format!("{head}\n{section}\n## {rest}"),
        None => format!("{}\n\n{section}", old.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(kind: Kind, text: &str) -> Fragment {
        Fragment { crates: vec!["a".into(), "b".into()], kind, text: text.into(), path: "".into() }
    }

    #[test]
    fn a_section_groups_changes_by_kind() {
        let fragments = [fragment(Kind::Fixed, "One."), fragment(Kind::Added, "Two\nlines.")];
        let expected = "## 0.2.0 - 2026-11-22\n\n### Added\n\n- **a, b**: Two\n  lines.\n\n\
            ### Fixed\n\n- **a, b**: One.\n";
        assert_eq!(section("0.2.0", "2026-11-22", &fragments), expected);
    }

    #[test]
    fn the_newest_release_comes_first() {
        let old = "# Changelog\n\nWords.\n\n## 0.1.0 - 2026-01-01\n\n- x\n";
        let new = inserted(old, "## 0.2.0 - 2026-02-02\n\n- y\n");
        let expected = "# Changelog\n\nWords.\n\n## 0.2.0 - 2026-02-02\n\n- y\n\n\
            ## 0.1.0 - 2026-01-01\n\n- x\n";
        assert_eq!(new, expected);
        assert_eq!(inserted("# Changelog\n", "## x\n"), "# Changelog\n\n## x\n");
    }
}
