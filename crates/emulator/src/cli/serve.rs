//! Serving until a signal says to stop.

use std::{error::Error, ffi::OsString, fs, path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};

use super::{
    announce::announce,
    facts::{Facts, Running},
    log::LogSettings,
    of_file,
    options::warn_of_unknown,
    ready::{Ready, ReadyFile},
    settings::Settings,
    signals::StopSignals,
};

const PORT: u16 = 8443;
pub(super) const PROXY_PORT: u16 = 8444;
/// Anybody may read it in the variables; the emulator insists on none.
const IDENTITY_HEADER: &str = "local";
/// What shells say of a program that was interrupted.
const INTERRUPTED: u8 = 130;

/// What serving has besides.
#[derive(Debug, Args)]
pub(super) struct ServeSettings {
    #[command(flatten)]
    settings: Settings,
    /// Write where everything is to this file once it serves, as JSON, and remove it at the end.
    #[arg(long, value_name = "PATH", env = "AZVAULT_EMULATOR_READY_FILE")]
    ready_file: Option<PathBuf>,
    /// What is printed once it serves.
    #[arg(long, value_enum, env = "AZVAULT_EMULATOR_OUTPUT", default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// `Name: value` lines, and what to set.
    Text,
    /// One line, with what the ready file has.
    Json,
}

impl ServeSettings {
    pub(super) fn log(&self) -> &LogSettings {
        &self.settings.log
    }
}

/// Runs until Ctrl-C or SIGTERM.
pub(super) async fn serve(
    settings: ServeSettings,
    surroundings: &[(OsString, OsString)],
) -> Result<ExitCode, Box<dyn Error>> {
    let ServeSettings { settings, ready_file, output } = settings;
    warn_of_unknown(surroundings);
    let ready_file = ready_file.as_deref().map(ReadyFile::at).transpose()?;
    let place = settings.place.open()?;
    let builder = place.builder(settings.builder(PORT, PROXY_PORT)?);
    let emulator = builder.start().await?;
    let mut facts = Facts::of(&emulator, &place, IDENTITY_HEADER)?;
    if let Some(path) = &settings.ca_out {
        fs::write(path, emulator.ca_pem()).map_err(|error| of_file(path, &error))?;
        facts.ca = std::path::absolute(path)?;
    }
    let running = if place.is_kept() { Running::announce(place.folder(), &facts)? } else { None };
    if place.is_kept() && running.is_none() {
        tracing::warn!(
            "another emulator of this installation runs; `env` goes on to tell of that one"
        );
    }
    // Before anything is printed: whoever reads it may send a signal at once.
    let mut stop = StopSignals::listen()?;
    let ready = Ready::of(&emulator, &facts);
    match output {
        Output::Text => announce(&emulator, &facts, &place, settings.data_dir.as_deref())?,
        Output::Json => ready.print()?,
    }
    if let Some(file) = &ready_file {
        file.write(&ready)?;
    }
    stop.received().await?;
    tracing::info!("stopping; another signal ends it at once");
    // Nobody is to be sent to an emulator that is about to end.
    drop(ready_file);
    drop(running);
    tokio::select! {
        () = emulator.shutdown() => Ok(ExitCode::SUCCESS),
        again = stop.received() => {
            again?;
            tracing::warn!("stopped at once: requests in flight were cut");
            Ok(ExitCode::from(INTERRUPTED))
        }
    }
}
