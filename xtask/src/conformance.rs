//! `cargo xtask conformance`: what azvault-crypto makes, judged by the official Python client, and
//! the other way round. `tests/conformance/README.md` says how.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process::{cargo, run as run_command};
use crate::tree;

const FOLDER: &str = "tests/conformance";

/// Installs the official client below `target/` and exchanges cases with it.
pub(crate) fn run() -> Result<()> {
    let root = tree::root()?;
    let python = official_client(&root)?;
    let folder = root.join("target/conformance");
    let (ours, theirs) = (folder.join("ours.json"), folder.join("theirs.json"));
    let build = ["build", "--quiet", "--locked", "--package", "azvault-tests", "--bins"];
    run_command(&mut cargo(&build)?)?;
    let exchange = [
        "run",
        "--quiet",
        "--locked",
        "--package",
        "azvault-tests",
        "--bin",
        "crypto_exchange",
        "--",
    ];
    pipe(cargo(&exchange)?.arg("make"), None, Some(&ours))?;
    let script = root.join(FOLDER).join("crypto_exchange.py");
    pipe(Command::new(python).arg(script), Some(&ours), Some(&theirs))?;
    pipe(cargo(&exchange)?.arg("judge"), Some(&theirs), None)
}

/// The Python that has the packages of `requirements.txt`, installed if they are not there.
fn official_client(root: &Path) -> Result<PathBuf> {
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

fn pipe(command: &mut Command, from: Option<&Path>, into: Option<&Path>) -> Result<()> {
    command.stdin(match from {
        Some(file) => Stdio::from(File::open(file)?),
        None => Stdio::null(),
    });
    if let Some(file) = into {
        command.stdout(File::create(file)?);
    }
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("starting {program}"))?;
    if !status.success() {
        bail!("{program} ended with {status}");
    }
    Ok(())
}
