//! A registry as cargo sees it.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::bump::Version;
use super::publish::Release;
use crate::process::{cargo, run as go};

/// What publishing needs of a registry.
pub(super) trait Registry {
    /// Whether it has that version, yanked or not.
    fn has(&mut self, name: &str, version: &Version) -> Result<bool>;
    /// Uploads a crate, and waits until others can use it.
    fn publish(&mut self, release: &Release) -> Result<()>;
}

/// A registry of cargo's configuration.
#[derive(Debug)]
pub(super) struct Cargo {
    name: Option<String>,
}

impl Cargo {
    /// The registry of that name, or the default one.
    pub(super) fn new(name: Option<String>) -> Self {
        Self { name }
    }

    /// Has cargo do everything but upload, all crates at once: each sees the others as published.
    pub(super) fn rehearse(&self, releases: &[Release]) -> Result<()> {
        let mut command = cargo(&["publish", "--dry-run", "--no-verify"])?;
        for release in releases {
            command.args(["--package", &release.name]);
        }
        // Of interest before the commit is made, too.
        command.arg("--allow-dirty");
        go(self.named(&mut command))
    }

    fn named<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match &self.name {
            Some(name) => command.args(["--registry", name]),
            None => command,
        }
    }
}

impl Registry for Cargo {
    fn has(&mut self, name: &str, version: &Version) -> Result<bool> {
        let mut command = cargo(&["info", "--color", "never", &format!("{name}@{version}")])?;
        // Elsewhere: in the workspace cargo would tell of the member.
        self.named(&mut command).current_dir(std::env::temp_dir());
        let output = command.output().context("starting cargo info")?;
        let told = String::from_utf8_lossy(&output.stderr);
        if output.status.success() {
            Ok(true)
        } else if is_absent(name, &told) {
            Ok(false)
        } else {
            bail!("cannot tell whether {name} {version} is out:\n{told}")
        }
    }

    fn publish(&mut self, release: &Release) -> Result<()> {
        // `verify` has built it from its tarball.
        let mut command = cargo(&["publish", "--no-verify", "--package", &release.name])?;
        go(self.named(&mut command))
    }
}

/// Whether cargo says that there is no such version, and not that it could not ask.
fn is_absent(name: &str, told: &str) -> bool {
    told.contains(&format!("could not find `{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_absent_only_if_cargo_says_so() {
        assert!(is_absent("a", "error: could not find `a@0.1.0` in registry `x`"));
        assert!(!is_absent("a", "error: failed to download from `x`\n\nCaused by:\n  timed out"));
    }
}
