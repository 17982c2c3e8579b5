//! `cargo xtask kills`: the emulator's kill test for longer than CI has time for, or once more by its seed.

use anyhow::Result;

use crate::process::{cargo, run as go};

/// Options of `cargo xtask kills`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How often the program is killed.
    #[arg(long, default_value_t = 1000)]
    rounds: u32,
    /// The seed that a former run printed.
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs the test; what it has done is printed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let test = ["test", "-p", "azvault-emulator", "--test", "it", "kills::", "--", "--nocapture"];
    let mut command = cargo(&test)?;
    command.env("AZVAULT_KILLS", options.rounds.to_string());
    if let Some(seed) = options.seed {
        command.env("AZVAULT_KILLS_SEED", seed.to_string());
    }
    go(&mut command)
}
