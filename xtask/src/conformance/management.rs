//! The emulator's Resource Manager, judged by the official clients in the lives of some vaults.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result};

use super::FOLDER;
use crate::process::{cargo, run as run_command};

/// An address that network rules can name, unlike that of this machine.
const CLIENT_ADDRESS: &str = "203.0.113.7";

/// So that nothing is ready, done or in force at the first look, and Azure's limits hold.
const SETTINGS: [&str; 12] = [
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

pub(super) fn run(root: &Path, python: &Path) -> Result<()> {
    let emulator = Emulator::start()?;
    let mut script = Command::new(python);
    script
        .arg(root.join(FOLDER).join("management.py"))
        .env("CLIENT_ADDRESS", CLIENT_ADDRESS)
        .env("MANAGEMENT_URL", emulator.told("Management URL")?)
        .env("SUBSCRIPTION_ID", emulator.told("Subscription")?)
        .env("AZURE_TENANT_ID", emulator.told("Tenant")?)
        .env("AZURE_AUTHORITY_HOST", emulator.told("Authority")?)
        .env("REQUESTS_CA_BUNDLE", emulator.told("CA certificate")?);
    run_command(&mut script)
}

/// The emulator's program as somebody starts it, with what it prints.
struct Emulator {
    program: Child,
    told: BTreeMap<String, String>,
    /// Kept open: the program ends when nobody listens to what it still prints.
    _output: BufReader<ChildStdout>,
}

impl Emulator {
    fn start() -> Result<Self> {
        run_command(&mut cargo(&[
            "build",
            "--quiet",
            "--locked",
            "--package",
            "azvault-emulator",
        ])?)?;
        // Replaced by the program itself, so that the one that is killed is the one that serves.
        let mut command =
            cargo(&["run", "--quiet", "--locked", "--package", "azvault-emulator", "--"])?;
        command.args(["--port", "0"]).args(SETTINGS).env("RUST_LOG", "warn").stdout(Stdio::piped());
        let mut program = command.spawn().context("starting the emulator")?;
        let mut output = BufReader::new(program.stdout.take().context("the emulator's output")?);
        // The names and what they are end with the first empty line.
        let told = output
            .by_ref()
            .lines()
            .map_while(std::result::Result::ok)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| {
                let (name, value) = line.split_once(':')?;
                Some((name.to_owned(), value.trim().to_owned()))
            })
            .collect();
        Ok(Self { program, told, _output: output })
    }

    fn told(&self, name: &str) -> Result<&str> {
        let value = self.told.get(name).map(String::as_str);
        value.with_context(|| format!("the emulator did not print its {name}"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.program.kill());
        drop(self.program.wait());
    }
}
