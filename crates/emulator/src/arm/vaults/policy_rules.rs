//! What must hold of a vault's access policies.

use std::collections::HashSet;

use uuid::Uuid;

use super::super::error::ArmError;
use crate::vault::{AccessPolicy, Permissions};

const MAX_ACCESS_POLICIES: usize = 1024;

/// What the service says of whatever is wrong; what that is, it does not say.
const INVALID: &str = "An invalid value was provided for 'accessPolicies'";

/// Source: `KeyPermissions` and the other enums of Microsoft.KeyVault's specification, 2026-05-15.
const KEYS: &[&str] = &[
    "all",
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
    "sign",
    "verify",
    "get",
    "list",
    "create",
    "update",
    "import",
    "delete",
    "backup",
    "restore",
    "recover",
    "purge",
    "release",
    "rotate",
    "getrotationpolicy",
    "setrotationpolicy",
];
const SECRETS: &[&str] =
    &["all", "get", "list", "set", "delete", "backup", "restore", "recover", "purge"];
const CERTIFICATES: &[&str] = &[
    "all",
    "get",
    "list",
    "delete",
    "create",
    "import",
    "update",
    "managecontacts",
    "getissuers",
    "listissuers",
    "setissuers",
    "deleteissuers",
    "manageissuers",
    "recover",
    "purge",
    "backup",
    "restore",
];
const STORAGE: &[&str] = &[
    "all",
    "get",
    "list",
    "delete",
    "set",
    "update",
    "regeneratekey",
    "recover",
    "purge",
    "backup",
    "restore",
    "setsas",
    "listsas",
    "getsas",
    "deletesas",
];

/// Not too many, one for each principal, all of the vault's tenant, and nothing but known permissions.
pub(super) fn check(policies: &[AccessPolicy], tenant_id: &str) -> Result<(), ArmError> {
    if policies.len() > MAX_ACCESS_POLICIES {
        return Err(ArmError::bad_request(format!(
            "A vault has at most {MAX_ACCESS_POLICIES} access policies."
        )));
    }
    let mut principals = HashSet::new();
    for policy in policies {
        if Uuid::try_parse(&policy.object_id).is_err() {
            return Err(invalid("an objectId is a GUID."));
        }
        check_words(&policy.permissions)?;
        if !principals.insert(policy.principal()) {
            return Err(invalid("a principal has more than one entry."));
        }
    }
    if policies.iter().all(|policy| policy.tenant_id.eq_ignore_ascii_case(tenant_id)) {
        return Ok(());
    }
    Err(ArmError::bad_request("Every access policy must have the tenantId of the vault."))
}

fn check_words(permissions: &Permissions) -> Result<(), ArmError> {
    let Permissions { keys, secrets, certificates, storage } = permissions;
    for (kind, words, known) in [
        ("keys", keys, KEYS),
        ("secrets", secrets, SECRETS),
        ("certificates", certificates, CERTIFICATES),
        ("storage", storage, STORAGE),
    ] {
        let is_known = |word: &str| known.iter().any(|known| known.eq_ignore_ascii_case(word));
        if let Some(word) = words.iter().flatten().find(|word| !is_known(word)) {
            return Err(invalid(&format!("'{word}' is no permission for {kind}.")));
        }
    }
    Ok(())
}

fn invalid(what: &str) -> ArmError {
    ArmError::bad_request(format!("{INVALID}: {what}"))
}
