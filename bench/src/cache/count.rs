//! The allocations of hits, counted by the program whose allocator counts.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::hits::{Hits, Table};
use crate::Count;

/// Gets to count over: so many that what happens once in a thousand is seen.
const COUNTED: usize = 100_000;

/// Prints the allocations a hit of ours awaited, ours tried and moka's as a JSON array.
pub(crate) fn count(count: Option<Count>) -> Result<()> {
    let count = count.context("the allocator of this program does not count")?;
    let table = Table::set()?;
    let mut counted = Vec::new();
    for hits in [Hits::Ours, Hits::OursTried, Hits::Moka] {
        table.get(hits, COUNTED)?;
        let mut result = Ok(());
        let allocations = count(&mut || result = table.get(hits, COUNTED));
        result?;
        counted.push(allocations.allocations as f64 / COUNTED as f64);
    }
    println!("{}", serde_json::to_string(&counted)?);
    Ok(())
}

/// The same, from the program whose allocator counts.
pub(super) fn counted() -> Result<[f64; 3]> {
    let this = std::env::current_exe()?;
    let program =
        this.with_file_name(format!("azvault-bench-count{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(program)
        .arg("count-cache")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("starting azvault-bench-count")?;
    ensure!(output.status.success(), "azvault-bench-count ended with {}", output.status);
    serde_json::from_slice(&output.stdout).context("reading the counted allocations")
}
