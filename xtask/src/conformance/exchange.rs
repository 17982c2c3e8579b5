//! What azvault-crypto makes, judged by the official client of keys, and the other way round.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::clients;
use super::place::Place;
use super::report::Report;
use crate::process::{cargo, run as run_command};

pub(super) fn run(place: &Place, report: &mut Report) -> Result<()> {
    let (ours, theirs) = (place.own("ours.json")?, place.own("theirs.json")?);
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
    let script = place.suite.join("exchange/crypto_exchange.py");
    let mut python = Command::new(clients::python_of(place));
    pipe(python.arg("-B").arg(script), Some(&ours), Some(&theirs))?;
    report.ok("crypto", "the official client takes what azvault-crypto made");
    pipe(cargo(&exchange)?.arg("judge"), Some(&theirs), None)?;
    report.ok("crypto", "azvault-crypto takes what the official client made");
    Ok(())
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
