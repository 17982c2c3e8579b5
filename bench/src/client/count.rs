//! Warm calls apart from the rounds: their allocations, and one contender alone for a profiler.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use tokio::runtime::Runtime;

use super::{table::Table, warm::calls};
use crate::{Count, contenders::Contender, harness::cpu};

/// Calls to count over, after as many that fill what is kept between calls.
const COUNTED: usize = 320;

/// What all contenders are to do.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Loops {
    /// How many calls at a time.
    #[arg(long, default_value_t = 1)]
    concurrency: usize,
    /// Speak HTTP/1.1, not HTTP/2.
    #[arg(long)]
    http1: bool,
}

impl Loops {
    /// Prints the allocations a call of ours, raw and official as a JSON array.
    pub(crate) fn count(&self, count: Option<Count>) -> Result<()> {
        let count = count.context("the allocator of this program does not count")?;
        let table = Table::set(self.http1)?;
        let counted = [
            self.count_one(count, &table.runtime, &table.ours)?,
            self.count_one(count, &table.runtime, &table.raw)?,
            self.count_one(count, &table.runtime, &table.official)?,
        ];
        println!("{}", serde_json::to_string(&counted)?);
        Ok(())
    }

    fn count_one(
        &self,
        count: Count,
        runtime: &Runtime,
        contender: &impl Contender,
    ) -> Result<f64> {
        let work = || runtime.block_on(calls(contender, COUNTED, self.concurrency));
        work()?;
        let mut result = Ok(());
        let counted = count(&mut || result = work());
        result?;
        Ok(counted.allocations as f64 / COUNTED as f64)
    }
}

/// Allocations a call of ours, raw and official, from the program whose allocator counts.
pub(super) fn counted(http1: bool, concurrency: usize) -> Result<[f64; 3]> {
    let this = std::env::current_exe()?;
    let program =
        this.with_file_name(format!("azvault-bench-count{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(program);
    command.args(["count", "--concurrency", &concurrency.to_string()]).stdin(Stdio::null());
    if http1 {
        command.arg("--http1");
    }
    let output =
        command.stderr(Stdio::inherit()).output().context("starting azvault-bench-count")?;
    ensure!(output.status.success(), "azvault-bench-count ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("reading the counted allocations")
}

/// What one contender alone is to do, for a profiler to look at.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Loop {
    /// Who.
    who: Who,
    /// How many calls; the first of them makes the connection.
    #[arg(long, default_value_t = 5000)]
    calls: usize,
    #[command(flatten)]
    loops: Loops,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Who {
    Ours,
    Raw,
    Official,
}

impl Loop {
    /// Runs it and prints what a call costs.
    pub(crate) fn run(&self) -> Result<()> {
        let table = Table::set(self.loops.http1)?;
        match self.who {
            Who::Ours => self.run_with(&table.runtime, &table.ours),
            Who::Raw => self.run_with(&table.runtime, &table.raw),
            Who::Official => self.run_with(&table.runtime, &table.official),
        }
    }

    fn run_with(&self, runtime: &Runtime, contender: &impl Contender) -> Result<()> {
        let work = || runtime.block_on(calls(contender, self.calls, self.loops.concurrency));
        let spent = cpu(work)?.as_secs_f64() * 1e6 / self.calls as f64;
        println!("{:?}: {spent:.1} us of CPU a call", self.who);
        Ok(())
    }
}
