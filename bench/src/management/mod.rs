//! The bench of provisioning: a fleet of vaults applied to an emulator that keeps to Resource
//! Manager's limits, beside the floor that these limits set and the official Python client.

mod apply;
mod emulate;
mod memory;
mod official;

use anyhow::Result;

pub(crate) use self::{
    emulate::{Settings, emulate},
    memory::{Loads, count},
};
use crate::harness::{Group, Options, Row, interleaved, runtime};
use emulate::Emulating;

/// Vaults of the fleet.
const VAULTS: usize = 200;
/// How long each answer takes, and a vault to be ready after it was made.
const LATENCY_MS: u64 = 50;
const PROVISIONING_MS: u64 = 2000;
/// What Resource Manager lets pass in a second once what was saved up is used.
const WRITES_A_SECOND: f64 = 10.0;

/// All rows, in the order in which they are printed.
pub(crate) fn groups() -> Vec<Group> {
    vec![
        Group::new("fleet-200-drained-", |options| applied("drained", 0, options)),
        Group::new("fleet-200-fresh-", |options| applied("fresh", 200, options)),
        Group::new("fleet-memory-", memory::rows),
    ]
}

/// The shortest time that the limits allow: for the writes that are not saved up, then for the last
/// vault, which is asked for, made, and looked at.
fn floor(saved: u32) -> f64 {
    // And one write for the resource group.
    let waiting = (VAULTS + 1) as f64 - f64::from(saved);
    let last = (2 * LATENCY_MS + PROVISIONING_MS) as f64 / 1000.0;
    waiting / WRITES_A_SECOND + last
}

/// A fleet of vaults, each with five policies, made from nothing; `saved` writes can be sent at once.
fn applied(name: &str, saved: u32, options: &Options) -> Result<Vec<Row>> {
    let settings = Settings::slow(LATENCY_MS, PROVISIONING_MS, saved);
    let runtime = runtime()?;
    let ours = || {
        // A new one each time: nothing is there, and nothing saved up but what it starts with.
        let emulator = Emulating::start(&settings)?;
        runtime.block_on(apply::apply(&emulator, VAULTS))
    };
    let official = || official::apply(&Emulating::start(&settings)?, VAULTS);
    let mut contenders: [crate::harness::Measure<'_>; 2] = [Box::new(ours), Box::new(official)];
    let mut taken = interleaved(options.rounds, 1, &mut contenders)?.into_iter();
    let mut next = || taken.next().unwrap_or_default();
    let row = Row::medians(format!("fleet-200-{name}-wall-s")).ours(next()).official(next());
    Ok(vec![row.raw(vec![floor(saved); options.rounds])])
}
