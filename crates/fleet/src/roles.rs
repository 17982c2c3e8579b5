//! Roles by their names.

use crate::problem::suggestion;

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
