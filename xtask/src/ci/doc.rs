//! Documentation, private items included: their links break as easily.

use anyhow::Result;

use crate::process::{cargo, run as go};

/// Builds every member's documentation with warnings denied.
pub(super) fn run() -> Result<()> {
    let mut command = cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"])?;
    go(command.env("RUSTDOCFLAGS", "-Dwarnings"))
}
