//! What the service says of keys, read strictly where it matters and leniently elsewhere.

mod bundle;
mod deleted;
mod properties;
mod results;

pub use bundle::KeyBundle;
pub use deleted::{DeletedKeyBundle, DeletedKeyProperties};
pub use properties::KeyProperties;
pub use results::{
    DecryptResult, EncryptResult, SignResult, UnwrapResult, VerifyResult, WrapResult,
};
pub(crate) use results::{OperationResult, VerificationResult};
