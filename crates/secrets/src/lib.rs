#![doc = include_str!("../README.md")]

mod client;
mod models;
mod operations;

pub use azvault_core::{
    Call, Credential, Error, ErrorKind, Pager, Poller, ResourceId, Result, SecretValue,
    object::{BeginDelete, BeginRecover, RecoveryLevel},
};
pub use client::SecretClient;
pub use models::{DeletedSecretBundle, DeletedSecretProperties, SecretBundle, SecretProperties};
pub use operations::{GetSecret, SetSecret, UpdateSecretProperties};
