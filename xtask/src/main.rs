//! The workspace's own tool: what CI runs, on a laptop, with the same commands.
//!
//! One file or folder per subcommand. Checks are pure functions over [`tree::Tree`]; only
//! [`process`], [`tree::Tree::load`] and the `run` functions touch the machine.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks on standard output and reports errors beside it"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "steps are timed on the wall clock and configured by the process environment"
)]

mod bench;
mod bite;
mod ci;
mod conformance;
mod consumers;
mod coverage;
mod examples;
mod footprint;
mod fuzz;
mod guide;
mod kills;
mod live;
mod msrv;
mod process;
mod promises;
mod readme;
mod release;
mod tidy;
mod tools;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Tasks of the azvault workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run what CI runs, step by step, and print a summary.
    Ci(ci::Options),
    /// Check sizes, manifests, arrows, docs and forbidden text.
    Tidy,
    /// Run every example on the emulator and compare its output with its golden file.
    Examples(examples::Options),
    /// Run the benches, one or all, or count instructions; write docs/performance.md.
    Bench(bench::Options),
    /// Plan or verify a release.
    #[command(subcommand)]
    Release(release::Command),
    /// Run the quickstarts against Azure (they create, delete and purge keys and secrets).
    Live,
    /// Remove the lines of docs/reliability.md in a copy, one by one, and see their tests fail.
    Bite(bite::Options),
    /// Let the official clients judge the emulator and our cryptography.
    Conformance(conformance::Options),
    /// Count the operations of the REST specification that the tests show to work.
    Coverage(coverage::Options),
    /// Run the fuzz targets for a bounded time.
    Fuzz(fuzz::Options),
    /// Kill the emulator while it writes, often.
    Kills(kills::Options),
    /// Count the crates azvault-keys pulls in beside the official keys crate.
    Footprint,
    /// Check every target with the oldest Rust that the workspace promises.
    Msrv,
    /// Check dependencies against the advisory database (from the network).
    Audit,
    /// Say which tools CI needs, or install them.
    Tools(tools::Options),
    /// Build the guide, and run what is in it.
    #[command(subcommand)]
    Guide(guide::Command),
    /// Hold what the published crates bring and show against what they promise.
    Promises,
    /// Build and run programs that depend on our crates as published, and give them a patch of core.
    Consumers(consumers::Options),
}

fn main() -> ExitCode {
    if let Some(code) = promises::rustdoc::stand_in() {
        return code;
    }
    match dispatch(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Ci(options) => ci::run(&options),
        Command::Tidy => tidy::run(),
        Command::Examples(options) => examples::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Release(command) => release::run(&command),
        Command::Live => live::run(),
        Command::Bite(options) => bite::run(&options),
        Command::Conformance(options) => conformance::run(&options),
        Command::Coverage(options) => coverage::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Kills(options) => kills::run(&options),
        Command::Footprint => footprint::run(),
        Command::Msrv => msrv::run(),
        Command::Audit => ci::audit(),
        Command::Tools(options) => tools::run(&options),
        Command::Guide(command) => guide::run(&command),
        Command::Promises => promises::run(),
        Command::Consumers(options) => consumers::run(&options),
    }
}
