//! What every bench has in common: groups of rows, rounds, bars, and one form of report.

mod bars;
mod cost;
mod report;
mod rounds;
mod row;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

pub(crate) use self::{
    bars::Bars,
    cost::{cpu, wall},
    rounds::{Measure, Measures, interleaved, interleaved_all, runtime},
    row::Row,
};

/// The fewest rounds whose median counts.
const FEWEST_ROUNDS: usize = 7;

/// What a bench is asked for.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Print one JSON object a row instead of a table.
    #[arg(long)]
    json: bool,
    /// How many rounds to take the median of; fewer than 7 are for trying out, and fail.
    #[arg(long, default_value_t = FEWEST_ROUNDS)]
    pub(crate) rounds: usize,
    /// Measure only the rows whose name begins like this.
    #[arg(long, default_value = "", hide_default_value = true)]
    only: String,
    /// The file of bars.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/bars.toml"))]
    bars: PathBuf,
}

/// Rows that are measured together.
pub(crate) struct Group {
    /// What the names of its rows begin with.
    prefix: String,
    /// Measures them.
    run: Box<Run>,
}

type Run = dyn Fn(&Options) -> Result<Vec<Row>>;

impl Group {
    pub(crate) fn new(
        prefix: impl Into<String>,
        run: impl Fn(&Options) -> Result<Vec<Row>> + 'static,
    ) -> Self {
        Self { prefix: prefix.into(), run: Box::new(run) }
    }

    /// Whether a row whose name begins like `only` may be of this group.
    pub(crate) fn has(&self, only: &str) -> bool {
        self.prefix.starts_with(only) || only.starts_with(&self.prefix)
    }
}

/// Measures the groups asked for, prints their rows, and says whether all bars are met.
///
/// # Errors
/// When the bars cannot be read, a measurement fails or nothing has the name asked for.
pub(crate) fn run(bench: &str, options: &Options, groups: Vec<Group>) -> Result<bool> {
    ensure!(options.rounds > 0, "no rounds, no figures");
    let text = std::fs::read_to_string(&options.bars)
        .with_context(|| format!("reading {}", options.bars.display()))?;
    let bars = Bars::parse(&text, bench)?;
    let mut rows = Vec::new();
    for group in groups.iter().filter(|group| group.has(&options.only)) {
        eprintln!("measuring {} …", group.prefix);
        rows.extend((group.run)(options).with_context(|| group.prefix.clone())?);
    }
    rows.retain(|row| row.name().starts_with(&options.only));
    let lines = report::judge(rows, &bars, &options.only);
    ensure!(!lines.is_empty(), "no row is called {}…", options.only);
    if options.json {
        print!("{}", report::json(&lines)?);
    } else {
        print!("{}", report::table(&lines, options.rounds));
    }
    if options.rounds < FEWEST_ROUNDS {
        eprintln!("{} rounds are too few to count: {FEWEST_ROUNDS} at least", options.rounds);
    }
    Ok(options.rounds >= FEWEST_ROUNDS && report::passed(&lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_runs_if_a_row_of_it_may_be_asked_for() {
        let group = Group::new("warm-http2-1-", |_| Ok(Vec::new()));
        for asked in ["", "warm", "warm-http2-1-", "warm-http2-1-cpu-us"] {
            assert!(group.has(asked), "{asked}");
        }
        for other in ["cold", "warm-http2-32-"] {
            assert!(!group.has(other), "{other}");
        }
    }
}
