//! Keys and algorithms: against published vectors, against OpenSSL, and what is refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod ecdsa_encodings;
mod keys;
mod wycheproof;
