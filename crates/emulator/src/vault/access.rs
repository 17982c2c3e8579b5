//! Who may do what. A vault first seen by its name grants every principal everything.
//!
//! Vaults made through ARM will bring access policies or roles; their decision belongs into
//! [`authorize`], which every data-plane operation passes.

use super::{ServiceError, Vault};
use crate::entra::Caller;

/// A permission on keys, named as in access policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
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

/// Refuses the call unless `caller` may do `action` in `vault`.
pub(crate) fn authorize(
    vault: &Vault,
    caller: &Caller,
    action: Action,
) -> Result<(), ServiceError> {
    tracing::debug!(
        vault = vault.name,
        ?action,
        oid = caller.oid,
        appid = caller.appid,
        issuer = caller.issuer,
        "granted: this vault grants every principal everything"
    );
    Ok(())
}
