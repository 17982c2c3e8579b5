//! The Azure CLI, `az`, in a venv.

use std::process::Command;

use super::{Client, python};
use crate::conformance::Mode;

pub(super) const CLIENT: Client = Client {
    name: "az",
    modes: &[Mode::Direct, Mode::Proxy],
    install: python::install,
    runner: |place| {
        let mut command = Command::new(python::python(place));
        command.env("AZ", place.home.join("venv/bin/az"));
        command.arg("-B").arg(place.suite.join("run.py"));
        command
    },
};
