//! Who may do what: every data-plane operation passes [`authorize`].
//!
//! A vault first seen by its name grants every principal everything. One made through ARM grants what
//! its access policies say, or, on Azure RBAC, nothing: this emulator has no role assignments.

use super::{ServiceError, VaultSettings, policy::AccessPolicy};
use crate::{entra::Caller, objects::ObjectKind};

/// What decides on access to a vault.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    Everyone,
    Policies(Vec<AccessPolicy>),
    /// Azure RBAC, with the vault's resource id.
    Rbac {
        resource_id: String,
    },
}

/// What a caller does to a key or a secret.
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
    Backup,
    Restore,
    Encrypt,
    Decrypt,
    WrapKey,
    UnwrapKey,
    Sign,
    Verify,
    Import,
    Rotate,
    GetRotationPolicy,
    SetRotationPolicy,
    Release,
}

impl Action {
    /// The permission of an access policy.
    fn permission(self, kind: ObjectKind) -> &'static str {
        match (self, kind) {
            (Self::Create, _) => "create",
            // Whoever may set a secret may update it.
            (Self::Set, _) | (Self::Update, ObjectKind::Secret) => "set",
            (Self::Get, _) => "get",
            (Self::List, _) => "list",
            (Self::Update, ObjectKind::Key) => "update",
            (Self::Delete, _) => "delete",
            (Self::Recover, _) => "recover",
            (Self::Purge, _) => "purge",
            (Self::Backup, _) => "backup",
            (Self::Restore, _) => "restore",
            (Self::Encrypt, _) => "encrypt",
            (Self::Decrypt, _) => "decrypt",
            (Self::WrapKey, _) => "wrapKey",
            (Self::UnwrapKey, _) => "unwrapKey",
            (Self::Sign, _) => "sign",
            (Self::Verify, _) => "verify",
            (Self::Import, _) => "import",
            (Self::Rotate, _) => "rotate",
            (Self::GetRotationPolicy, _) => "getrotationpolicy",
            (Self::SetRotationPolicy, _) => "setrotationpolicy",
            (Self::Release, _) => "release",
        }
    }

    /// The data action of a role, below the vault's type.
    fn data_action(self, kind: ObjectKind) -> String {
        let verb = match (self, kind) {
            (Self::Get | Self::List, ObjectKind::Key) => "read",
            (Self::Get, ObjectKind::Secret) => "getSecret/action",
            (Self::List, ObjectKind::Secret) => "readMetadata/action",
            (Self::Set, _) => "setSecret/action",
            (Self::Delete, _) => "delete",
            (Self::Create, _) => "create/action",
            (Self::Update, _) => "update/action",
            (Self::Recover, _) => "recover/action",
            (Self::Purge, _) => "purge/action",
            (Self::Backup, _) => "backup/action",
            (Self::Restore, _) => "restore/action",
            (Self::Encrypt, _) => "encrypt/action",
            (Self::Decrypt, _) => "decrypt/action",
            (Self::WrapKey, _) => "wrap/action",
            (Self::UnwrapKey, _) => "unwrap/action",
            (Self::Sign, _) => "sign/action",
            (Self::Verify, _) => "verify/action",
            (Self::Import, _) => "import/action",
            (Self::Rotate, _) => "rotate/action",
            (Self::GetRotationPolicy, _) => {
                return "Microsoft.KeyVault/vaults/keyrotationpolicies/read".to_owned();
            }
            (Self::SetRotationPolicy, _) => {
                return "Microsoft.KeyVault/vaults/keyrotationpolicies/write".to_owned();
            }
            (Self::Release, _) => "release/action",
        };
        format!("Microsoft.KeyVault/vaults/{}/{verb}", kind.collection())
    }
}

/// Refuses the call unless `caller` may do `action` to objects of `kind`, `name` if one is meant.
pub(super) fn authorize(
    vault: &str,
    settings: &VaultSettings,
    caller: &Caller,
    kind: ObjectKind,
    action: Action,
    name: Option<&str>,
) -> Result<(), ServiceError> {
    let permission = action.permission(kind);
    let Caller { appid, oid, issuer, .. } = caller;
    let location = &settings.location;
    match &settings.access {
        Access::Everyone => Ok(()),
        Access::Policies(policies)
            if policies.iter().any(|policy| policy.grants(caller, kind, permission)) =>
        {
            Ok(())
        }
        Access::Policies(_) => Err(ServiceError::forbidden_by_policy(format!(
            "The user, group or application 'appid={appid};oid={oid};numgroups=0;iss={issuer}' does not have {} \
             {permission} permission on key vault '{vault};location={location}'. For help resolving this issue, \
             please see https://go.microsoft.com/fwlink/?linkid=2125287",
            kind.collection()
        ))),
        Access::Rbac { resource_id } => {
            let mut resource = resource_id.to_ascii_lowercase();
            if let Some(name) = name {
                resource.push_str(&format!("/{}/{name}", kind.collection()));
            }
            Err(ServiceError::forbidden_by_rbac(format!(
                "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or \
                 role definitions were changed recently, please observe propagation time.\r\nCaller: \
                 appid={appid};oid={oid};iss={issuer}\r\nAction: '{}'\r\nResource: '{resource}'\r\nAssignment: \
                 (not found)\r\nDenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\nVault: \
                 {vault};location={location}\r\n",
                action.data_action(kind)
            )))
        }
    }
}
