//! `cargo xtask release`: what a release would contain, and whether its tarballs stand alone.

mod bump;
mod fold;
pub(crate) mod fragments;
mod order;
mod plan;
mod verify;

use anyhow::Result;

/// Subcommands of `cargo xtask release`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Say what changed since the last tag, the version that follows, and the publishing order.
    Plan,
    /// Move the change fragments into CHANGELOG.md, under the planned version.
    Fold(fold::Options),
    /// Build every crate from its tarball and inspect its packaged manifest.
    Verify,
}

/// Runs a subcommand.
pub(crate) fn run(command: &Command) -> Result<()> {
    match command {
        Command::Plan => plan(),
        Command::Fold(options) => fold::run(options),
        Command::Verify => verify(),
    }
}

/// The CI step of the plan.
pub(crate) fn plan() -> Result<()> {
    plan::run()
}

/// The CI step of the verification.
pub(crate) fn verify() -> Result<()> {
    verify::run()
}
