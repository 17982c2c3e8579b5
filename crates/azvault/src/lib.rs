#![doc = include_str!("../README.md")]

#[cfg(any(feature = "keys", feature = "secrets"))]
mod builder;
#[cfg(any(feature = "keys", feature = "secrets"))]
mod client;

pub use azvault_core as core;
pub use azvault_core::{
    Credential, Error, ErrorKind, ResourceId, Result, SecretValue,
    auth::Cloud,
    credentials::{
        CallbackChallenge, CallbackCredential, CallbackToken, ClientSecretCredential,
        DefaultAzureCredential,
    },
};
#[cfg(feature = "keys")]
pub use azvault_keys as keys;
#[cfg(feature = "management")]
pub use azvault_management as management;
#[cfg(feature = "secrets")]
pub use azvault_secrets as secrets;
#[cfg(any(feature = "keys", feature = "secrets"))]
pub use builder::KeyVaultClientBuilder;
#[cfg(any(feature = "keys", feature = "secrets"))]
pub use client::KeyVaultClient;
