//! The command line: one file a subcommand, and what these share.
//!
//! Standard output is for people and scripts; logs go to standard error and hold no token and no secret.

mod announce;
mod env;
mod facts;
mod files;
mod java;
mod own_host;
mod place;
#[cfg(any(windows, test))]
mod program;
mod run;
mod serve;
mod settings;
mod shell;
mod signals;
mod trust_store;
mod variables;

use std::{
    error::Error,
    ffi::OsString,
    io::{self, IsTerminal},
    path::Path,
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use env::EnvSettings;
use run::RunSettings;
use settings::Settings;

/// A local Azure Key Vault: real HTTPS, real cryptography, vaults in memory.
///
/// Without a command it serves until Ctrl-C.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start an emulator for one command, which reaches it by the public cloud's names, and end with it.
    ///
    /// Nothing has to be changed in the command: HTTPS_PROXY, the CA's certificate and an identity are in its
    /// environment; an identity and a proxy of your own are taken out of it. Hosts other than Azure's are refused,
    /// never forwarded to.
    Run(Box<RunSettings>),
    /// Print what `run` sets, for the emulator that serves on this installation: eval "$(azvault-emulator env)".
    Env(EnvSettings),
}

/// Does what the command line asks for.
pub(crate) async fn main(cli: Cli) -> Result<ExitCode, Box<dyn Error>> {
    let level = match &cli.command {
        None => LevelFilter::INFO,
        Some(Command::Run(settings)) => settings.log_level(),
        Some(Command::Env(_)) => LevelFilter::WARN,
    };
    let surroundings = surroundings();
    log_to_stderr(level, &surroundings);
    match cli.command {
        None => serve::serve(cli.settings).await.map(|()| ExitCode::SUCCESS),
        Some(Command::Run(settings)) => run::run(*settings, &surroundings).await,
        Some(Command::Env(settings)) => Ok(match env::print(&settings, &surroundings) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                tracing::error!("{error}");
                ExitCode::FAILURE
            }
        }),
    }
}

fn surroundings() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// Logs at `level`, or as RUST_LOG says of all or of us: what it says of others does not silence a warning or an error.
fn log_to_stderr(level: LevelFilter, surroundings: &[(OsString, OsString)]) {
    let said = surroundings.iter().find(|(name, _)| name == EnvFilter::DEFAULT_ENV);
    let said = said.and_then(|(_, value)| value.to_str()).unwrap_or_default();
    let filter = EnvFilter::builder().parse_lossy(format!("{level},{said}"));
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
