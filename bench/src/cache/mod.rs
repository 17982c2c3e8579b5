//! The bench of the cache of secrets: what a hit costs, beside a bare `moka`.

mod count;
mod hits;

use anyhow::Result;

pub(crate) use self::count::count;
use crate::harness::{Group, Options, Row, interleaved};
use hits::{Hits, Table};

/// So many gets that a reading of the clock is no matter, a twentieth of a second.
const GETS: usize = 500_000;
/// Turns of each contender in a round.
const TURNS: usize = 6;

/// All rows, in the order in which they are printed.
pub(crate) fn groups() -> Vec<Group> {
    vec![Group::new("hit-", rows)]
}

fn rows(options: &Options) -> Result<Vec<Row>> {
    let allocated = count::counted()?;
    let table = Table::set()?;
    let mut contenders = [table.measure(Hits::Ours), table.measure(Hits::Moka)];
    interleaved(1, 1, &mut contenders)?;
    let awaited = interleaved(options.rounds, TURNS, &mut contenders)?;
    let mut contenders = [table.measure(Hits::OursTried), table.measure(Hits::Moka)];
    let tried = interleaved(options.rounds, TURNS, &mut contenders)?;
    let [awaited_allocates, tried_allocates, moka_allocates] = allocated;
    Ok(vec![
        Row::medians("hit-awaited-ns").all(awaited),
        Row::medians("hit-tried-ns").all(tried),
        Row::worst("hit-awaited-allocations")
            .ours(vec![awaited_allocates])
            .raw(vec![moka_allocates]),
        Row::worst("hit-tried-allocations").ours(vec![tried_allocates]).raw(vec![moka_allocates]),
    ])
}
