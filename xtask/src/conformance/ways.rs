//! The two ways in: at the emulator's own names, and at the public cloud's through its proxy.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::clients::Client;
use super::emulator::{self, Emulator};
use super::names;
use super::place::Place;
use super::report::Report;
use super::runner;

/// Whom the emulator knows by name, beside everybody else: a client may have such a file.
const PRINCIPALS: &str = "principals.toml";

/// At `https://NAME.vault.localhost:PORT`, with the variables that `azvault-emulator env` prints.
pub(super) fn direct(
    client: &Client,
    place: &Place,
    areas: &[String],
    report: &mut Report,
) -> Result<()> {
    let state = installation(place)?;
    let mut settings = vec!["--proxy-port".to_owned(), "0".to_owned()];
    settings.extend(shared(place, &state));
    let emulator = Emulator::start(&settings)?;
    let vaults = emulator.told("Vault URL")?;
    let suffix = vaults.trim_start_matches("https://{name}");
    let mut command = names::resolving(&(client.runner)(place), place, "names.txt")?;
    runner::cleaned(&mut command);
    for (name, value) in emulator::direct_variables(&state)? {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
        .env("MODE", "direct")
        .env("AREAS", areas.join(" "))
        .env("VAULT_SUFFIX", suffix)
        .env("MANAGEMENT_URL", emulator.told("Management URL")?);
    runner::run(&mut command, report)
}

/// At the public cloud's names, through `azvault-emulator run`, which sets all else.
pub(super) fn proxy(
    client: &Client,
    place: &Place,
    areas: &[String],
    report: &mut Report,
) -> Result<()> {
    let runner = (client.runner)(place);
    let mut command = Command::new(emulator::program()?);
    command.arg("run").args(shared(place, &installation(place)?)).arg("--");
    command.arg(runner.get_program()).args(runner.get_args());
    runner::cleaned(&mut command);
    for (name, value) in runner.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command
        .env("RUST_LOG", "warn")
        .env("MODE", "proxy")
        .env("AREAS", areas.join(" "))
        .env("VAULT_SUFFIX", ".vault.azure.net")
        .env("MANAGEMENT_URL", "https://management.azure.com");
    runner::run(&mut command, report)
}

/// The emulator's installation, of this checkout and client alone: a new one for each run.
fn installation(place: &Place) -> Result<PathBuf> {
    let state = place.own("state")?;
    if state.exists() {
        std::fs::remove_dir_all(&state)?;
    }
    Ok(state)
}

/// What both ways tell the emulator.
fn shared(place: &Place, state: &Path) -> Vec<String> {
    let mut settings = vec!["--state-dir".to_owned(), state.display().to_string()];
    let principals = place.suite.join(PRINCIPALS);
    if principals.exists() {
        settings.extend(["--principals".to_owned(), principals.display().to_string()]);
    }
    settings
}
