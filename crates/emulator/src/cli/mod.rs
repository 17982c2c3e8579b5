//! The command line: one file a subcommand, and what these share.
//!
//! Standard output is for people and scripts; logs go to standard error and hold no token and no secret.

mod announce;
mod ca_file;
mod serve;
mod settings;
mod signals;

use std::{
    error::Error,
    io::{self, IsTerminal},
    path::Path,
};

use clap::Parser;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use settings::Settings;

/// A local Azure Key Vault: real HTTPS, real cryptography, nothing kept.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    #[command(flatten)]
    settings: Settings,
}

/// Does what the command line asks for.
pub(crate) async fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    serve::serve(cli.settings).await
}

/// Logs at `info`, or as RUST_LOG says.
pub(crate) fn log_to_stderr() {
    let filter =
        EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).from_env_lossy();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .init();
}

/// The system's errors do not name the file.
fn of_file(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
