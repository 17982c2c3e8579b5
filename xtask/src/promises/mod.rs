//! `cargo xtask promises`: what the published crates promise of what they bring and of what they show, held
//! against what cargo and rustdoc say. It compiles, so that it is no part of tidy.

mod brings;
pub(crate) mod rustdoc;
mod surface;

use anyhow::{Result, bail};

use crate::tree::Tree;

/// Checks what each published crate brings, then which foreign types its public items name.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::load()?;
    let mut problems = brings::check(&tree)?;
    problems.extend(surface::check(&tree)?);
    for problem in &problems {
        println!("  {problem}");
    }
    if !problems.is_empty() {
        bail!("{} problems", problems.len());
    }
    Ok(())
}
