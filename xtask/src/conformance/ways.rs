//! The two ways in: at the emulator's own names, and at the public cloud's through its proxy.

use std::process::Command;

use anyhow::Result;

use super::clients::Client;
use super::emulator::{self, Emulator};
use super::names;
use super::place::Place;
use super::report::Report;
use super::runner;

/// Who the runner is, to Entra.
const CLIENT_ID: &str = "11111111-2222-4333-8444-555555555555";
const CLIENT_SECRET: &str = "conformance";

/// At `https://NAME.vault.localhost:PORT`.
pub(super) fn direct(
    client: &Client,
    place: &Place,
    areas: &[String],
    report: &mut Report,
) -> Result<()> {
    let emulator = Emulator::start(&[])?;
    let vaults = emulator.told("Vault URL")?;
    let suffix = vaults.trim_start_matches("https://{name}");
    let ca = emulator.told("CA certificate")?;
    let mut command = names::resolving(&(client.runner)(place), place)?;
    runner::cleaned(&mut command);
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"] {
        command.env(name, ca);
    }
    command
        .env("MODE", "direct")
        .env("AREAS", areas.join(" "))
        .env("VAULT_SUFFIX", suffix)
        .env("MANAGEMENT_URL", emulator.told("Management URL")?)
        .env("AZURE_AUTHORITY_HOST", emulator.told("Authority")?)
        .env("AZURE_TENANT_ID", emulator.told("Tenant")?)
        .env("AZURE_SUBSCRIPTION_ID", emulator.told("Subscription")?)
        .env("AZURE_CLIENT_ID", CLIENT_ID)
        .env("AZURE_CLIENT_SECRET", CLIENT_SECRET)
        .env("AZURE_CORE_INSTANCE_DISCOVERY", "false");
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
    command.args(["run", "--"]).arg(runner.get_program()).args(runner.get_args());
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
