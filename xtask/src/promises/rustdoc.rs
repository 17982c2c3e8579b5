//! rustdoc's JSON of one crate, which stable Rust gives to whom it trusts with unstable options.
//!
//! `RUSTC_BOOTSTRAP` in cargo's environment would rebuild every dependency whose build script asks for it; so
//! cargo is told that this program is rustdoc, and this program sets the variable for rustdoc alone.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::{cargo, run};
use crate::tree;

/// Says that this process stands in for rustdoc.
const STANDS_IN: &str = "AZVAULT_XTASK_IS_RUSTDOC";

/// The JSON of a package's library, with all its features.
pub(super) fn json(package: &str) -> Result<Value> {
    let mut command = cargo(&["rustdoc", "--quiet", "--locked", "--lib", "--all-features"])?;
    command.args(["--package", package, "--target-dir"]).arg(target()?);
    command.args(["--", "-Zunstable-options", "--output-format=json", "--cap-lints=allow"]);
    command.env("RUSTDOC", std::env::current_exe()?).env(STANDS_IN, "1");
    run(&mut command)?;
    let path = target()?.join("doc").join(format!("{}.json", package.replace('-', "_")));
    let text = std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))?;
    serde_json::from_str(&text).context("reading rustdoc's JSON")
}

/// Where cargo builds, so that what is checked already is not checked again.
fn target() -> Result<PathBuf> {
    Ok(match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => folder.into(),
        None => tree::root()?.join("target"),
    })
}

/// Runs rustdoc where cargo takes this program for it.
pub(crate) fn stand_in() -> Option<ExitCode> {
    std::env::var_os(STANDS_IN)?;
    let mut command = Command::new("rustdoc");
    command.args(std::env::args_os().skip(1)).env("RUSTC_BOOTSTRAP", "1").env_remove(STANDS_IN);
    let status = command.status().ok()?;
    Some(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
