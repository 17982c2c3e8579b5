//! `cargo xtask examples`: every example runs on the emulator, in an empty home and a cleared
//! environment, and prints what its golden file says.

mod normalise;
mod sandbox;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

pub(crate) use self::normalise::Normaliser;
pub(crate) use self::sandbox::Sandbox;
use crate::tree::{self, Tree};
use crate::{process, readme};

/// The package whose examples these are.
const PACKAGE: &str = "azvault-examples";

/// Options of `cargo xtask examples`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Write the golden files from what the examples print now.
    #[arg(long)]
    bless: bool,
}

/// Runs the examples and compares, or rewrites, their golden files.
pub(crate) fn run(options: &Options) -> Result<()> {
    let folder = tree::root()?.join("examples/golden");
    let normaliser = Normaliser::new()?;
    let mut printed = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, program) in build(PACKAGE)? {
        let sandbox = Sandbox::new(&name)?;
        match sandbox.run(&mut std::process::Command::new(program)) {
            Ok(stdout) => {
                println!("{name}: ran, {} lines", stdout.lines().count());
                printed.insert(name, normaliser.apply(&stdout));
            }
            Err(error) => problems.push(format!("{name}: {error:#}")),
        }
    }
    if options.bless {
        bless(&folder, &printed)?;
    }
    problems.extend(compare(&golden_files(&folder)?, &printed));
    for problem in &problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems with examples", problems.len());
    }
    println!("{} examples print what their golden files say", printed.len());
    Ok(())
}

/// The CI step: the comparison, then README.md's own commands in a sandbox.
pub(crate) fn check() -> Result<()> {
    run(&Options { bless: false })?;
    for command in readme::commands(&Tree::load()?, "cargo run --example")? {
        println!("$ {command}");
        let args: Vec<&str> = command.split_whitespace().skip(1).collect();
        let mut cargo = process::cargo(&args)?;
        let stdout = Sandbox::new("readme")?.run_here(&mut cargo).context(command)?;
        print!("{stdout}");
    }
    Ok(())
}

/// Builds as README.md's command does, for the whole workspace, and finds a package's programs.
pub(crate) fn build(package: &str) -> Result<BTreeMap<String, PathBuf>> {
    process::run(&mut process::cargo(&["build", "--examples"])?)?;
    let args = ["build", "--examples", "--quiet", "--message-format=json-render-diagnostics"];
    let messages = process::captured(&mut process::cargo(&args)?)?;
    let mut programs = BTreeMap::new();
    for message in Message::parse_stream(messages.as_bytes()) {
        let Message::CompilerArtifact(artifact) = message? else { continue };
        let ours = artifact.package_id.repr.contains(&format!("#{package}@"));
        if let (true, Some(program)) = (ours && artifact.target.is_example(), artifact.executable) {
            programs.insert(artifact.target.name, program.into_std_path_buf());
        }
    }
    if programs.is_empty() {
        bail!("{package} has no example");
    }
    Ok(programs)
}

fn golden_files(folder: &PathBuf) -> Result<BTreeMap<String, String>> {
    let mut golden = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(golden) };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().context("a file without a name")?.to_string_lossy();
        golden.insert(name.into_owned(), std::fs::read_to_string(&path)?.replace("\r\n", "\n"));
    }
    Ok(golden)
}

fn bless(folder: &PathBuf, printed: &BTreeMap<String, String>) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, text) in printed {
        std::fs::write(folder.join(format!("{name}.txt")), text)?;
        println!("{name}: blessed");
    }
    Ok(())
}

/// What differs, is missing, or belongs to no example.
fn compare(golden: &BTreeMap<String, String>, printed: &BTreeMap<String, String>) -> Vec<String> {
    let expected: BTreeSet<String> = printed.keys().map(|name| format!("{name}.txt")).collect();
    let mut problems = Vec::new();
    for (name, text) in printed {
        match golden.get(&format!("{name}.txt")) {
            None => problems.push(format!("{name}: no examples/golden/{name}.txt; see --bless")),
            Some(golden) if golden != text => problems.push(difference(name, golden, text)),
            Some(_) => {}
        }
    }
    let orphans = golden.keys().filter(|file| !expected.contains(*file));
    problems.extend(orphans.map(|file| format!("examples/golden/{file}: no example prints it")));
    problems
}

fn difference(name: &str, golden: &str, printed: &str) -> String {
    let mut text = format!("{name}: prints something else than examples/golden/{name}.txt");
    let lines = golden.lines().count().max(printed.lines().count());
    let pairs = (0..lines).map(|index| (golden.lines().nth(index), printed.lines().nth(index)));
    for (golden, printed) in pairs.filter(|(golden, printed)| golden != printed) {
        for (sign, line) in [('-', golden), ('+', printed)] {
            text.extend(line.map(|line| format!("\n  {sign}{line}")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
    }

    #[test]
    fn equal_output_is_no_problem() {
        assert!(compare(&files(&[("a.txt", "x\n")]), &files(&[("a", "x\n")])).is_empty());
    }

    #[test]
    fn a_changed_line_is_shown_from_both_sides() {
        let problems = compare(&files(&[("a.txt", "x\ny\n")]), &files(&[("a", "x\nz\n")]));
        assert_eq!(problems, ["a: prints something else than examples/golden/a.txt\n  -y\n  +z"]);
    }

    #[test]
    fn a_missing_golden_file_fails() {
        let problems = compare(&files(&[]), &files(&[("a", "x")]));
        assert_eq!(problems, ["a: no examples/golden/a.txt; see --bless"]);
    }

    #[test]
    fn an_orphan_golden_file_fails() {
        let problems = compare(&files(&[("b.txt", "x")]), &files(&[]));
        assert_eq!(problems, ["examples/golden/b.txt: no example prints it"]);
    }
}
