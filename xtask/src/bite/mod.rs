//! `cargo xtask bite`: removes the line that each failure mode of `docs/reliability.md` hangs on, in
//! a copy of the workspace, and must see the mode's test fail.

mod scratch;
pub(crate) mod table;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use self::scratch::{Ran, Scratch};
use self::table::Row;
use crate::process;
use crate::tree::Tree;

/// How long one test may take.
const LIMIT: Duration = Duration::from_secs(60);

/// Options of `cargo xtask bite`.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The numbers of the failure modes; all of them unless given.
    modes: Vec<u32>,
    /// List the rows and end.
    #[arg(long)]
    list: bool,
}

/// What came of a row.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Red,
    Green,
    /// The row says nothing: why.
    Void(String),
}

/// Bites every chosen row and fails unless all are red.
pub(crate) fn run(options: &Options) -> Result<()> {
    let tree = Tree::load()?;
    let rows = choose(table::rows(&tree)?, &options.modes)?;
    if options.list {
        for row in &rows {
            println!("{:>2}  {}\n    {}: {}", row.mode, row.test, row.file, row.line);
        }
        return Ok(());
    }
    let mut scratch = Scratch::copy()?;
    println!("bite: {} rows, in {}", rows.len(), scratch.root().display());
    // A test that fails as it is would look like a line that is missed.
    for row in &rows {
        let place = row.place(&tree)?;
        match scratch.test(&place, LIMIT)? {
            Ran::Passed => {}
            other => bail!("{} is not green before anything is removed: {other:?}", row.test),
        }
    }
    // Rows of one line follow each other, so that it is taken out, and built, once.
    let mut order: Vec<&Row> = rows.iter().collect();
    order.sort_by_key(|row| row.change());
    let mut verdicts = Vec::new();
    for row in order {
        let started = Instant::now();
        let verdict = bite(&mut scratch, &tree, row);
        println!("{:>2} {:<6} {} ({})", row.mode, word(&verdict), row.test, took(started));
        verdicts.push((row, verdict));
    }
    verdicts.sort_by_key(|(row, _)| row.mode);
    println!("\n{}", summary(&verdicts));
    match verdicts.iter().filter(|(_, verdict)| *verdict != Verdict::Red).count() {
        0 => Ok(()),
        count => bail!("{count} of {} rows are not red", rows.len()),
    }
}

fn choose(rows: Vec<Row>, modes: &[u32]) -> Result<Vec<Row>> {
    if let Some(unknown) = modes.iter().find(|mode| rows.iter().all(|row| row.mode != **mode)) {
        bail!("{} has no row for {unknown}", table::FILE);
    }
    Ok(rows.into_iter().filter(|row| modes.is_empty() || modes.contains(&row.mode)).collect())
}

fn bite(scratch: &mut Scratch, tree: &Tree, row: &Row) -> Verdict {
    let ran = row.place(tree).and_then(|place| {
        let source = tree.text(&row.file).context("no such file")?;
        scratch.change(&row.file, &row.bitten(source)?)?;
        scratch.test(&place, LIMIT)
    });
    match ran {
        Ok(ran) => judge(ran, row.hangs),
        Err(error) => Verdict::Void(format!("{error:#}")),
    }
}

fn judge(ran: Ran, hangs: bool) -> Verdict {
    match ran {
        Ran::Failed => Verdict::Red,
        Ran::Hung if hangs => Verdict::Red,
        Ran::Hung => Verdict::Void("it hangs, and the row does not say so".to_owned()),
        Ran::Passed => Verdict::Green,
        Ran::Unbuilt(why) => Verdict::Void(format!("it does not build: {why}")),
        Ran::Absent => Verdict::Void("there is no such test".to_owned()),
    }
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Red => "red",
        Verdict::Green => "GREEN",
        Verdict::Void(_) => "VOID",
    }
}

fn took(started: Instant) -> String {
    process::human(started.elapsed())
}

fn summary(verdicts: &[(&Row, Verdict)]) -> String {
    let mut text = String::from("mode verdict test\n");
    for (row, verdict) in verdicts {
        text += &format!("{:>4} {:<7} {}\n", row.mode, word(verdict), row.test);
        let line = format!("{}: {}", row.file, row.line);
        match verdict {
            Verdict::Red => {}
            Verdict::Green => text += &format!("             nothing misses {line}\n"),
            Verdict::Void(why) => text += &format!("             {line}: {why}\n"),
        }
    }
    let red = verdicts.iter().filter(|(_, verdict)| *verdict == Verdict::Red).count();
    text + &format!("rows: {red} red, {} not", verdicts.len() - red)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failure_is_red() {
        assert_eq!(judge(Ran::Failed, false), Verdict::Red);
        assert_eq!(judge(Ran::Hung, true), Verdict::Red);
        assert_eq!(judge(Ran::Passed, true), Verdict::Green);
        for ran in [Ran::Hung, Ran::Absent, Ran::Unbuilt("E0425".to_owned())] {
            assert!(matches!(judge(ran, false), Verdict::Void(_)));
        }
    }
}
