//! Formatting.

use anyhow::Result;

use crate::process::{cargo, run as go};

/// Fails when a file is not as rustfmt writes it.
pub(super) fn run() -> Result<()> {
    go(&mut cargo(&["fmt", "--all", "--check"])?)
}
