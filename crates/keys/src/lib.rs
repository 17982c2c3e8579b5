#![doc = include_str!("../README.md")]

mod client;
mod cryptography;
mod jwt;
mod models;
mod operations;
#[cfg(feature = "signature")]
mod signer;

pub use azure_core::{credentials::TokenCredential, http::Transport, time::OffsetDateTime};
pub use azvault_core::{
    Call, CallOptions, ClientBuilder, Credential, Endpoint, Error, ErrorKind, Pager, Poller,
    ResourceId, Response, Result, SecretBytes, SecretValue,
    auth::Cloud,
    credentials,
    object::{
        BeginDelete, BeginRecover, PurgeAndWait, RecoveryLevel, Recreate, RestoreReplace, Tags,
    },
    pager::{Continuation, Page},
    poller::{PollState, ResumeToken},
    retry::{RetryPolicy, StopReason},
    transport::TransportOptions,
};
pub use azvault_crypto::{
    EncryptionAlgorithm, EncryptionMode, JsonWebKey, KeyCurve, KeyOperation, KeyType,
    SignatureAlgorithm, ecdsa,
};
pub use client::KeyClient;
pub use cryptography::{
    Cryptography, CryptographyClient, Decryption, Encryption, Signing, Unwrapping, Verification,
    Work, Wrapping,
};
pub use jwt::{Jwt, JwtEncoder, JwtVerifier};
pub use models::{
    DecryptResult, DeletedKeyBundle, DeletedKeyProperties, EncryptResult, KeyAttestation,
    KeyBackup, KeyBundle, KeyExportEncryptionAlgorithm, KeyProperties, KeyReleasePolicy,
    KeyRotationPolicy, KeyRotationPolicyAction, KeyWrapAlgorithm, LifetimeAction, Period,
    ReleaseResult, SecureUnwrapResult, SecureWrapResult, SignResult, UnwrapResult, VerifyResult,
    WrapResult,
};
pub use operations::{
    CreateKey, Decrypt, Encrypt, GetKey, GetKeyAttestation, ImportKey, ReleaseKey, SecureUnwrapKey,
    SecureWrapKey, Sign, UnwrapKey, UpdateKeyProperties, Verify, WrapKey,
};
#[cfg(feature = "signature")]
pub use signer::{KeySigner, SignatureBytes};
