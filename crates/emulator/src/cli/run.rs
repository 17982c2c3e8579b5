//! `run`: an emulator for one command, with the variables that lead there for that process alone.

use std::{
    error::Error,
    ffi::OsString,
    io,
    process::{ExitCode, ExitStatus},
};

use clap::{ArgAction, Args};
use tokio::process::Command;
use tracing_subscriber::filter::LevelFilter;
use uuid::Uuid;

use super::{
    facts::Facts,
    log::LogSettings,
    own_host::own_host,
    settings::Settings,
    signals::ForwardedSignals,
    variables::{Way, changes},
};

/// What shells say of a command that is not there, and of one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;
/// Added to the number of the signal that ended a command, as shells do.
#[cfg(unix)]
const SIGNALLED: i32 = 128;

#[derive(Debug, Args)]
pub(super) struct RunSettings {
    /// Tell on standard error where the emulator is, and of each request.
    #[arg(short, long, action = ArgAction::SetTrue)]
    verbose: bool,
    /// Hosts that are not the proxy's, besides loopback: servers of your own.
    #[arg(long, value_name = "HOST", value_delimiter = ',', value_parser = own_host)]
    no_proxy: Vec<String>,
    #[command(flatten)]
    settings: Settings,
    /// The command and its arguments.
    #[arg(last = true, required = true, num_args = 1..)]
    command: Vec<OsString>,
}

impl RunSettings {
    pub(super) fn log(&self) -> &LogSettings {
        &self.settings.log
    }

    pub(super) fn log_level(&self) -> LevelFilter {
        if self.verbose { LevelFilter::INFO } else { LevelFilter::WARN }
    }
}

/// Runs the command to its end, and gives its exit code.
pub(super) async fn run(
    settings: RunSettings,
    present: &[(OsString, OsString)],
) -> Result<ExitCode, Box<dyn Error>> {
    let place = settings.settings.place.open()?;
    let identity_header = Uuid::new_v4().simple().to_string();
    let builder = settings.settings.builder(0, 0)?.identity_header(&identity_header);
    let emulator = place.builder(builder).start().await?;
    let mut facts = Facts::of(&emulator, &place, &identity_header)?;
    if let Some(path) = &settings.settings.ca_out {
        std::fs::write(path, emulator.ca_pem()).map_err(|error| super::of_file(path, &error))?;
        facts.ca = std::path::absolute(path)?;
    }
    tracing::info!(
        proxy = facts.proxy,
        authority = facts.authority,
        tenant = facts.tenant,
        subscription = facts.subscription,
        ca = %facts.ca.display(),
        "the emulator listens"
    );
    let [program, arguments @ ..] = settings.command.as_slice() else {
        return Err("there is no command to run".into());
    };
    #[cfg(windows)]
    let file = super::program::file_of(program, present, std::path::Path::is_file);
    #[cfg(windows)]
    let program = file.as_deref().map_or(program.as_os_str(), std::path::Path::as_os_str);
    let mut command = Command::new(program);
    command.args(arguments);
    for change in changes(&facts, Way::Proxy { besides: &settings.no_proxy }, present) {
        match change.value {
            Some(value) => command.env(change.name, value),
            None => command.env_remove(change.name),
        };
    }
    // From before the command is there, so that none is lost.
    let mut signals = ForwardedSignals::listen()?;
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let program = program.display();
            tracing::error!(%error, %program, "the command cannot be run");
            let missing = error.kind() == io::ErrorKind::NotFound;
            return Ok(ExitCode::from(if missing { NOT_FOUND } else { NOT_EXECUTABLE }));
        }
    };
    let process = child.id();
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            signal = signals.next() => signals.forward(signal, process),
        }
    };
    // Not waited for: whoever the command left behind may keep a connection.
    drop(emulator);
    Ok(exit_code(status))
}

#[cfg(unix)]
fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().or_else(|| Some(SIGNALLED + status.signal()?));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

#[cfg(not(unix))]
fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().map(|code| code.to_le_bytes()[0]);
    ExitCode::from(code.unwrap_or(u8::MAX))
}
