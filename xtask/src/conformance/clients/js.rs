//! The JavaScript clients: `@azure/identity`, `@azure/keyvault-keys` and others, by npm.

use std::process::Command;

use anyhow::{Context, Result};

use super::Client;
use crate::conformance::{Mode, place::Place};
use crate::process::run;

pub(super) const CLIENT: Client = Client {
    name: "js",
    modes: &[Mode::Direct, Mode::Proxy],
    install,
    runner: |place| {
        let mut command = Command::new("node");
        // The packages are not above the suite, where Node looks for them.
        command.env("NODE_PATH", place.home.join("node_modules"));
        command.arg(place.suite.join("run.js"));
        command
    },
};

fn install(place: &Place) -> Result<()> {
    const PINS: [&str; 2] = ["package.json", "package-lock.json"];
    place.install(PINS[1], || {
        for file in PINS {
            std::fs::copy(place.suite.join(file), place.home.join(file))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel", "error"]);
        run(npm.current_dir(&place.home))
            .context("Node.js 20 or newer with npm is needed (Debian: nodejs, npm)")
    })
}
