//! What the service says of secrets, read strictly where it matters and leniently elsewhere. The
//! value is read by the bundle alone; nothing else keeps it, even for a moment.

mod backup;
mod bundle;
mod content;
mod deleted;
mod properties;

pub use backup::SecretBackup;
pub(crate) use backup::WireBackup;
pub use bundle::SecretBundle;
pub(crate) use content::Encoding;
pub use content::SecretContentType;
pub use deleted::{DeletedSecretBundle, DeletedSecretProperties};
pub use properties::SecretProperties;
