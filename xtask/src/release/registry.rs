//! A registry as cargo sees it.

use std::process::Command;

use anyhow::{Context, Result, bail};

use super::bump::Version;
use super::publish::Release;
use crate::process::{cargo, run as go, run_heard};

/// What publishing needs of a registry.
pub(super) trait Registry {
    /// Whether others can use that version. A yanked one looks like one that never was.
    fn has(&mut self, name: &str, version: &Version) -> Result<bool>;
    /// Uploads a crate, and waits until others can use it; `false` if the registry took that version before, which it
    /// may have yanked, or not have in its index yet.
    fn publish(&mut self, release: &Release) -> Result<bool>;
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

    fn publish(&mut self, release: &Release) -> Result<bool> {
        // `verify` has built it from its tarball.
        let mut command = cargo(&["publish", "--no-verify", "--package", &release.name])?;
        let (status, lines) = run_heard(self.named(&mut command))?;
        let told = lines.join("\n");
        if !status.success() && !is_out(&told) {
            bail!("{}", reason(&told));
        }
        Ok(status.success())
    }
}

/// Whether cargo, or the registry, says that this version is there, if only yanked.
fn is_out(told: &str) -> bool {
    told.contains(" is already uploaded") || told.contains(" already exists on ")
}

/// Cargo's last error with its causes, as one line.
fn reason(told: &str) -> String {
    let error =
        told.rfind("error: ").and_then(|at| told.get(at + 7..)).unwrap_or("cargo publish failed");
    error.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether cargo says that there is no such version, and not that it could not ask.
fn is_absent(name: &str, told: &str) -> bool {
    told.contains(&format!("could not find `{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_what_is_there_is_told_from_any_other() {
        let refused = "error: failed to publish a v0.1.0 to registry at x\n\nCaused by:\n  ";
        let yanked =
            "the remote server responded with an error: crate version `0.1.0` is already uploaded";
        assert!(is_out(&format!("{refused}{yanked}\n")));
        assert!(is_out("error: crate a@0.1.0 already exists on `x` index\n"));
        let other =
            format!("{refused}the remote server responded with an error (status 503): later\n\n");
        assert!(!is_out(&other));
        let cause = "Caused by: the remote server responded with an error (status 503): later";
        assert_eq!(reason(&other), format!("failed to publish a v0.1.0 to registry at x {cause}"));
    }

    #[test]
    fn a_version_is_absent_only_if_cargo_says_so() {
        assert!(is_absent("a", "error: could not find `a@0.1.0` in registry `x`"));
        assert!(!is_absent("a", "error: failed to download from `x`\n\nCaused by:\n  timed out"));
    }
}
