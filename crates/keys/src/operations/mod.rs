//! The operations that take options: a builder each, which is a future once it is awaited.

mod create;
mod cryptography;
mod decrypt;
mod encrypt;
mod get;
mod sign;
mod update;

pub use create::CreateKey;
pub use decrypt::{Decrypt, UnwrapKey};
pub use encrypt::{Encrypt, WrapKey};
pub use get::GetKey;
pub(crate) use sign::check_digest;
pub use sign::{Sign, Verify};
pub use update::UpdateKeyProperties;

/// The setter of a key's operations, which create and update have in common.
macro_rules! key_ops_setter {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// What the key may be used for; unless set, all that its kind allows.
            pub fn key_ops(mut self, operations: impl IntoIterator<Item = KeyOperation>) -> Self {
                self.parameters.key_ops = Some(operations.into_iter().collect());
                self
            }
        }
    )+};
}
pub(crate) use key_ops_setter;
