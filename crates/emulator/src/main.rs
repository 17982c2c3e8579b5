//! The emulator as a program: settings from the command line, an endpoint until a signal or a command ends it.

mod cli;

use std::process::ExitCode;

use clap::Parser;

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
