//! Who may do what. A vault first seen by its name grants every principal everything.
//!
//! Vaults made through ARM will bring access policies or roles; their decision belongs into
//! [`authorize`], which every data-plane operation passes.

use super::{ServiceError, Vault};
use crate::{entra::Caller, objects::ObjectKind};

/// A permission on keys or secrets, named as in access policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    Set,
    Get,
    List,
    Update,
    Delete,
    Recover,
    Purge,
    Encrypt,
    Decrypt,
    WrapKey,
    UnwrapKey,
    Sign,
    Verify,
}

/// Refuses the call unless `caller` may do `action` to objects of `kind`, `name` if one is meant, in `vault`.
pub(crate) fn authorize(
    vault: &Vault,
    caller: &Caller,
    kind: ObjectKind,
    action: Action,
    name: Option<&str>,
) -> Result<(), ServiceError> {
    tracing::debug!(
        vault = vault.name,
        ?kind,
        ?action,
        name,
        oid = caller.oid,
        appid = caller.appid,
        issuer = caller.issuer,
        "granted: this vault grants every principal everything"
    );
    Ok(())
}
