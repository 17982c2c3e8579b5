//! The emulator's Resource Manager as slow and as strict as Azure, judged by the official clients in
//! the lives of some vaults.

use std::process::Command;

use anyhow::Result;

use super::clients;
use super::emulator::Emulator;
use super::names;
use super::place::Place;
use super::report::Report;
use super::runner;

/// An address that network rules can name, unlike that of this machine.
const CLIENT_ADDRESS: &str = "203.0.113.7";

/// So that nothing is ready, done or in force at the first look, and Azure's limits hold.
const SETTINGS: [&str; 15] = [
    "--ephemeral",
    "--proxy-port",
    "0",
    "--provisioning-lag",
    "1",
    "--purge-lag",
    "1",
    "--access-lag",
    "1",
    "--provider-unregistered",
    "--registration-lag",
    "1",
    "--resource-manager-limits",
    "--client-address",
    CLIENT_ADDRESS,
];

pub(super) fn run(place: &Place, report: &mut Report) -> Result<()> {
    let emulator = Emulator::start(&SETTINGS)?;
    let mut script = Command::new(clients::python_of(place));
    script.arg("-B").arg(place.suite.join("slow/management.py"));
    let mut script = names::resolving(&script, place, "slow/names.txt")?;
    runner::cleaned(&mut script)
        .env("CLIENT_ADDRESS", CLIENT_ADDRESS)
        .env("MANAGEMENT_URL", emulator.told("Management URL")?)
        .env("AZURE_SUBSCRIPTION_ID", emulator.told("Subscription")?)
        .env("AZURE_TENANT_ID", emulator.told("Tenant")?)
        .env("AZURE_AUTHORITY_HOST", emulator.told("Authority")?)
        .env("REQUESTS_CA_BUNDLE", emulator.told("CA certificate")?);
    runner::run(&mut script, report)
}
