#![doc = include_str!("../README.md")]

mod client;
mod models;
mod operations;

pub use azvault_core::{
    Call, Credential, Error, ErrorKind, Pager, Poller, ResourceId, Result, SecretBytes,
    object::{BeginDelete, BeginRecover, RecoveryLevel},
};
pub use client::KeyClient;
pub use models::{
    DecryptResult, DeletedKeyBundle, DeletedKeyProperties, EncryptResult, EncryptionAlgorithm,
    JsonWebKey, KeyBundle, KeyCurve, KeyOperation, KeyProperties, KeyType, SignResult,
    SignatureAlgorithm, UnwrapResult, VerifyResult, WrapResult,
};
pub use operations::{
    CreateKey, Decrypt, Encrypt, GetKey, Sign, UnwrapKey, UpdateKeyProperties, Verify, WrapKey,
};
