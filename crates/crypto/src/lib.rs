#![doc = include_str!("../README.md")]

mod algorithms;
mod curve;
pub mod ecdsa;
mod iv;
mod jwk;
mod local;
mod mode;
mod words;

pub use algorithms::{EncryptionAlgorithm, SignatureAlgorithm};
pub use jwk::JsonWebKey;
pub use local::{Encrypted, LocalKey};
pub use mode::EncryptionMode;
pub use words::{KeyCurve, KeyOperation, KeyType};
