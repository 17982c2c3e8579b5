//! Who is calling: the [`Credential`] handle with its token cache, and the sources of tokens.

mod azure_cli;
mod callback;
mod chained;
#[cfg(feature = "client-certificate")]
mod client_certificate;
mod client_secret;
mod default;
mod device_code;
mod environment;
mod handle;
mod managed_identity;
mod powershell;
mod request;
mod source;
mod surroundings;
mod token_endpoint;
mod workload_identity;

pub use azure_cli::{AzureCliCredential, AzureDeveloperCliCredential};
pub use callback::{CallbackChallenge, CallbackCredential, CallbackToken};
pub use chained::ChainedTokenCredential;
#[cfg(feature = "client-certificate")]
pub use client_certificate::{ClientCertificate, ClientCertificateCredential};
pub use client_secret::ClientSecretCredential;
pub use default::{DefaultAzureCredential, DefaultAzureCredentialBuilder};
pub use device_code::{DeviceCodeCredential, DeviceCodeInfo};
pub use environment::EnvironmentCredential;
pub use handle::Credential;
pub(crate) use handle::{Granted, Token, TokenKey};
pub use managed_identity::{ManagedIdentityCredential, ManagedIdentityId};
pub use powershell::AzurePowerShellCredential;
pub use request::{Claims, TenantId};
pub use source::{LinkOutcome, Unavailable};
pub use surroundings::{CommandOutput, Commands, Env, Files, Surroundings};
pub use workload_identity::WorkloadIdentityCredential;
