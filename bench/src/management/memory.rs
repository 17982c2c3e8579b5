//! What an apply holds in memory, counted by the program whose allocator counts.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::{Settings, apply, emulate::Emulating};
use crate::{
    Count,
    harness::{Options, Row, runtime},
};

/// More than are worked on at a time, and four times as many. Even they take a minute and a half: the
/// limit of writes is kept to whoever answers.
const FEW: usize = 250;
const MANY: usize = 1000;

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

/// Counted once: no clock is in it.
pub(super) fn rows(_: &Options) -> Result<Vec<Row>> {
    let (few, many) = (counted(FEW)? / 1024.0, counted(MANY)? / 1024.0);
    Ok(vec![Row::worst("fleet-memory-1000-kib").ours(vec![many]).raw(vec![few])])
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
