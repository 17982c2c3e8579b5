//! Licences, banned crates and sources, by cargo-deny and `deny.toml`.
//!
//! Advisories are not here: they need a database from the network, and a scheduled workflow has it.

use anyhow::{Result, bail};

use crate::process::{cargo, run as go};
use crate::tools;

/// Checks all that needs no database.
pub(crate) fn run() -> Result<()> {
    check(&["licenses", "bans", "sources"])
}

/// Checks the advisories.
pub(crate) fn audit() -> Result<()> {
    check(&["advisories"])
}

fn check(what: &[&str]) -> Result<()> {
    if !tools::has_cargo_deny() {
        bail!("cargo-deny {} is missing: `cargo xtask tools --install`", tools::CARGO_DENY);
    }
    go(cargo(&["deny", "check", "--hide-inclusion-graph"])?.args(what))
}
