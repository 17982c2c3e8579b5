//! The operations that take options: a builder each, which is a future once it is awaited.

mod backup;
mod create;
mod cryptography;
mod decrypt;
mod encrypt;
mod get;
mod import;
mod random;
mod release;
mod rotate;
mod setters;
mod sign;
mod update;

pub(crate) use backup::{backup, restore, restore_replace};
pub use create::CreateKey;
pub use decrypt::{Decrypt, UnwrapKey};
pub use encrypt::{Encrypt, WrapKey};
pub(crate) use get::by_id;
pub use get::{GetKey, GetKeyAttestation};
pub use import::ImportKey;
pub(crate) use random::random_bytes;
pub use release::{ReleaseKey, SecureUnwrapKey, SecureWrapKey};
pub(crate) use rotate::{get_policy, rotate, update_policy};
pub(crate) use sign::check_digest;
pub use sign::{Sign, Verify};
pub use update::UpdateKeyProperties;
