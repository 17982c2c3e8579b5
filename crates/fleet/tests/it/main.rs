//! Fleets: files, plans, and what becomes of them on the emulator.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod converge;
mod failures;
mod fields;
mod files;
mod kill;
mod leaks;
mod network;
mod pace;
mod prints;
mod roles;
mod support;
mod values;
