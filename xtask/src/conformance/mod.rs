//! `cargo xtask conformance`: the official Python clients, unmodified, judge what is made here.
//! `tests/conformance/README.md` says how.

mod crypto;
mod management;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::run as run_command;
use crate::tree;

const FOLDER: &str = "tests/conformance";

/// Installs the official clients below `target/` and lets them judge.
pub(crate) fn run() -> Result<()> {
    let root = tree::root()?;
    let python = official_clients(&root)?;
    crypto::run(&root, &python)?;
    management::run(&root, &python)
}

/// The Python that has the packages of `requirements.txt`, installed if they are not there.
pub(crate) fn official_clients(root: &Path) -> Result<PathBuf> {
    let environment = root.join("target/conformance/python");
    let python = environment.join("bin/python");
    let requirements = root.join(FOLDER).join("requirements.txt");
    let wanted = std::fs::read(&requirements)?;
    let installed = environment.join("installed.txt");
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let mut venv = Command::new("python3");
    run_command(venv.args(["-m", "venv", "--clear"]).arg(&environment))
        .context("python3 with its module venv is needed (Debian: python3-venv)")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"]);
    run_command(pip.arg(&requirements))?;
    std::fs::write(installed, wanted)?;
    Ok(python)
}
