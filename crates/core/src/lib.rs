#![doc = include_str!("../README.md")]

mod access;
pub mod auth;
mod base64url;
pub mod call;
pub mod client;
pub mod credentials;
mod endpoint;
pub mod error;
mod headers;
mod id;
pub mod object;
pub mod operation;
pub mod pager;
pub mod pipeline;
pub mod policies;
pub mod poller;
pub mod retry;
mod secret;
mod service_enum;
pub mod time;
pub mod transport;

#[doc(hidden)]
pub use base64url::{Base64Url, SecretBase64Url};
pub use call::{Call, CallOptions, Response};
pub use client::{Client, ClientBuilder, ServiceClient};
pub use credentials::Credential;
pub use endpoint::{Endpoint, validate_name, validate_version};
pub use error::{Error, ErrorKind, Result};
pub use id::ResourceId;
pub use operation::{Idempotency, Operation};
pub use pager::Pager;
pub use pipeline::Pipeline;
pub use poller::Poller;
pub use secret::{SecretBytes, SecretValue};

/// What the exported macros use.
#[doc(hidden)]
pub mod __private {
    pub use serde::{Deserialize, Deserializer, Serialize, Serializer};
}
