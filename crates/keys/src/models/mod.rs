//! What the service says of keys, read strictly where it matters and leniently elsewhere.

mod algorithms;
mod base64url;
mod bundle;
mod deleted;
mod jwk;
mod properties;
mod results;
mod words;

pub use algorithms::{EncryptionAlgorithm, SignatureAlgorithm};
pub(crate) use base64url::{Base64Url, SecretBase64Url};
pub use bundle::KeyBundle;
pub use deleted::{DeletedKeyBundle, DeletedKeyProperties};
pub use jwk::JsonWebKey;
pub use properties::KeyProperties;
pub use results::{
    DecryptResult, EncryptResult, SignResult, UnwrapResult, VerifyResult, WrapResult,
};
pub(crate) use results::{OperationResult, VerificationResult};
pub use words::{KeyCurve, KeyOperation, KeyType};
