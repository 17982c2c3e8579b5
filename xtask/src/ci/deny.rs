//! Licences, banned crates and sources, by cargo-deny and `deny.toml`.
//!
//! Advisories are not here: they need a database from the network, and a scheduled workflow has it.

use anyhow::{Result, bail};

use crate::process::{cargo, run as go};
use crate::tools;

/// Checks all that needs no network.
pub(super) fn run() -> Result<()> {
    if !tools::has_cargo_deny() {
        bail!("cargo-deny {} is missing: `cargo xtask tools --install`", tools::CARGO_DENY);
    }
    go(&mut cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"])?)
}
