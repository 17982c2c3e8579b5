//! What azvault-crypto makes, judged by the official client of keys, and the other way round.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::FOLDER;
use crate::process::{cargo, run as run_command};

pub(super) fn run(root: &Path, python: &Path) -> Result<()> {
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
