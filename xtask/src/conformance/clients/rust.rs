//! The official Rust clients: `azure_identity` and `azure_security_keyvault_*`, by Cargo, in a workspace of
//! their own. There is none of Resource Manager.

use anyhow::Result;

use std::process::Command;

use super::Client;
use crate::conformance::{Mode, place::Place};
use crate::process::{cargo, run};

pub(super) const CLIENT: Client = Client {
    name: "rust",
    modes: &[Mode::Direct, Mode::Proxy],
    install,
    runner: |place| Command::new(place.home.join("target/debug/azvault-conformance-rust")),
};

/// Builds the runner each time: Cargo sees by itself what is new.
fn install(place: &Place) -> Result<()> {
    let mut build = cargo(&["build", "--quiet", "--locked"])?;
    build.arg("--manifest-path").arg(place.suite.join("Cargo.toml"));
    run(build.env("CARGO_TARGET_DIR", place.home.join("target")))
}
