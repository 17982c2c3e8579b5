//! Warm calls: everything is connected and authenticated, and a secret is got again and again.

use anyhow::{Context, Result, ensure};
use tokio::{runtime::Runtime, task::JoinSet};

use super::table::Table;
use crate::{
    contenders::Contender,
    harness::{Group, Measure, Options, Row, cpu, interleaved},
};

/// So many calls that what the others left in the caches is no matter, a twentieth of a second.
const CALLS: usize = 2048;
/// Turns of each contender in a round, which takes a second of CPU or so.
const TURNS: usize = 8;
/// A few names, as a program has.
const NAMES: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
/// The length of each secret's value.
const VALUE: usize = 32;

pub(super) fn groups() -> Vec<Group> {
    let kinds = [("http2", 1), ("http2", 32), ("http1", 1), ("http1", 32)];
    let group = |(http, concurrency)| {
        let prefix = format!("warm-{http}-{concurrency}-");
        Group::new(prefix.clone(), move |options| rows(&prefix, http, concurrency, options))
    };
    kinds.map(group).into()
}

fn rows(prefix: &str, http: &str, concurrency: usize, options: &Options) -> Result<Vec<Row>> {
    let allocated = super::count::counted(http == "http1", concurrency)?;
    let Table { runtime, ours, raw, official, server: _server } = Table::set(http == "http1")?;
    let mut contenders = [
        measure(&runtime, &ours, concurrency),
        measure(&runtime, &raw, concurrency),
        measure(&runtime, &official, concurrency),
    ];
    interleaved(1, 1, &mut contenders).context("warming up")?;
    let rounds = interleaved(options.rounds, TURNS, &mut contenders)?;
    Ok(vec![
        Row::medians(format!("{prefix}cpu-us")).all(rounds),
        Row::medians(format!("{prefix}allocations")).all(allocated.map(|n| vec![n]).into()),
    ])
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

/// Gets secrets, `concurrency` at a time.
pub(super) async fn calls(
    contender: &impl Contender,
    calls: usize,
    concurrency: usize,
) -> Result<()> {
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
