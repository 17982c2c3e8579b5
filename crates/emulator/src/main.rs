//! The emulator as a program: settings from the command line, an endpoint until a signal ends it.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli::log_to_stderr();
    match cli::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = error.as_ref(), "the emulator ended");
            ExitCode::FAILURE
        }
    }
}
