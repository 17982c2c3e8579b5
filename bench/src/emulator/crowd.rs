//! A vault with a hundred thousand secrets: what they hold in memory, and whether it answers as fast as a
//! vault with a hundred.

use std::rc::Rc;

use anyhow::{Context, Result, ensure};
use http::Method;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{
    client::{Connection, Http, Load, Made, Vault},
    commits::start_keeping,
    machine::{Side, keep_to, resident},
    program::{Folder, Program},
    throughput::{Turn, turn},
};
use crate::harness::{Measures, Options, Row, interleaved_all, runtime};

const MANY: usize = 100_000;
const FEW: usize = 100;
/// How many a page holds, which is the most that the service gives.
const PAGE: usize = 25;
const VALUE: &str = "a value of thirty-two characters";
/// Callers at a time, over HTTP/2.
const CALLERS: usize = 8;
/// Requests in a turn, and turns of each contender in a round.
const REQUESTS: usize = 2_000;
const TURNS: usize = 3;

fn name(n: usize) -> String {
    format!("secret-{n:06}")
}

/// Sets so many secrets.
pub(super) fn fill(runtime: &Rc<Runtime>, vault: &Vault, secrets: usize) -> Result<()> {
    let mut load = Load::connect(runtime, vault.place(), vault.host(), Http::Two, 32)?;
    let all: Vec<usize> = (0..secrets).collect();
    // Some at a time, since the requests are made beforehand.
    for some in all.chunks(5_000) {
        let made = some.iter().map(|n| vault.set(Http::Two, &name(*n), VALUE));
        let made = made.collect::<Result<Made>>()?;
        load.send_once(&made)?;
    }
    Ok(())
}

pub(super) fn memory_rows(_: &Options) -> Result<Vec<Row>> {
    let (state, data) = (Folder::new()?, Folder::new()?);
    let row = |name: &str, program: Program| {
        anyhow::Ok(Row::worst(name).ours(vec![memory_of_each(&program)?]))
    };
    Ok(vec![
        row("memory-per-secret-bytes", Program::start(&state, &[])?)?,
        row("memory-per-secret-data-dir-bytes", start_keeping(&state, &data, "normal")?)?,
    ])
}

/// Measured once: no clock is in it.
fn memory_of_each(program: &Program) -> Result<f64> {
    let runtime = Rc::new(runtime()?);
    let vault = runtime.block_on(Vault::sign_in(program, "bench"))?;
    fill(&runtime, &vault, 1)?;
    let before = resident(program.id())?;
    fill(&runtime, &vault, MANY)?;
    let held = resident(program.id())? - before;
    Ok(held / MANY as f64)
}

/// Our value is that of the full vault, the raw one that of the other.
pub(super) fn flat_rows(options: &Options) -> Result<Vec<Row>> {
    let runtime = Rc::new(runtime()?);
    let state = Folder::new()?;
    let program = Program::start_apart(&state)?;
    let _here = keep_to(Side::Client)?;
    let full = runtime.block_on(Vault::sign_in(&program, "full"))?;
    let other = full.other("other");
    fill(&runtime, &full, MANY)?;
    fill(&runtime, &other, FEW)?;
    let pages = [pages(&runtime, &full, MANY)?, pages(&runtime, &other, FEW)?];
    let gets = [gets(&full, MANY)?, gets(&other, FEW)?];
    let sets = [sets(&full, MANY)?, sets(&other, FEW)?];
    let mut rows = Vec::new();
    for (name, [of_full, of_other], share) in
        [("flat-get-cpu-us", gets, 1), ("flat-set-cpu-us", sets, 1), ("flat-page-cpu-us", pages, 4)]
    {
        let (requests, id) = (REQUESTS / share, program.id());
        let load = |vault: &Vault| {
            Load::connect(&runtime, vault.place(), vault.host(), Http::Two, CALLERS)
        };
        let (mut to_full, mut to_other) = (load(&full)?, load(&other)?);
        let mut contenders: [Measures<'_, 2>; 2] = [
            Box::new(|| turn(id, requests, || to_full.send(requests, &of_full)).map(Turn::figures)),
            Box::new(|| {
                turn(id, requests, || to_other.send(requests, &of_other)).map(Turn::figures)
            }),
        ];
        interleaved_all(1, 1, &mut contenders)?;
        let [_, cpu] = interleaved_all(options.rounds, TURNS, &mut contenders)?;
        rows.push(Row::medians(name).all(cpu));
    }
    Ok(rows)
}

/// The names of a vault in no order, each as often as the others.
fn scattered(secrets: usize) -> impl Iterator<Item = String> {
    // A prime that divides neither number goes through all of them.
    (0..REQUESTS).map(move |n| name(n * 7_919 % secrets))
}

fn gets(vault: &Vault, secrets: usize) -> Result<Made> {
    scattered(secrets).map(|name| vault.get(Http::Two, &name)).collect()
}

/// New versions of secrets that are there.
fn sets(vault: &Vault, secrets: usize) -> Result<Made> {
    scattered(secrets).map(|name| vault.set(Http::Two, &name, VALUE)).collect()
}

/// Full pages from all over a vault, which is walked once to find them.
fn pages(runtime: &Runtime, vault: &Vault, secrets: usize) -> Result<Made> {
    let mut made = Made::new();
    runtime.block_on(async {
        let mut connection = Connection::open(vault.place(), vault.host(), Http::Two).await?;
        let mut request = vault.request(Http::Two, Method::GET, "/secrets", None)?;
        for page in 0.. {
            let answer = connection.send(request.clone()).await?.json()?;
            let items = answer.get("value").and_then(Value::as_array).context("no items")?;
            ensure!(items.len() == PAGE, "page {page} has {} items", items.len());
            made.push(request);
            match answer.get("nextLink").and_then(Value::as_str) {
                Some(link) => request = vault.follow(link)?,
                None => break,
            }
        }
        anyhow::Ok(())
    })?;
    ensure!(made.len() == secrets / PAGE, "{secrets} secrets are {} pages", made.len());
    Ok(made)
}
