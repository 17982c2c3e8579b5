//! What keys, secrets and certificates have in common: attributes, tags, versions, and a life that
//! goes through deletion and recovery. No object is named here; its crate gives an [`ObjectKind`].

mod attributes;
mod begin;
mod begin_delete;
mod begin_recover;
mod conflict;
mod deletion;
mod purge_and_wait;
mod replace;
mod setters;
mod standing;
mod tags;
mod target;
mod task;

pub use attributes::{Attributes, AttributesUpdate, RecoveryLevel, WireAttributes};
pub use begin_delete::BeginDelete;
pub use begin_recover::BeginRecover;
pub use deletion::{Deletion, WireDeletion};
pub use purge_and_wait::PurgeAndWait;
pub use replace::{Recreate, RestoreReplace};
pub use tags::{Tags, validate_tags};
pub use target::Target;

use crate::Operation;

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
    /// All the calls of a purge that is waited for.
    pub purge_and_wait: Operation,
    /// The calls that go before a recreation.
    pub recreate: Operation,
    /// The calls that go before a restore over an object.
    pub restore_replace: Operation,
}

impl ObjectKind {
    /// A kind, declared once as a `static` by its crate. What takes several calls is charged and
    /// advised as deleting is.
    pub const fn new(
        noun: &'static str,
        collection: &'static str,
        deleted_collection: &'static str,
        delete: Operation,
        recover: Operation,
    ) -> Self {
        Self {
            noun,
            collection,
            deleted_collection,
            delete,
            recover,
            purge_and_wait: delete.named("purge_and_wait"),
            recreate: delete.named("recreate"),
            restore_replace: delete.named("restore_replace"),
        }
    }
}
