//! Who may use a managed HSM that was made through ARM: its administrators, each everything.
//!
//! The service has roles inside the HSM, which its administrators assign. Here there are none.

use uuid::Uuid;

use super::{Action, Context, ServiceError};

/// The administrators of a managed HSM.
#[derive(Clone, Debug)]
pub(crate) struct Administrators {
    /// Object ids, compared ignoring case.
    pub(crate) object_ids: Vec<String>,
    pub(crate) tenant_id: String,
}

impl Administrators {
    /// Refuses the call, in the words that a user reported (Azure/azure-cli#32719), to anybody else.
    pub(super) fn check(
        &self,
        context: &Context<'_>,
        action: &str,
        scope: &str,
    ) -> Result<(), ServiceError> {
        let caller = context.caller;
        let is = |id: &String| id.eq_ignore_ascii_case(&caller.oid);
        if self.tenant_id.eq_ignore_ascii_case(&caller.tid) && self.object_ids.iter().any(is) {
            return Ok(());
        }
        Err(ServiceError::not_an_administrator(format!(
            "Not authorized to access Microsoft.KeyVault/managedHsm/{action} on {scope} (Activity ID: {})",
            Uuid::new_v4()
        )))
    }
}

impl Action {
    /// The data action of a role inside a managed HSM, below `Microsoft.KeyVault/managedHsm`.
    ///
    /// Source: <https://learn.microsoft.com/azure/key-vault/managed-hsm/built-in-roles#permitted-operations>
    pub(super) fn hsm_data_action(self) -> &'static str {
        match self {
            Self::Create => "keys/create",
            Self::Update | Self::SetRotationPolicy => "keys/write/action",
            Self::Delete => "keys/delete",
            Self::Recover => "keys/deletedKeys/recover/action",
            Self::Purge => "keys/deletedKeys/delete",
            Self::Backup => "keys/backup/action",
            Self::Restore => "keys/restore/action",
            Self::Encrypt => "keys/encrypt/action",
            Self::Decrypt => "keys/decrypt/action",
            Self::WrapKey => "keys/wrap/action",
            Self::UnwrapKey => "keys/unwrap/action",
            Self::Sign => "keys/sign/action",
            Self::Verify => "keys/verify/action",
            Self::Import => "keys/import/action",
            Self::Rotate => "keys/rotate/action",
            Self::Release => "keys/release/action",
            // Reading; what vaults have besides keys is not asked for here.
            _ => "keys/read/action",
        }
    }
}
