//! Logs, on standard error: for people, or as lines of JSON.

use std::{
    ffi::OsString,
    io::{self, IsTerminal},
};

use clap::{Args, ValueEnum};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// Parts of other crates that name headers or bodies when they tell all they do.
const TALKATIVE: [&str; 9] = [
    "azure_core",
    "h2",
    "hyper",
    "hyper_util",
    "reqwest",
    "rustls",
    "tokio_util",
    "tower",
    "typespec_client_core",
];

/// How is logged, and how much.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct LogSettings {
    /// How log lines look.
    #[arg(long, value_enum, env = "AZVAULT_EMULATOR_LOG_FORMAT", default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// What is logged at least [default: info; warn with run]. RUST_LOG, where it is set, has the last word.
    #[arg(long, value_enum, value_name = "LEVEL", env = "AZVAULT_EMULATOR_LOG_LEVEL")]
    log_level: Option<LogLevel>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogLevel {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

impl LogSettings {
    /// Logs to standard error at `level` for want of another, or as RUST_LOG says of all or of us: what it says of
    /// others does not silence a warning or an error.
    pub(super) fn begin(&self, level: LevelFilter, surroundings: &[(OsString, OsString)]) {
        let level = self.log_level.map_or(level, LevelFilter::from);
        let said = surroundings.iter().find(|(name, _)| name == EnvFilter::DEFAULT_ENV);
        let said = said.and_then(|(_, value)| value.to_str()).unwrap_or_default();
        let logs = tracing_subscriber::fmt()
            .with_env_filter(filter(level, said))
            .with_ansi(io::stderr().is_terminal() && self.log_format == LogFormat::Text)
            .with_writer(io::stderr);
        match self.log_format {
            LogFormat::Text => logs.init(),
            LogFormat::Json => logs.json().flatten_event(true).with_span_list(false).init(),
        }
    }
}

/// What is said by name of a part wins over what is said of all, so that of the talkative ones nobody hears more by
/// `RUST_LOG=trace` than that something is wrong.
fn filter(level: LevelFilter, said: &str) -> EnvFilter {
    let mut directives = vec![level.to_string()];
    directives
        .extend(TALKATIVE.iter().map(|part| format!("{part}={}", level.min(LevelFilter::WARN))));
    directives.push(said.to_owned());
    EnvFilter::builder().parse_lossy(directives.join(","))
}
