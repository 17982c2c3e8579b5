//! Setting a secret in an emulator that keeps it, beside SQLite alone, which commits as much.

use std::{cell::Cell, ffi::OsString, rc::Rc, time::Instant};

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection as Database, params};
use tokio::runtime::Runtime;

use super::{
    client::{Http, Load, Made, Vault},
    program::{Folder, Program},
};
use crate::harness::{Group, Measure, Options, Row, interleaved, runtime};

/// Sets in a turn of so many callers over HTTP/2, and turns of each contender in a round.
const SETS: [(usize, usize); 2] = [(1, 500), (32, 3_000)];
/// The same where each commit waits for the disk.
const SYNCED_SETS: [(usize, usize); 2] = [(1, 100), (32, 1_000)];
const TURNS: usize = 3;
/// Secrets that get new versions, one after the other.
const NAMES: usize = 1_000;
const VALUE: &str = "a value of thirty-two characters";
/// Where the emulator has its database below the data directory.
const DATABASE: &str = "state.db";

/// As long as the emulator's id of a vault.
const OWNER: &str = "0b6b3c5e-7f4a-4a7e-9d0e-3d6f6a1c2b4f";

/// How long a commit is to last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    Normal,
    Full,
}

impl Durability {
    fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Full => "full",
        }
    }
}

pub(super) fn groups() -> Vec<Group> {
    let normal = SETS.map(|sets| (Durability::Normal, sets));
    let full = SYNCED_SETS.map(|sets| (Durability::Full, sets));
    let group = |(durability, (callers, sets)): (Durability, (usize, usize))| {
        let name = format!("set-secret-data-dir-{}-{callers}-", durability.name());
        Group::new(name.clone(), move |options| rows(&name, durability, callers, sets, options))
    };
    normal.into_iter().chain(full).map(group).collect()
}

/// Starts an emulator that keeps what it has in `data`.
pub(super) fn start_keeping(state: &Folder, data: &Folder, durability: &str) -> Result<Program> {
    let arguments: [OsString; 4] =
        ["--data-dir".into(), data.path().into(), "--durability".into(), durability.into()];
    Program::start(state, &arguments)
}

/// Sets in a second, of ours and of SQLite alone; with one caller also what keeping adds to a set.
fn rows(
    prefix: &str,
    durability: Durability,
    callers: usize,
    sets: usize,
    options: &Options,
) -> Result<Vec<Row>> {
    let runtime = Rc::new(runtime()?);
    let (state, data) = (Folder::new()?, Folder::new()?);
    let start = || {
        let program = start_keeping(&state, &data, durability.name())?;
        let vault = runtime.block_on(Vault::sign_in(&program, "bench"))?;
        let (load, made) = load(&runtime, &vault, callers)?;
        anyhow::Ok((program, load, made))
    };
    let (program, mut first, made) = start()?;
    first.send_once(&made)?;
    drop(program);
    let (folder, record) = (Folder::new()?, recorded(&data)?);
    let bare = Bare::open(&folder, durability, record, Order::None)?;
    let other_folder = Folder::new()?;
    let appending = Bare::open(&other_folder, durability, record, Order::OfMaking)?;
    let (_program, mut keeping, made) = start()?;
    let other_state = Folder::new()?;
    let forgetful = Program::start(&other_state, &[])?;
    let vault = runtime.block_on(Vault::sign_in(&forgetful, "bench"))?;
    let (mut forgetting, made_too) = load(&runtime, &vault, callers)?;
    let mut contenders: [Measure<'_>; 4] = [
        Box::new(|| per_second(sets, || keeping.send(sets, &made))),
        Box::new(|| per_second(sets, || bare.commit(sets))),
        Box::new(|| per_second(sets, || forgetting.send(sets, &made_too))),
        Box::new(|| per_second(sets, || appending.commit(sets))),
    ];
    interleaved(1, 1, &mut contenders)?;
    let taken = interleaved(options.rounds, TURNS, &mut contenders)?;
    let [kept, bare, forgotten, appended] =
        <[_; 4]>::try_from(taken).ok().context("four contenders")?;
    let microseconds = |per_s: &f64| 1e6 / per_s;
    let of_bare = bare.iter().map(microseconds).collect();
    let added = kept
        .iter()
        .zip(&forgotten)
        .map(|(kept, forgotten)| microseconds(kept) - microseconds(forgotten));
    let added = Row::medians(format!("{prefix}added-us")).ours(added.collect()).raw(of_bare);
    let beside_appended =
        Row::medians(format!("{prefix}beside-appended-per-s")).ours(kept.clone()).raw(appended);
    let per_s = Row::medians(format!("{prefix}per-s")).ours(kept).raw(bare);
    // One caller waits for the network first of all.
    Ok(if callers == 1 { vec![per_s, added] } else { vec![per_s, beside_appended] })
}

