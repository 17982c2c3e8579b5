//! `env`: what `run` sets, for a shell.

use std::{
    error::Error,
    ffi::OsString,
    io::{self, Write},
};

use clap::{ArgAction, Args};

use super::{
    facts::read_running,
    own_host::own_host,
    place::PlaceSettings,
    shell::Shell,
    variables::{Change, Way, changes},
};

#[derive(Debug, Args)]
pub(super) struct EnvSettings {
    #[command(flatten)]
    place: PlaceSettings,
    /// In whose words.
    #[arg(long, value_enum, default_value_t = Shell::Sh)]
    shell: Shell,
    /// For the names under localhost, without the proxy.
    #[arg(long, action = ArgAction::SetTrue)]
    direct: bool,
    /// Hosts that are not the proxy's, besides loopback.
    #[arg(long, value_name = "HOST", value_delimiter = ',', value_parser = own_host)]
    no_proxy: Vec<String>,
}

/// Prints what leads to the emulator that runs on this installation.
pub(super) fn print(
    settings: &EnvSettings,
    present: &[(OsString, OsString)],
) -> Result<(), Box<dyn Error>> {
    let facts = read_running(&settings.place.kept()?)?;
    let way =
        if settings.direct { Way::Direct } else { Way::Proxy { besides: &settings.no_proxy } };
    let text = rendered(settings.shell, &changes(&facts, way, present))?;
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(())
}

fn rendered(shell: Shell, changes: &[Change]) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    let mut object = serde_json::Map::new();
    for change in changes {
        // A name that is no word in a shell can be neither set nor removed there.
        let Some(name) = change.name.to_str().filter(|name| is_word(name)) else {
            continue;
        };
        let value = match &change.value {
            Some(value) => Some(value.to_str().ok_or_else(|| {
                format!(
                    "{name} would not be text: name a folder by --state-dir whose path is UTF-8"
                )
            })?),
            None => None,
        };
        text.push_str(&shell.line(name, value));
        object.insert(name.to_owned(), value.map_or(serde_json::Value::Null, Into::into));
    }
    if shell == Shell::Json {
        text = serde_json::to_string_pretty(&object)? + "\n";
    }
    Ok(text)
}

fn is_word(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
