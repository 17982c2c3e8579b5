//! The management client: its requests, and its behaviour on the emulator.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod bad_input;
mod deleted_vaults;
mod ensure;
mod ensure_anything;
mod objects;
mod private_endpoints;
mod requests;
mod support;
mod surroundings;
mod vaults;