fn load(runtime: &Rc<Runtime>, vault: &Vault, callers: usize) -> Result<(Load, Made)> {
    let made = (0..NAMES).map(|n| vault.set(Http::Two, &format!("secret-{n:04}"), VALUE));
    let load = Load::connect(runtime, vault.place(), vault.host(), Http::Two, callers)?;
    Ok((load, made.collect::<Result<_>>()?))
}

fn per_second(times: usize, work: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    work()?;
    Ok(times as f64 / start.elapsed().as_secs_f64())
}

/// Bytes of the record of a version in the database of an emulator that ended.
fn recorded(data: &Folder) -> Result<usize> {
    let database = Database::open(data.path().join(DATABASE))?;
    let (records, bytes): (i64, i64) = database.query_row(
        "SELECT count(*), CAST(coalesce(avg(length(body)), 0) AS INTEGER) FROM records \
         WHERE kind = 'secret-version'",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let records = usize::try_from(records)?;
    ensure!(records == NAMES, "{NAMES} secrets were set, and {records} versions kept");
    Ok(bytes.try_into()?)
}

/// Where rows that are made one after the other come to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// Anywhere, as by the name of a secret and the random id of a version: what the bar is about.
    None,
    /// Side by side, as the emulator puts them by a number in front. A commit changes fewer pages.
    OfMaking,
}

/// A database of the emulator's form, with one row and one commit a secret.
struct Bare {
    order: Order,
    database: Database,
    body: Vec<u8>,
    rows: Cell<usize>,
}

impl Bare {
    fn open(folder: &Folder, durability: Durability, record: usize, order: Order) -> Result<Self> {
        let database = Database::open(folder.path().join("bare.sqlite"))?;
        database.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        let mode: String =
            database.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        ensure!(mode == "wal", "the journal's mode is {mode}");
        database.pragma_update(None, "synchronous", durability.name())?;
        database.execute_batch(
            "CREATE TABLE records (owner TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, \
             body BLOB NOT NULL, PRIMARY KEY (owner, kind, key)) STRICT, WITHOUT ROWID",
        )?;
        Ok(Self { order, database, body: vec![7; record], rows: Cell::new(0) })
    }

    fn commit(&self, times: usize) -> Result<()> {
        let mut insert = self.database.prepare(
            "INSERT INTO records (owner, kind, key, body) VALUES (?1, 'secret-version', ?2, ?3)",
        )?;
        for _ in 0..times {
            let row = self.rows.replace(self.rows.get() + 1);
            // A name, and a version that follows no order.
            let (name, version) = (row % NAMES, (row as u128).wrapping_mul(u128::MAX / 7 * 3 + 1));
            let key = match self.order {
                Order::None => format!("secret-{name:04}/{version:032x}"),
                Order::OfMaking => format!("{row:016x}/secret-{name:04}/{version:032x}"),
            };
            insert.execute(params![OWNER, key, self.body])?;
        }
        Ok(())
    }
}
