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
        if major().is_some_and(|major| major < 20) {
            // The packages want a name that newer versions have by themselves.
            command.arg("--experimental-global-webcrypto");
        }
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
            .context("Node.js 18 or newer with npm is needed (Debian: nodejs, npm)")
    })
}

/// The first number of `node`'s version.
fn major() -> Option<u32> {
    let output = Command::new("node").arg("--version").output().ok()?;
    major_of(&String::from_utf8(output.stdout).ok()?)
}

/// `v18.20.4`
fn major_of(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_begins_with_its_major_number() {
        assert_eq!(major_of("v18.20.4\n"), Some(18));
        assert_eq!(major_of("18"), None);
    }
}
