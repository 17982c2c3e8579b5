//! `cargo xtask bench`: builds the benches for release and runs one, beside what it is measured
//! against.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process::cargo;
use crate::{conformance, tree};

/// Which bench, and what to tell it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The bench (`client`, `cache`, `crypto`, `management`, `emulator`) and its options: --json, --only NAME, --rounds N; --help names them.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds and runs it; fails when a bar is missed or a row is missing. Nothing but what the bench prints goes
/// to standard output, since another program may read that.
pub(crate) fn run(options: &Options) -> Result<()> {
    // One of its two programs starts the other.
    let build = ["build", "--release", "--quiet", "--locked", "--package", "azvault-bench"];
    let status = cargo(&build)?.status()?;
    if !status.success() {
        bail!("building the benches ended with {status}");
    }
    let mut command = command(options)?;
    match options.arguments.first().map(String::as_str) {
        Some("management") => {
            command.env("AZVAULT_BENCH_PYTHON", conformance::official_clients(&tree::root()?)?);
        }
        // Built by itself, with the features that it is published with and no others.
        Some("emulator") => {
            command.env("AZVAULT_BENCH_EMULATOR", conformance::emulator("release")?);
        }
        _ => {}
    }
    let status = command.status()?;
    if !status.success() {
        bail!("the bench ended with {status}");
    }
    Ok(())
}

fn command(options: &Options) -> Result<Command> {
    let mut command =
        cargo(&["run", "--release", "--quiet", "--locked", "--package", "azvault-bench", "--"])?;
    // With it, errors that nobody sees would be made with a backtrace each.
    command.args(&options.arguments).env_remove("RUST_BACKTRACE");
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bench_is_built_for_release_and_runs_without_backtraces() {
        let arguments = ["client", "--json", "--only", "warm"].map(str::to_owned).to_vec();
        let command = command(&Options { arguments }).unwrap();
        let arguments: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        assert!(arguments.contains(&"--release".into()));
        assert!(arguments.ends_with(&["--", "client", "--json", "--only", "warm"].map(Into::into)));
        let backtrace = command.get_envs().find(|(name, _)| *name == "RUST_BACKTRACE");
        assert_eq!(backtrace, Some(("RUST_BACKTRACE".as_ref(), None)));
    }
}
