//! What the service says of secrets, read strictly where it matters and leniently elsewhere. The
//! value is read by the bundle alone; nothing else keeps it, even for a moment.

mod bundle;
mod deleted;
mod properties;

pub use bundle::SecretBundle;
pub use deleted::{DeletedSecretBundle, DeletedSecretProperties};
pub use properties::SecretProperties;
