//! What a crate's public API asks of its next version, as cargo-semver-checks finds it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

use super::bump::Level;
use crate::process::cargo;
use crate::tools;

/// Compares each of these crates with the source at `tag`; `None` where the API asks for nothing.
pub(super) fn levels(tag: &str, crates: &[&str]) -> Result<BTreeMap<String, Level>> {
    if !tools::has_semver_checks() {
        bail!(
            "cargo-semver-checks is missing: `cargo xtask tools --install --for release`, \
             or plan by the fragments alone (--without-semver)"
        );
    }
    let mut levels = BTreeMap::new();
    for name in crates {
        let mut command = cargo(&["semver-checks", "--baseline-rev", tag, "--package", name])?;
        // What a fix may do is all that is allowed, so that everything else is reported.
        command.args(["--release-type", "patch", "--color", "never"]);
        println!("comparing the API of {name} with {tag}");
        let output = command.output().context("starting cargo semver-checks")?;
        let told = String::from_utf8_lossy(&output.stderr);
        let level = asked(&told, output.status.success());
        levels.insert((*name).to_owned(), level.with_context(|| format!("{name}: {told}"))?);
    }
    Ok(levels)
}

/// What its summary asks for.
fn asked(told: &str, success: bool) -> Result<Level> {
    let summary = told.lines().rev().map(str::trim).find(|line| line.starts_with("Summary "));
    match summary {
        Some(line) if line.contains("no semver update required") && success => Ok(Level::None),
        Some(line) if line.contains("requires new major version") => Ok(Level::Break),
        Some(line) if line.contains("requires new minor version") => Ok(Level::Addition),
        _ => bail!("cargo-semver-checks gave no result"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_decides_and_silence_is_an_error() {
        let summary = |text: &str, success| {
            let told = format!(
                "    Checked [ 0.1s] 90 checks\n     Summary {text}\n    Finished [1s] a\n"
            );
            asked(&told, success)
        };
        assert_eq!(summary("no semver update required", true).unwrap(), Level::None);
        let major = "semver requires new major version: 1 major and 0 minor checks failed";
        assert_eq!(summary(major, false).unwrap(), Level::Break);
        let minor = "semver requires new minor version: 0 major and 2 minor checks failed";
        assert_eq!(summary(minor, false).unwrap(), Level::Addition);
        assert!(asked("error: failed to build rustdoc", false).is_err());
        assert!(summary("no semver update required", false).is_err());
    }
}
