//! `cargo xtask release`: from change fragments to published crates and archives of the emulator.
//!
//! RELEASING.md tells the steps. What decides is pure; the `run` functions ask git and cargo.

mod badges;
mod binaries;
mod bump;
mod changelog;
pub(crate) mod fragments;
mod order;
mod plan;
mod prepare;
mod publish;
mod registry;
mod sbom;
mod semver;
mod since;
mod tarball;
mod verify;

use anyhow::{Result, bail};

use crate::tree::Tree;

/// The crate whose program is released by itself, too.
const EMULATOR: &str = "azvault-emulator";

/// Subcommands of `cargo xtask release`.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Say what changed since the last release, the versions that follow, and the publishing order.
    Plan(plan::Options),
    /// Write versions, requirements, changelogs and READMEs; commit what came of it yourself.
    Prepare(prepare::Options),
    /// Build every crate from its tarball and inspect what is in it.
    Verify(verify::Options),
    /// Publish what the registry does not have yet; says what that is, unless told to --execute.
    Publish(publish::Options),
    /// Pack the emulator's program for others to run, with its checksum.
    Binaries(binaries::Options),
}

/// Runs a subcommand.
pub(crate) fn run(command: &Command) -> Result<()> {
    match command {
        Command::Plan(options) => plan::run(options),
        Command::Prepare(options) => prepare::run(options),
        Command::Verify(options) => verify::run(options),
        Command::Publish(options) => publish::run(options),
        Command::Binaries(options) => binaries::run(options),
    }
}

/// The CI step of the plan: by the fragments, since comparing APIs takes minutes.
pub(crate) fn plan() -> Result<()> {
    let tree = Tree::load()?;
    let plan = plan::present(&tree, &plan::Options { without_semver: true })?;
    print!("{}", plan.text());
    let out_of_step = prepare::out_of_step(&tree, &plan)?;
    if !out_of_step.is_empty() {
        bail!("another version or oldest Rust than in the manifests: {}", out_of_step.join(", "));
    }
    plan.refuse_silence()
}

/// The CI step of the verification.
pub(crate) fn verify() -> Result<()> {
    verify::run(&verify::Options::default())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_options_of_every_task_go_together() {
        crate::Cli::command().debug_assert();
    }
}
