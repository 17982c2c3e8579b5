//! The Go clients: `azidentity`, `azkeys`, `azsecrets`, `armkeyvault`, by Go's modules.

use std::process::Command;

use anyhow::{Context, Result};

use super::Client;
use crate::conformance::{Mode, place::Place};
use crate::process::run;

pub(super) const CLIENT: Client = Client {
    name: "go",
    modes: &[Mode::Direct, Mode::Proxy],
    install,
    runner: |place| Command::new(place.home.join("runner")),
};

/// Builds the runner each time: Go sees by itself what is new in the suite, and fetches what is missing.
fn install(place: &Place) -> Result<()> {
    let mut go = Command::new("go");
    go.args(["build", "-o"]).arg(place.home.join("runner")).arg(".").current_dir(&place.suite);
    go.env("GOMODCACHE", place.home.join("modules")).env("GOCACHE", place.home.join("build"));
    // go.sum is the pin: a module that it does not name is an error.
    go.env("GOFLAGS", "-mod=readonly -modcacherw").env("GOTOOLCHAIN", "local");
    run(&mut go).context("Go 1.26 or newer is needed")
}
