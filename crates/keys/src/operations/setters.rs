//! The setters that several operations have in common, and what is checked of them.

use azvault_core::{
    Result,
    object::{Tags, validate_tags},
};

use crate::models::KeyAttributesUpdate;

/// The longest name, and the longest value, of a key's tag, in characters.
const LONGEST_TAG: usize = 256;

/// Refuses attributes and tags that the service would refuse.
pub(super) fn check(attributes: &KeyAttributesUpdate, tags: Option<&Tags>) -> Result<()> {
    attributes.check()?;
    tags.map_or(Ok(()), |tags| validate_tags("key", tags, LONGEST_TAG))
}

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
pub(super) use key_ops_setter;

/// The setters of what a release needs, for a builder with a field `parameters` that has the
/// fields `attributes: KeyAttributesUpdate` and `release_policy: Option<KeyReleasePolicy>`.
macro_rules! release_setters {
    ($($builder:ident),+) => {$(
        impl $builder {
            /// Whether the key may be [released](crate::KeyClient::release_key). The first version
            /// of such a key needs a release policy, and hardware: a vault of the premium tier, or
            /// a managed HSM.
            pub fn exportable(mut self, exportable: bool) -> Self {
                self.parameters.attributes.set_exportable(exportable);
                self
            }

            /// The rules by which the key may be released.
            pub fn release_policy(mut self, policy: $crate::KeyReleasePolicy) -> Self {
                self.parameters.release_policy = Some(policy);
                self
            }
        }
    )+};
}
pub(super) use release_setters;
