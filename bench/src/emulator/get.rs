//! Getting a secret, beside a bare server that gives the same answer.

use std::rc::Rc;

use anyhow::{Result, ensure};

use super::{
    bare::Bare,
    client::{Answer, Http, Load, Made, Vault},
    machine::{Side, keep_to},
    program::{Folder, Program},
    throughput::{Turn, turn},
};
use crate::harness::{Group, Measures, Options, Row, interleaved_all, runtime};

/// Requests in a turn of so many callers: a fifth of a second or so of either.
const GETS: [(usize, usize); 2] = [(1, 2_000), (32, 6_000)];
/// Turns of each contender in a round.
const TURNS: usize = 3;
/// A few names, as a program has.
const NAMES: [&str; 8] = ["s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7"];
const VALUE: &str = "a value of thirty-two characters";

pub(super) fn groups() -> Vec<Group> {
    let kinds = [Http::One, Http::Two].into_iter().flat_map(|http| GETS.map(|it| (http, it)));
    let group = |(http, (callers, gets)): (Http, (usize, usize))| {
        let prefix = format!("get-secret-{}-{callers}-", http.name());
        Group::new(prefix.clone(), move |options| rows(&prefix, http, callers, gets, options))
    };
    kinds.map(group).collect()
}

fn rows(
    prefix: &str,
    http: Http,
    callers: usize,
    gets: usize,
    options: &Options,
) -> Result<Vec<Row>> {
    let runtime = Rc::new(runtime()?);
    let state = Folder::new()?;
    // Each side has a processor of its own, so that a server's throughput does not depend on what its client needs.
    let there = keep_to(Side::Server)?;
    let program = Program::start(&state, &[])?;
    let vault = runtime.block_on(Vault::sign_in(&program, "bench"))?;
    for name in NAMES {
        vault.once(&runtime, vault.set(http, name, VALUE)?)?.json()?;
    }
    let answer = vault.once(&runtime, vault.get(http, "s0")?)?;
    let bare = Bare::start(vault.host(), &answer)?;
    drop(there);
    let at_bare = vault.at(bare.place().clone());
    let of_bare = at_bare.once(&runtime, at_bare.get(http, "s0")?)?;
    ensure_same(&answer, &of_bare)?;

    let _here = keep_to(Side::Client)?;
    let connect = |vault: &Vault| {
        let made = NAMES.iter().map(|name| vault.get(http, name)).collect::<Result<Made>>()?;
        let load = Load::connect(&runtime, vault.place(), vault.host(), http, callers)?;
        anyhow::Ok((load, made))
    };
    let (mut ours, made_ours) = connect(&vault)?;
    let (mut raw, made_raw) = connect(&at_bare)?;
    let mut contenders: [Measures<'_, 2>; 2] = [
        Box::new(|| turn(program.id(), gets, || ours.send(gets, &made_ours)).map(Turn::figures)),
        Box::new(|| turn(bare.id(), gets, || raw.send(gets, &made_raw)).map(Turn::figures)),
    ];
    interleaved_all(1, 1, &mut contenders)?;
    let [per_s, cpu] = interleaved_all(options.rounds, TURNS, &mut contenders)?;
    Ok(vec![
        Row::medians(format!("{prefix}per-s")).all(per_s),
        Row::medians(format!("{prefix}cpu-us")).all(cpu),
    ])
}

/// The bare server has to send as much as the emulator.
fn ensure_same(ours: &Answer, raw: &Answer) -> Result<()> {
    ensure!(ours.body == raw.body, "the bare server answers {:?}", raw.body);
    let sizes = |answer: &Answer| {
        let sizes = answer.headers.iter().map(|(name, value)| (name.to_string(), value.len()));
        let mut sizes: Vec<_> = sizes.collect();
        sizes.sort();
        sizes
    };
    ensure!(sizes(ours) == sizes(raw), "the bare server's headers are {:?}", raw.headers);
    Ok(())
}
