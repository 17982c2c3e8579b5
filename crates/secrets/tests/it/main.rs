//! The secrets client: its requests, and its behaviour on the emulator.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod backup;
mod bad_input;
mod conflicts;
mod deletion;
mod errors;
mod lists;
mod log;
mod redaction;
mod requests;
mod set_and_get;
mod support;
mod update;
