//! Keys and algorithms: against published vectors, against OpenSSL, and what is refused.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod algorithms;
mod any_input;
mod decryption;
mod ecdsa_encodings;
mod keys;
// Elsewhere `openssl` may be LibreSSL, which has other options.
#[cfg(target_os = "linux")]
mod openssl;
mod rfc;
mod unfit_keys;
mod wycheproof;
