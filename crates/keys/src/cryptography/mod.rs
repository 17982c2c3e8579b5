//! Using a key where that is best: here as far as its public part goes, else in the service.
//!
//! [`client`] holds what a user sees, [`work`] what can be asked of a key, [`known`] what is known
//! of the key, and [`permits`] the service's rules of who may do what when.

mod client;
mod extras;
mod known;
mod operation;
mod permits;
mod work;

pub use client::CryptographyClient;
pub(crate) use client::Need;
pub use operation::Cryptography;
pub use work::{Decryption, Encryption, Signing, Unwrapping, Verification, Work, Wrapping};
