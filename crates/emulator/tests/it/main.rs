//! The emulator's behaviour, spoken to in raw HTTP: no client library that could share its mistakes.

#![allow(missing_docs, reason = "tests")]

mod authentication;
mod entra;
mod errors;
mod faults_and_journal;
mod key_crypto;
mod key_lifecycle;
mod key_lists;
mod keys;
mod managed_hsm;
mod support;
mod tls;
