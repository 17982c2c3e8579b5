#![doc = include_str!("../README.md")]

mod bulk;
mod cache;
mod client;
mod models;
mod operations;

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
pub use bulk::{GetMany, LoadAll, SecretsReport};
pub use cache::{CacheCounters, CachedFuture, GetCached, SecretCache, SecretCacheBuilder, Watch};
pub use client::SecretClient;
pub use models::{
    DeletedSecretBundle, DeletedSecretProperties, SecretBackup, SecretBundle, SecretContentType,
    SecretProperties,
};
pub use operations::{GetSecret, SetSecret, UpdateSecretProperties};
