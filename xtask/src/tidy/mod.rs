//! `cargo xtask tidy`: rules of this workspace that no compiler knows.
//!
//! Every check is a pure function from a [`Tree`] to problems; a problem says where and what to do.

mod arrows;
mod deviations;
mod doc_paths;
mod doctests;
mod example_index;
mod hosts;
mod licences;
mod links;
mod manifests;
mod method_examples;
mod notes;
mod performance;
mod readmes;
mod reliability;
mod scan;
mod sizes;
mod words;
mod workflows;

use anyhow::{Result, bail};

pub(crate) use self::licences::FILES as LICENCE_FILES;
use crate::tree::Tree;

/// One thing that is wrong, with its place.
type Problem = String;

/// A check with a name.
type Check = (&'static str, fn(&Tree) -> Vec<Problem>);

const CHECKS: [Check; 17] = [
    ("file sizes", sizes::check),
    ("manifests", manifests::check),
    ("arrows between crates", arrows::check),
    ("words that must not be in source", words::check),
    ("doctests that do not run", doctests::check),
    ("names of registry hosts", hosts::check),
    ("paths in documents", doc_paths::check),
    ("crate READMEs", readmes::check),
    ("index of examples", example_index::check),
    ("change fragments", notes::check),
    ("links", links::check),
    ("rows of docs/reliability.md", reliability::check),
    ("rows of docs/deviations.md", deviations::check),
    ("licence files", licences::check),
    ("examples of methods", method_examples::check),
    ("rows of docs/performance.md", performance::check),
    ("workflows", workflows::check),
];

/// Runs every check and prints what each found.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::load()?;
    print!("{}", sizes::report(&tree));
    let mut count = 0;
    for (name, check) in CHECKS {
        let problems = check(&tree);
        println!("{name}: {}", if problems.is_empty() { "ok" } else { "FAILED" });
        for problem in &problems {
            println!("  {problem}");
        }
        count += problems.len();
    }
    if count > 0 {
        bail!("{count} problems");
    }
    Ok(())
}
