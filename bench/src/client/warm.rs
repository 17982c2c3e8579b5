//! Warm calls: everything is connected and authenticated, and a secret is got again and again.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use azure_core::http::Transport;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    contenders::{Contender, Counting, Official, Ours, Raw, reqwest_client, token},
    harness::{Group, Measure, Options, Row, allocations, cpu, interleaved, runtime},
    server::Server,
};

/// So many calls that one turn of a contender takes some hundredths of a second.
const CALLS: usize = 1500;
/// Turns of each contender in a round, which takes a second of CPU or so.
const TURNS: usize = 8;
/// Calls to count allocations over, and those before them that fill what is kept.
const COUNTED: usize = 320;
const VALUE: usize = 32;

pub(super) fn groups() -> Vec<Group> {
    let kinds = [("http2", 1), ("http2", 32), ("http1", 1), ("http1", 32)];
    let group = |(http, concurrency)| {
        let prefix = format!("warm-{http}-{concurrency}-");
        Group::new(prefix.clone(), move |options| rows(&prefix, http, concurrency, options))
    };
    kinds.map(group).into()
}

/// The contenders and what they talk to.
struct Table {
    ours: Ours,
    raw: Raw,
    official: Official,
    runtime: Runtime,
    server: Server,
}

impl Table {
    fn set(http: &str) -> Result<Self> {
        let server = Server::start(if http == "http1" { &["--http1"] } else { &[] })?;
        let (url, ca_pem) = (server.vault_url(), server.ca_pem());
        let ours = Ours::new(&url, ca_pem, Counting::new())?;
        let raw = Raw::new(reqwest_client(ca_pem)?, &url, token());
        let transport = Transport::new(Arc::new(reqwest_client(ca_pem)?));
        let official = Official::over(&url, transport, Counting::new())?;
        Ok(Self { ours, raw, official, runtime: runtime()?, server })
    }
}

fn rows(prefix: &str, http: &str, concurrency: usize, options: &Options) -> Result<Vec<Row>> {
    let Table { runtime, ours, raw, official, server: _server } = Table::set(http)?;
    let counts = [
        counted(&runtime, &ours, concurrency)?,
        counted(&runtime, &raw, concurrency)?,
        counted(&runtime, &official, concurrency)?,
    ];
    let mut contenders = [
        measure(&runtime, &ours, concurrency),
        measure(&runtime, &raw, concurrency),
        measure(&runtime, &official, concurrency),
    ];
    let rounds = interleaved(options.rounds, TURNS, &mut contenders)?;
    Ok(vec![
        Row::medians(format!("{prefix}cpu-us")).all(rounds),
        Row::medians(format!("{prefix}allocations")).all(counts.map(|count| vec![count]).into()),
    ])
}

/// What one contender alone is to do, for a profiler to look at.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Loop {
    /// Who: ours, raw or official.
    who: Who,
    /// How many calls; the first of them makes the connection.
    #[arg(long, default_value_t = 5000)]
    calls: usize,
    /// How many at a time.
    #[arg(long, default_value_t = 1)]
    concurrency: usize,
    /// Speak HTTP/1.1, not HTTP/2.
    #[arg(long)]
    http1: bool,
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
        let table = Table::set(if self.http1 { "http1" } else { "http2" })?;
        match self.who {
            Who::Ours => self.run_with(&table.runtime, &table.ours),
            Who::Raw => self.run_with(&table.runtime, &table.raw),
            Who::Official => self.run_with(&table.runtime, &table.official),
        }
    }

    fn run_with(&self, runtime: &Runtime, contender: &impl Contender) -> Result<()> {
        let mut allocated = 0;
        let spent = cpu(|| {
            allocated =
                allocations(|| runtime.block_on(calls(contender, self.calls, self.concurrency)))?;
            Ok(())
        })?;
        let calls = self.calls as f64;
        let (cpu, allocated) = (spent.as_secs_f64() * 1e6 / calls, allocated as f64 / calls);
        println!("{:?}: {cpu:.1} us of CPU, {allocated:.1} allocations a call", self.who);
        Ok(())
    }
}

/// Microseconds of CPU a call.
fn measure<'a>(
    runtime: &'a Runtime,
    contender: &'a impl Contender,
    concurrency: usize,
) -> Measure<'a> {
    Box::new(move || {
        let spent = cpu(|| runtime.block_on(calls(contender, CALLS, concurrency)))?;
        Ok(spent.as_secs_f64() * 1e6 / CALLS as f64)
    })
}

/// Allocations a call, once everything is warm.
fn counted(runtime: &Runtime, contender: &impl Contender, concurrency: usize) -> Result<f64> {
    runtime.block_on(calls(contender, COUNTED, concurrency))?;
    let count = allocations(|| runtime.block_on(calls(contender, COUNTED, concurrency)))?;
    Ok(count as f64 / COUNTED as f64)
}

/// Gets secrets, `concurrency` at a time.
async fn calls(contender: &impl Contender, calls: usize, concurrency: usize) -> Result<()> {
    if concurrency == 1 {
        return get_all(contender, 0, calls).await;
    }
    let mut tasks = JoinSet::new();
    let each = calls / concurrency;
    for task in 0..concurrency {
        let contender = contender.clone();
        let calls = if task == 0 { calls - each * (concurrency - 1) } else { each };
        tasks.spawn(async move { get_all(&contender, task, calls).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.context("a task ended early")??;
    }
    Ok(())
}

async fn get_all(contender: &impl Contender, first: usize, calls: usize) -> Result<()> {
    for n in first..first + calls {
        let length = contender.get(NAMES.get(n % NAMES.len()).context("no name")?).await?;
        ensure!(length == VALUE, "a value of {length} characters");
    }
    Ok(())
}

/// A few names, as a program has.
const NAMES: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
