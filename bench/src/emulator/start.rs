//! From the start of the process to the first secret, and what it then holds in memory.

use std::{rc::Rc, time::Instant};

use anyhow::{Result, ensure};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{
    client::{Connection, Http, Vault},
    machine::resident,
    program::{Folder, Program},
};
use crate::harness::{Measure, Measures, Options, Row, interleaved, interleaved_all, runtime};

/// Starts of each kind in a round.
const TURNS: usize = 3;
const VALUE: &str = "a value of thirty-two characters";

/// Starts the emulator, signs in, sets a secret and gets it.
fn first_secret(runtime: &Runtime, state: &Folder) -> Result<Program> {
    let program = Program::start(state, &[])?;
    let answer = runtime.block_on(async {
        let vault = Vault::sign_in(&program, "bench").await?;
        let mut connection = Connection::open(vault.place(), vault.host(), Http::Two).await?;
        connection.send(vault.set(Http::Two, "s0", VALUE)?).await?.json()?;
        connection.send(vault.get(Http::Two, "s0")?).await?.json()
    })?;
    ensure!(answer.get("value").and_then(Value::as_str) == Some(VALUE), "answered {answer}");
    Ok(program)
}

pub(super) fn time_rows(options: &Options) -> Result<Vec<Row>> {
    let runtime = Rc::new(runtime()?);
    let installed = Folder::new()?;
    drop(first_secret(&runtime, &installed)?);
    let mut contenders: [Measure<'_>; 2] =
        [Box::new(|| timed(&runtime, &installed)), Box::new(|| timed(&runtime, &Folder::new()?))];
    let mut taken = interleaved(options.rounds, TURNS, &mut contenders)?.into_iter();
    let names = ["start-to-first-secret-ms", "start-installing-to-first-secret-ms"];
    Ok(names.map(|name| Row::medians(name).ours(taken.next().unwrap_or_default())).into())
}

/// In milliseconds, without the end of the process.
fn timed(runtime: &Runtime, state: &Folder) -> Result<f64> {
    let start = Instant::now();
    let program = first_secret(runtime, state)?;
    let taken = start.elapsed();
    drop(program);
    Ok(taken.as_secs_f64() * 1e3)
}

pub(super) fn memory_rows(options: &Options) -> Result<Vec<Row>> {
    let runtime = runtime()?;
    let state = Folder::new()?;
    let measure = || Ok([resident(first_secret(&runtime, &state)?.id())? / 1e6]);
    let mut contenders: [Measures<'_, 1>; 1] = [Box::new(measure)];
    let [taken] = interleaved_all(options.rounds, 1, &mut contenders)?;
    Ok(vec![Row::medians("idle-memory-mb").all(taken)])
}
