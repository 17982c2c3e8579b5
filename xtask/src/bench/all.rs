//! Benches one after the other, one table of all their bars, and the document that keeps it.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use super::document::{self, Circumstances, FILE};
use super::record::{self, Record};
use super::{BENCHES, machine};
use crate::{process, tree};

/// The fewest rounds whose median counts.
const FEWEST_ROUNDS: u32 = 7;

/// Runs `benches`, goes on after one that missed or failed, and writes what was measured.
///
/// # Errors
/// When a bar is missed or a bench gave no rows; all others are written before.
pub(super) fn run(benches: &[&str], arguments: &[String], shown: &str) -> Result<()> {
    if let Some(other) = arguments.iter().find(|word| !known(word)) {
        bail!("`{other}` is not for what is written to {FILE}: --rounds N alone is");
    }
    let rounds = rounds(arguments)?;
    super::build()?;
    let mut table = Vec::new();
    let mut failed = Vec::new();
    for bench in benches {
        let arguments = [&[(*bench).to_owned(), "--json".to_owned()], arguments].concat();
        let before = circumstances(shown)?;
        let started = Instant::now();
        match measured(super::command(&arguments)?) {
            Ok(records) => {
                let how = Circumstances { took: process::human(started.elapsed()), ..before };
                // Fewer are for trying out.
                if rounds >= FEWEST_ROUNDS {
                    write(bench, &how, &records)?;
                }
                table.extend(records.iter().map(Record::cells));
                failed.extend(records.iter().filter(|row| row.ok == Some(false)).map(named));
            }
            Err(error) => failed.push(format!("{bench}: {error:#}")),
        }
    }
    print!("{}", printed(&table));
    if rounds < FEWEST_ROUNDS {
        bail!("{rounds} rounds are too few to count: {FEWEST_ROUNDS} at least; nothing is written");
    }
    println!("written to {FILE}");
    if !failed.is_empty() {
        bail!("missed: {}", failed.join(", "));
    }
    Ok(())
}

/// Gives the document the rows of `bench/bars.toml`, without measuring any.
pub(super) fn rows() -> Result<()> {
    let root = tree::root()?;
    let bars = std::fs::read_to_string(root.join("bench/bars.toml"))?;
    let bars = toml::from_str(&bars).context("reading the bars")?;
    let path = root.join(FILE);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(path, document::with_rows(&old, &BENCHES, &bars))?;
    println!(
        "{FILE} has the rows of bench/bars.toml; what was not measured stands there as missing"
    );
    Ok(())
}

fn known(word: &str) -> bool {
    word == "--rounds" || word.starts_with("--rounds=") || word.parse::<u32>().is_ok()
}

fn rounds(arguments: &[String]) -> Result<u32> {
    let joined = arguments.join("=");
    match joined.strip_prefix("--rounds=") {
        Some(rounds) => rounds.parse().context("--rounds takes a number"),
        None if joined.is_empty() => Ok(FEWEST_ROUNDS),
        None => bail!("`{}` is not understood; --rounds N is", arguments.join(" ")),
    }
}

fn named(record: &Record) -> String {
    record.name.clone()
}

/// What a bench measured; one that misses a bar ends with failure, but not without its rows.
fn measured(mut command: Command) -> Result<Vec<Record>> {
    let output = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8(output.stdout).context("its output is not UTF-8")?;
    record::parse(&text).with_context(|| format!("it ended with {}", output.status))
}

fn circumstances(command: &str) -> Result<Circumstances> {
    Ok(Circumstances {
        machine: machine::machine()?,
        date: machine::date()?,
        commit: machine::commit()?,
        toolchain: machine::toolchain()?,
        command: command.to_owned(),
        took: String::new(),
    })
}

fn write(bench: &str, how: &Circumstances, records: &[Record]) -> Result<()> {
    let path = tree::root()?.join(FILE);
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    let part = document::part(bench, how, records);
    std::fs::write(path, document::with_part(&old, &BENCHES, bench, part))
        .with_context(|| format!("writing {FILE}"))
}

/// Columns as wide as what is in them.
fn printed(rows: &[[String; 8]]) -> String {
    let head = ["", "ours", "beside", "official", "ratio", "spread", "bar", ""].map(str::to_owned);
    let rows: Vec<&[String; 8]> = std::iter::once(&head).chain(rows).collect();
    let mut widths = [0; 8];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row.iter()) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            // Words to the left, figures to the right.
            if column == 0 || column > 5 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            }
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn rounds_alone_may_be_asked_for() {
        assert_eq!(rounds(&[]).unwrap(), FEWEST_ROUNDS);
        assert_eq!(rounds(&words("--rounds 15")).unwrap(), 15);
        assert_eq!(rounds(&words("--rounds=9")).unwrap(), 9);
        assert!(rounds(&words("--rounds many")).is_err());
        let error = run(&[], &words("--only warm"), "").unwrap_err().to_string();
        assert!(error.contains("`--only`"), "{error}");
    }

    #[test]
    fn one_table_has_every_row_in_columns() {
        let rows = record::parse(
            "{\"name\":\"a\",\"ours\":1.0,\"ok\":true}\n{\"name\":\"long-name\",\"ours\":22.0,\"ok\":false}",
        );
        let cells: Vec<_> = rows.unwrap().iter().map(Record::cells).collect();
        let text = printed(&cells);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "a             1       –         –      –       –  none  met");
        assert_eq!(lines[2], "long-name    22       –         –      –       –  none  MISSED");
    }

    #[cfg(unix)]
    #[test]
    fn a_bench_that_misses_still_gives_its_rows_and_one_that_breaks_gives_none() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        let rows = measured(shell("echo '{\"name\":\"a\",\"ok\":false}'; exit 1")).unwrap();
        assert_eq!(rows.len(), 1);
        let error = format!("{:#}", measured(shell("exit 3")).unwrap_err());
        assert!(error.contains('3') && error.contains("no row"), "{error}");
    }
}
