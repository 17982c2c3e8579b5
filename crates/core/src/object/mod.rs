//! What keys, secrets and certificates have in common: attributes, tags, versions, and a life that
//! goes through deletion and recovery. No object is named here; its crate gives an [`ObjectKind`].

mod attributes;
mod begin;
mod begin_delete;
mod begin_recover;
mod deletion;
mod setters;
mod target;

use std::collections::BTreeMap;

pub use attributes::{Attributes, AttributesUpdate, RecoveryLevel, WireAttributes};
pub use begin_delete::BeginDelete;
pub use begin_recover::BeginRecover;
pub use deletion::{Deletion, WireDeletion};
pub use target::Target;

use crate::Operation;

/// Texts of the caller's own, by name.
pub type Tags = BTreeMap<String, String>;

/// A kind of object in a vault: what it is called, and where it is.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObjectKind {
    /// `key`, in messages.
    pub noun: &'static str,
    /// `keys`, in URLs.
    pub collection: &'static str,
    /// `deletedkeys`, in URLs.
    pub deleted_collection: &'static str,
    /// The operation that begins to delete one.
    pub delete: Operation,
    /// The operation that begins to recover one.
    pub recover: Operation,
}

impl ObjectKind {
    /// A kind, declared once as a `static` by its crate.
    pub const fn new(
        noun: &'static str,
        collection: &'static str,
        deleted_collection: &'static str,
        delete: Operation,
        recover: Operation,
    ) -> Self {
        Self { noun, collection, deleted_collection, delete, recover }
    }
}
