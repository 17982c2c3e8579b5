//! Keys and algorithms: against published vectors, against OpenSSL, and what is refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod algorithms;
mod decryption;
mod ecdsa_encodings;
mod keys;
// Elsewhere `openssl` may be LibreSSL, which has other options.
#[cfg(target_os = "linux")]
mod openssl;
mod rfc;
mod unfit_keys;
mod wycheproof;
