//! What an apply holds in memory, counted by the program whose allocator counts.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Settings, apply, emulate::Emulating};
use crate::{
    Count,
    harness::{Options, Row, runtime},
};

/// More than are worked on at a time, and four times as many.
const FEW: usize = 500;
const MANY: usize = 2000;

/// How many vaults to apply.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Loads {
    vaults: usize,
}

/// Prints the most bytes that an apply holds at a time beyond its plan.
pub(crate) fn count(loads: Loads, count: Option<Count>) -> Result<()> {
    let count = count.context("the allocator of this program does not count")?;
    let emulator = Emulating::start(&Settings::quick())?;
    let hello = emulator.hello();
    let runtime = runtime()?;
    let (provisioner, fleet) = (apply::provisioner(hello)?, apply::fleet(hello, loads.vaults));
    let plan = runtime.block_on(apply::plan(&provisioner, &fleet, loads.vaults))?;
    let mut work = Some(plan);
    let mut result = Ok(());
    let counted = count(&mut || {
        if let Some(plan) = work.take() {
            result = runtime.block_on(apply::finish(&provisioner, plan));
        }
    });
    result?;
    println!("{}", counted.most_bytes);
    Ok(())
}

pub(super) fn rows(options: &Options) -> Result<Vec<Row>> {
    let mut few = Vec::new();
    let mut many = Vec::new();
    for _ in 0..options.rounds {
        few.push(counted(FEW)? / 1024.0);
        many.push(counted(MANY)? / 1024.0);
    }
    Ok(vec![Row::medians("fleet-memory-2000-kib").ours(many).raw(few)])
}

fn counted(vaults: usize) -> Result<f64> {
    let this = std::env::current_exe()?;
    let program =
        this.with_file_name(format!("azvault-bench-count{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(program)
        .args(["count-fleet", &vaults.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("starting azvault-bench-count")?;
    ensure!(output.status.success(), "azvault-bench-count ended with {}", output.status);
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().with_context(|| format!("no bytes: {text}"))
}
