//! Roles by their names, and who has them.

use azvault_core::Result;
use azvault_management::{KeyVaultManagementClient, Vault};

use crate::{PlannedRole, Provisioner, model::DesiredRole, problem::suggestion};

/// Who has which role at which scope.
#[derive(Debug, Default)]
pub(crate) struct Assigned;

impl Assigned {
    pub(crate) async fn of(_client: &KeyVaultManagementClient) -> Result<Self> {
        Ok(Self)
    }

    pub(crate) fn has(&self, _scope: &str, _role: &DesiredRole) -> bool {
        false
    }
}

pub(crate) async fn assign(
    _provisioner: &Provisioner,
    _subscription: &str,
    _vault: &Vault,
    _role: &PlannedRole,
) -> Result<()> {
    Ok(())
}

/// The GUID of a role's definition, from the role's name or the GUID itself.
pub(crate) fn find(role: &str) -> Result<String, String> {
    if crate::check::guid(role).is_ok() {
        return Ok(role.to_owned());
    }
    let found = ROLES.iter().find(|(name, _)| name.eq_ignore_ascii_case(role));
    found.map(|(_, id)| (*id).to_owned()).ok_or_else(|| {
        let near = suggestion(role, ROLES.iter().map(|(name, _)| *name));
        format!(
            "{role:?} is none of the Key Vault roles, nor the GUID of a role's definition{near}"
        )
    })
}

/// https://learn.microsoft.com/azure/key-vault/general/rbac-guide
const ROLES: [(&str, &str); 1] =
    [("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6")];
