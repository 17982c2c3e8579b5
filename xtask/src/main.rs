//! The workspace's own tool: what CI runs, on a laptop, with the same commands.
//!
//! One file or folder per subcommand. Checks are pure functions over [`tree::Tree`]; only
//! [`process`], [`tree::Tree::load`] and the `run` functions touch the machine.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on standard output")]
#![expect(
    clippy::disallowed_methods,
    reason = "steps are timed on the wall clock and configured by the process environment"
)]

mod ci;
mod examples;
mod footprint;
mod live;
mod process;
mod readme;
mod release;
mod tidy;
mod tools;
mod tree;

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
    /// Plan or verify a release.
    #[command(subcommand)]
    Release(release::Command),
    /// Run the quick start and the live suite against Azure (creates and deletes keys).
    Live,
    /// Count the crates azvault-keys pulls in beside the official keys crate.
    Footprint,
    /// Say which tools CI needs, or install them.
    Tools(tools::Options),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Ci(options) => ci::run(&options),
        Command::Tidy => tidy::run(),
        Command::Examples(options) => examples::run(&options),
        Command::Release(command) => release::run(&command),
        Command::Live => live::run(),
        Command::Footprint => footprint::run(),
        Command::Tools(options) => tools::run(&options),
    }
}
