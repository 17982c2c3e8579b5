//! The operations that take options: a builder each, which is a future once it is awaited.

mod backup;
mod get;
mod set;
mod update;

use azvault_core::{Error, Result, object::Tags};
pub(crate) use backup::{backup, restore, restore_replace};
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

/// Refuses tags that the service would refuse. The texts are the caller's: a name is repeated, so
/// that it can be found, but for one that is too long.
fn validate_tags(tags: Option<&Tags>) -> Result<()> {
    let Some(tags) = tags else { return Ok(()) };
    if tags.len() > TAGS {
        let count = tags.len();
        return Err(Error::invalid_input(format!("there are {count} tags: at most {TAGS} may be")));
    }
    for (name, value) in tags {
        let length = name.chars().count();
        if length > TAG_CHARACTERS {
            return Err(Error::invalid_input(format!(
                "the name of a tag has {length} characters: it may have at most {TAG_CHARACTERS}"
            )));
        }
        let length = value.chars().count();
        if length > TAG_CHARACTERS {
            return Err(Error::invalid_input(format!(
                "the tag {name:?} has {length} characters: it may have at most {TAG_CHARACTERS}"
            )));
        }
    }
    Ok(())
}

// https://learn.microsoft.com/azure/key-vault/secrets/about-secrets
const TAGS: usize = 15;
const TAG_CHARACTERS: usize = 512;
const CONTENT_TYPE_CHARACTERS: usize = 255;
