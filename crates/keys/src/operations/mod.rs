//! The operations that take options: a builder each, which is a future once it is awaited.

mod create;
mod decrypt;
mod delete;
mod encrypt;
mod get;
mod recover;
mod sign;
mod target;
mod update;

pub use create::CreateKey;
pub use decrypt::{Decrypt, UnwrapKey};
pub use delete::BeginDeleteKey;
pub use encrypt::{Encrypt, WrapKey};
pub use get::GetKey;
pub use recover::BeginRecoverDeletedKey;
pub use sign::{Sign, Verify};
pub(crate) use target::Target;
pub use update::UpdateKeyProperties;

/// The setters of what create and update have in common.
macro_rules! attribute_setters {
    ($builder:ident) => {
        impl $builder {
            /// What the key may be used for; unless set, all that its kind allows.
            pub fn key_ops(mut self, operations: impl IntoIterator<Item = KeyOperation>) -> Self {
                self.parameters.key_ops = Some(operations.into_iter().collect());
                self
            }

            /// Whether the key may be used.
            pub fn enabled(mut self, enabled: bool) -> Self {
                self.parameters.attributes.enabled = Some(enabled);
                self
            }

            /// The time before which the key may not be used, in whole seconds.
            pub fn not_before(mut self, time: azure_core::time::OffsetDateTime) -> Self {
                self.parameters.attributes.nbf = Some(time.unix_timestamp());
                self
            }

            /// The time after which the key may not be used, in whole seconds.
            pub fn expires_on(mut self, time: azure_core::time::OffsetDateTime) -> Self {
                self.parameters.attributes.exp = Some(time.unix_timestamp());
                self
            }

            /// Adds a text of the caller's own, by name: at most 15, each of at most 256
            /// characters.
            pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.parameters.tags.get_or_insert_default().insert(name.into(), value.into());
                self
            }

            /// Sets the caller's own texts; on an update, an empty set removes them all.
            pub fn tags<K: Into<String>, V: Into<String>>(
                mut self,
                tags: impl IntoIterator<Item = (K, V)>,
            ) -> Self {
                let tags = tags.into_iter().map(|(name, value)| (name.into(), value.into()));
                self.parameters.tags = Some(tags.collect());
                self
            }
        }
    };
}
pub(crate) use attribute_setters;
