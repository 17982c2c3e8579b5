//! The operations that take options: a builder each, which is a future once it is awaited.

mod get;
mod set;
mod update;

use azvault_core::{Error, Result};
pub use get::GetSecret;
pub(crate) use get::by_id;
pub use set::SetSecret;
pub use update::UpdateSecretProperties;

/// The setter of what the value is, which set and update have in common.
macro_rules! content_type_setter {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// What the value is, at most 255 characters: `text/plain`, `password`.
            pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
                self.parameters.content_type = Some(content_type.into());
                self
            }
        }
    )+};
}
pub(crate) use content_type_setter;

/// Refuses a content type that the service would refuse.
fn validate_content_type(content_type: Option<&str>) -> Result<()> {
    let length = content_type.map_or(0, |text| text.chars().count());
    if length > CONTENT_TYPE_CHARACTERS {
        return Err(Error::invalid_input(format!(
            "the content type has {length} characters: it may have at most {CONTENT_TYPE_CHARACTERS}"
        )));
    }
    Ok(())
}

// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const CONTENT_TYPE_CHARACTERS: usize = 255;
