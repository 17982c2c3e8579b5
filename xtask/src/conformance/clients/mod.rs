//! The official clients: a module each, which says how it is installed and how its runner is started.
//!
//! To add one: a module with a `pub(super) const CLIENT: Client`, a line in [`ALL`], its suite in
//! `tests/conformance/NAME`, and its counts in `conformance/expected.toml`.

mod az;
mod go;
mod java;
mod js;
mod python;
mod rust;

use std::process::Command;

use anyhow::Result;

use super::Mode;
use super::place::Place;

/// How a client is installed and started.
#[derive(Debug)]
pub(super) struct Client {
    /// Its name on the command line, and that of its folder.
    pub(super) name: &'static str,
    /// The runs that it has.
    pub(super) modes: &'static [Mode],
    /// Installs its packages, pinned, in `place.home`; quick when that has been done.
    pub(super) install: fn(&Place) -> Result<()>,
    /// Its runner: the program and its arguments. What else a runner is told is in variables, which
    /// [`super::runner`] sets.
    pub(super) runner: fn(&Place) -> Command,
}

pub(super) const PYTHON: &Client = &python::CLIENT;

pub(super) const AZ: &Client = &az::CLIENT;

pub(super) const GO: &Client = &go::CLIENT;

/// Every client.
pub(super) const ALL: [&Client; 6] = [PYTHON, &js::CLIENT, GO, &java::CLIENT, &rust::CLIENT, AZ];

/// Those that run when none is named.
pub(super) const IN_CI: [&Client; 2] = [PYTHON, &js::CLIENT];

pub(super) use self::python::python as python_of;
