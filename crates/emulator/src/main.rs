//! The emulator as a program: settings from the command line, an endpoint until a signal or a command ends it.

mod cli;

use std::process::ExitCode;

use clap::Parser;

/// A small answer is a few dozen allocations on several threads: with the system's allocator it takes a tenth more CPU.
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
