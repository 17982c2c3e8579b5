//! `cargo xtask bench`: builds the benches for release and runs one or all of them, each beside what it is
//! measured against; what counts is written to `docs/performance.md`.

mod all;
pub(crate) mod document;
mod instructions;
mod machine;
pub(crate) mod record;

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::cargo;
use crate::{conformance, tree};

/// The benches of `bench/`, in the order in which they run.
pub(crate) const BENCHES: [&str; 5] = ["client", "cache", "crypto", "management", "emulator"];

/// Which bench, and what to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The bench (`client`, `cache`, `crypto`, `management`, `emulator`) and its options: --json, --only NAME,
    /// --rounds N, --write to put its rows into docs/performance.md; --help names them. `all`, or nothing, runs
    /// and writes all five. `rows` gives that file the rows of bars.toml without measuring: new ones stand
    /// there as missing. `instructions` counts those of the hot paths; --bless keeps the counts.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it; fails when a bar is missed or a row is missing. Where one bench is asked for, nothing but
/// what it prints goes to standard output, since another program may read that.
pub(crate) fn run(options: &Options) -> Result<()> {
    let arguments = options.arguments.as_slice();
    let shown = [&["cargo xtask bench".to_owned()], arguments].concat().join(" ");
    match arguments.split_first() {
        None => all::run(&BENCHES, &[], &shown),
        Some((first, rest)) if first == "all" => all::run(&BENCHES, rest, &shown),
        Some((first, [])) if first == "rows" => all::rows(),
        Some((first, rest)) if first == "instructions" => instructions::run(rest),
        Some((first, _)) if first.starts_with("--rounds") => all::run(&BENCHES, arguments, &shown),
        Some((first, rest)) if rest.iter().any(|word| word == "--write") => {
            let Some(bench) = BENCHES.iter().find(|bench| *bench == first) else {
                bail!("no bench `{first}`; there are {}", BENCHES.join(", "));
            };
            let rest: Vec<String> =
                rest.iter().filter(|word| *word != "--write").cloned().collect();
            all::run(&[bench], &rest, &shown)
        }
        Some(_) => one(arguments),
    }
}

fn one(arguments: &[String]) -> Result<()> {
    build()?;
    let status = command(arguments)?.status()?;
    if !status.success() {
        bail!("the bench ended with {status}");
    }
    Ok(())
}

/// One of its programs starts the others, so all are built.
fn build() -> Result<()> {
    let build = ["build", "--release", "--quiet", "--locked", "--package", "azvault-bench"];
    let status = cargo(&build)?.status()?;
    if !status.success() {
        bail!("building the benches ended with {status}");
    }
    Ok(())
}

/// What runs one bench, with what it needs beside.
fn command(arguments: &[String]) -> Result<Command> {
    let mut command = bare(arguments)?;
    match arguments.first().map(String::as_str) {
        Some("management") => {
            command.env("AZVAULT_BENCH_PYTHON", conformance::official_clients(&tree::root()?)?);
        }
        // Built by itself, with the features that it is published with and no others.
        Some("emulator") => {
            command.env("AZVAULT_BENCH_EMULATOR", conformance::emulator("release")?);
        }
        _ => {}
    }
    Ok(command)
}

fn bare(arguments: &[String]) -> Result<Command> {
    let mut command =
        cargo(&["run", "--release", "--quiet", "--locked", "--package", "azvault-bench", "--"])?;
    // With it, errors that nobody sees would be made with a backtrace each.
    command.args(arguments).env_remove("RUST_BACKTRACE");
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_is_built_for_release_and_runs_without_backtraces() {
        let arguments = ["client", "--json", "--only", "warm"].map(str::to_owned);
        let command = bare(&arguments).unwrap();
        let arguments: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        assert!(arguments.contains(&"--release".into()));
        assert!(arguments.ends_with(&["--", "client", "--json", "--only", "warm"].map(Into::into)));
        let backtrace = command.get_envs().find(|(name, _)| *name == "RUST_BACKTRACE");
        assert_eq!(backtrace, Some(("RUST_BACKTRACE".as_ref(), None)));
    }

    #[test]
    fn every_table_of_bars_is_a_bench_and_every_bench_has_one() {
        let bars: toml::Table = include_str!("../../../bench/bars.toml").parse().unwrap();
        let mut tables: Vec<&str> = bars.keys().map(String::as_str).collect();
        let mut benches = BENCHES.to_vec();
        tables.sort_unstable();
        benches.sort_unstable();
        assert_eq!(tables, benches);
    }

    #[test]
    fn what_is_no_bench_is_not_written() {
        let arguments = ["cash", "--write"].map(str::to_owned).to_vec();
        let error = run(&Options { arguments }).unwrap_err().to_string();
        assert!(error.contains("`cash`") && error.contains("client, cache"), "{error}");
    }
}
