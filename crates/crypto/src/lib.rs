#![doc = include_str!("../README.md")]

mod algorithms;
mod jwk;
mod words;

pub use algorithms::{EncryptionAlgorithm, SignatureAlgorithm};
pub use jwk::JsonWebKey;
pub use words::{KeyCurve, KeyOperation, KeyType};
