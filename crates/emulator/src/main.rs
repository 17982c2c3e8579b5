//! The emulator as a program: settings from the command line, an endpoint until a signal or a command ends it.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// musl's own lets one thread in at a time: with it, many calls at once went half as fast.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::main(cli::Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            tracing::error!(error = error.as_ref(), "the emulator ended");
            ExitCode::FAILURE
        }
    }
}
