//! What the service says of keys, read strictly where it matters and leniently elsewhere.

mod attributes;
mod backup;
mod bundle;
mod deleted;
mod hardware;
mod period;
mod properties;
mod release_policy;
mod results;
mod rotation;

pub use attributes::KeyAttestation;
pub(crate) use attributes::KeyAttributesUpdate;
pub use backup::KeyBackup;
pub(crate) use backup::WireBackup;
pub use bundle::KeyBundle;
pub use deleted::{DeletedKeyBundle, DeletedKeyProperties};
pub use hardware::{
    KeyExportEncryptionAlgorithm, KeyWrapAlgorithm, ReleaseResult, SecureUnwrapResult,
    SecureWrapResult,
};
pub(crate) use hardware::{WireRandomBytes, WireRelease, WireSecureResult};
pub use period::Period;
pub use properties::KeyProperties;
pub use release_policy::KeyReleasePolicy;
pub use results::{
    DecryptResult, EncryptResult, SignResult, UnwrapResult, VerifyResult, WrapResult,
};
pub(crate) use results::{OperationResult, VerificationResult};
pub use rotation::{KeyRotationPolicy, KeyRotationPolicyAction, LifetimeAction};
