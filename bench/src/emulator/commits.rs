//! Setting a secret in an emulator that keeps it, beside SQLite alone, which commits as much.

use std::{cell::Cell, ffi::OsString, rc::Rc, time::Instant};

use anyhow::{Result, ensure};
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
/// Bytes of the record that the emulator writes of such a version, as in its database.
const RECORD: usize = 300;

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
        let name = format!("set-secret-data-dir-{}-{callers}-per-s", durability.name());
        Group::new(name.clone(), move |options| {
            Ok(vec![Row::medians(name.clone()).all(rounds(durability, callers, sets, options)?)])
        })
    };
    normal.into_iter().chain(full).map(group).collect()
}

/// Starts an emulator that keeps what it has in `data`.
pub(super) fn start_keeping(state: &Folder, data: &Folder, durability: &str) -> Result<Program> {
    let arguments: [OsString; 4] =
        ["--data-dir".into(), data.path().into(), "--durability".into(), durability.into()];
    Program::start(state, &arguments)
}

/// Sets in a second, of ours and of SQLite alone.
fn rounds(
    durability: Durability,
    callers: usize,
    sets: usize,
    options: &Options,
) -> Result<Vec<Vec<f64>>> {
    let runtime = Rc::new(runtime()?);
    let (state, data) = (Folder::new()?, Folder::new()?);
    let program = start_keeping(&state, &data, durability.name())?;
    let vault = runtime.block_on(Vault::sign_in(&program, "bench"))?;
    let (mut load, made) = load(&runtime, &vault, callers)?;
    let folder = Folder::new()?;
    let bare = Bare::open(&folder, durability)?;
    let mut contenders: [Measure<'_>; 2] = [
        Box::new(|| per_second(sets, || load.send(sets, &made))),
        Box::new(|| per_second(sets, || bare.commit(sets))),
    ];
    interleaved(1, 1, &mut contenders)?;
    interleaved(options.rounds, TURNS, &mut contenders)
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

/// A database of the emulator's form, with one row and one commit a secret.
struct Bare {
    database: Database,
    rows: Cell<usize>,
}

impl Bare {
    fn open(folder: &Folder, durability: Durability) -> Result<Self> {
        let database = Database::open(folder.path().join("bare.sqlite"))?;
        let mode: String =
            database.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
        ensure!(mode == "wal", "the journal's mode is {mode}");
        database.pragma_update(None, "synchronous", durability.name())?;
        database.execute_batch(
            "CREATE TABLE records (kind TEXT, owner TEXT, key TEXT, body BLOB NOT NULL, \
             PRIMARY KEY (kind, owner, key)) WITHOUT ROWID",
        )?;
        Ok(Self { database, rows: Cell::new(0) })
    }

    fn commit(&self, times: usize) -> Result<()> {
        let mut insert = self.database.prepare(
            "INSERT INTO records (kind, owner, key, body) VALUES ('secret-version', 'bench', ?1, ?2)",
        )?;
        for _ in 0..times {
            let row = self.rows.replace(self.rows.get() + 1);
            // As the emulator's: a name, and a version that follows no order.
            let (name, version) = (row % NAMES, (row as u128).wrapping_mul(u128::MAX / 7 * 3 + 1));
            let key = format!("secret-{name:04}/{version:032x}");
            insert.execute(params![key, [7_u8; RECORD]])?;
        }
        Ok(())
    }
}
