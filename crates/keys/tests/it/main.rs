//! The keys client: its requests, and its behaviour on the emulator.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod backup;
mod bad_input;
mod conflicts;
mod create_and_get;
mod cryptography;
mod cryptography_client;
mod cryptography_rules;
mod deletion;
mod errors;
mod first_use;
mod hardware;
mod import;
mod limits;
mod lists;
mod requests;
mod requests_of_life;
mod rotation;
mod secrecy;
mod support;
mod tokens;
mod tokens_of_strangers;
mod update;
