//! `cargo xtask coverage`: which operations of the REST specification the tests show to work.

mod catalogue;
mod journal;
mod report;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::cargo;
use crate::tree;
use catalogue::Catalogue;

/// Names the file that the emulators of a test run append what they answered to.
const JOURNAL: &str = "AZVAULT_EMULATOR_JOURNAL";

/// How to count, and how to tell.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Count from the last test run's journal instead of running the tests.
    #[arg(long)]
    no_run: bool,
    /// Tell programs: an array with `area`, `total`, `client`, `emulator`, `missing`.
    #[arg(long)]
    json: bool,
}

/// Counts, and fails when a count is lower than `xtask/coverage/floor.toml` says.
pub(crate) fn run(options: &Options) -> Result<()> {
    if !options.no_run {
        let mut tests = cargo(&["test", "--quiet", "--workspace"])?;
        // Its own words would be in the way of the table, and of JSON above all.
        tests.stdout(std::process::Stdio::null());
        let status = journaled(&mut tests)?.status()?;
        if !status.success() {
            bail!("the tests ended with {status}; `cargo test --workspace` says why");
        }
    }
    let root = tree::root()?;
    let text = |path: &str| fs::read_to_string(root.join(path)).with_context(|| path.to_owned());
    let catalogue = Catalogue::parse(&text("xtask/coverage/operations.json")?)?;
    let file = journal_file()?;
    let journal = fs::read_to_string(&file)
        .with_context(|| format!("{}: run the tests first", file.display()))?;
    let areas = report::count(&catalogue, &journal::read(&journal)?);
    if options.json {
        println!("{}", serde_json::to_string_pretty(&areas)?);
    } else {
        print!("{}", report::table(&areas));
    }
    let (fell, rose) =
        report::compare(&areas, &report::floor(&text("xtask/coverage/floor.toml")?)?);
    for line in rose {
        eprintln!("{line}: raise it, so that it cannot fall again");
    }
    if !fell.is_empty() {
        bail!("coverage fell:\n{}", fell.join("\n"));
    }
    Ok(())
}

/// CI's step: counts what its tests, run before, have shown.
pub(crate) fn check() -> Result<()> {
    run(&Options { no_run: true, json: false })
}

/// Lets the emulators of a test run write into a new journal.
pub(crate) fn journaled(tests: &mut Command) -> Result<&mut Command> {
    let file = journal_file()?;
    fs::create_dir_all(file.parent().context("the journal has no folder")?)?;
    fs::write(&file, "")?;
    Ok(tests.env(JOURNAL, file))
}

fn journal_file() -> Result<PathBuf> {
    Ok(tree::root()?.join("target/coverage/journal.jsonl"))
}
