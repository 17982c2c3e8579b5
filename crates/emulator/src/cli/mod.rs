//! The command line: one file a subcommand, and what these share.
//!
//! Standard output is for people and scripts; logs go to standard error and hold no token and no secret.

mod announce;
mod env;
mod facts;
mod files;
mod health;
mod java;
mod log;
mod options;
mod own_host;
mod place;
#[cfg(any(windows, test))]
mod program;
mod ready;
mod run;
mod serve;
mod settings;
mod shell;
mod signals;
mod trust_store;
mod variables;

use std::{error::Error, ffi::OsString, io, path::Path, process::ExitCode};

use clap::{Parser, Subcommand};
use tracing_subscriber::filter::LevelFilter;

use env::EnvSettings;
use health::HealthSettings;
use log::LogSettings;
use run::RunSettings;
use serve::ServeSettings;

const EXAMPLES: &str = "\
Examples:
  azvault-emulator run -- python app.py                an emulator for one command, with nothing to set up
  azvault-emulator                                     serve on 8443, and the proxy on 8444
  eval \"$(azvault-emulator env)\"                       lead this shell to it
  azvault-emulator --port 0 --output json              free ports; a line of JSON tells them
  azvault-emulator --port 0 --ready-file emulator.json for scripts: the file is there once it serves
  azvault-emulator --data-dir vaults                   vaults outlive the program, and a kill
  azvault-emulator --seed vaults.toml                  with vaults, secrets, keys and certificates from a file
  azvault-emulator health                              exit code 0 when it serves, for containers
  curl -X PUT http://127.0.0.1:8444/admin/clock -H 'Content-Type: application/json' -d '{\"advance_seconds\": 3600}'

Each option can be set by a variable, too: AZVAULT_EMULATOR_ and its name, such as AZVAULT_EMULATOR_RETENTION_DAYS=7.";

/// A local Azure Key Vault: real HTTPS, real cryptography, vaults in memory or on disk.
///
/// Without a command it serves until Ctrl-C.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: ServeSettings,
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
    /// Ask whether the emulator serves: exit code 0 when it does, for the health check of a container.
    Health(HealthSettings),
}

/// Does what the command line asks for.
pub(crate) async fn main(cli: Cli) -> Result<ExitCode, Box<dyn Error>> {
    let surroundings = surroundings();
    let quiet = LogSettings::default();
    let (log, level) = match &cli.command {
        None => (cli.settings.log(), LevelFilter::INFO),
        Some(Command::Run(settings)) => (settings.log(), settings.log_level()),
        Some(Command::Env(_) | Command::Health(_)) => (&quiet, LevelFilter::WARN),
    };
    log.begin(level, &surroundings);
    match cli.command {
        None => serve::serve(cli.settings, &surroundings).await,
        Some(Command::Run(settings)) => run::run(*settings, &surroundings).await,
        Some(Command::Env(settings)) => Ok(exit_code(env::print(&settings, &surroundings))),
        Some(Command::Health(settings)) => Ok(exit_code(health::ask(&settings).await)),
    }
}

/// Tells what went wrong in a line of the log.
fn exit_code(done: Result<(), Box<dyn Error>>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn surroundings() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

/// The system's errors do not name the file.
fn of_file(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
