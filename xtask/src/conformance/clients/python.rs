//! The Python clients: `azure-identity`, `azure-keyvault-keys` and others, in a venv.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::Client;
use crate::conformance::{Mode, place::Place};
use crate::process::run;

pub(super) const CLIENT: Client = Client {
    name: "python",
    modes: &[Mode::Direct, Mode::Proxy, Mode::Slow, Mode::Exchange],
    install,
    runner: |place| {
        let mut command = Command::new(python(place));
        command.arg("-B").arg(place.suite.join("run.py"));
        command
    },
};

/// The venv's interpreter.
pub(in crate::conformance) fn python(place: &Place) -> PathBuf {
    place.home.join("venv/bin/python")
}

fn install(place: &Place) -> Result<()> {
    const PINS: &str = "requirements.txt";
    place.install(PINS, || {
        let mut venv = Command::new("python3");
        run(venv.args(["-m", "venv", "--clear"]).arg(place.home.join("venv")))
            .context("python3 with its module venv is needed (Debian: python3-venv)")?;
        let mut pip = Command::new(python(place));
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        run(pip.arg("-r").arg(place.suite.join(PINS)))
    })
}
