//! What callers do, and the permission and the data action that each needs.

use crate::objects::ObjectKind;

/// What a caller does to an object, or to what certificates need besides.
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
    ManageContacts,
    GetIssuers,
    ListIssuers,
    SetIssuers,
    DeleteIssuers,
}

impl Action {
    /// The permission of an access policy.
    pub(super) fn permission(self, kind: ObjectKind) -> &'static str {
        match (self, kind) {
            (Self::Create, _) => "create",
            // Whoever may set a secret may update it.
            (Self::Set, _) | (Self::Update, ObjectKind::Secret) => "set",
            (Self::Get, _) => "get",
            (Self::List, _) => "list",
            (Self::Update, ObjectKind::Key | ObjectKind::Certificate) => "update",
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
            (Self::ManageContacts, _) => "managecontacts",
            (Self::GetIssuers, _) => "getissuers",
            (Self::ListIssuers, _) => "listissuers",
            (Self::SetIssuers, _) => "setissuers",
            (Self::DeleteIssuers, _) => "deleteissuers",
        }
    }

    /// The data action of a role, below the vault's type.
    pub(super) fn data_action(self, kind: ObjectKind) -> String {
        let verb = match (self, kind) {
            (Self::Get | Self::List, ObjectKind::Key | ObjectKind::Certificate) => "read",
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
            (Self::GetRotationPolicy, _) => return of_vault("keyrotationpolicies/read"),
            (Self::SetRotationPolicy, _) => return of_vault("keyrotationpolicies/write"),
            (Self::Release, _) => "release/action",
            (Self::ManageContacts, _) => return of_vault("certificatecontacts/write"),
            (Self::GetIssuers | Self::ListIssuers, _) => return of_vault("certificatecas/read"),
            (Self::SetIssuers, _) => return of_vault("certificatecas/write"),
            (Self::DeleteIssuers, _) => return of_vault("certificatecas/delete"),
        };
        of_vault(&format!("{}/{verb}", kind.collection()))
    }

    /// Whether whoever may read a key may do this with it too: it takes the public part alone.
    ///
    /// That is so for asymmetric keys, and a vault has no others.
    pub(super) fn is_public(self, kind: ObjectKind) -> bool {
        kind == ObjectKind::Key && matches!(self, Self::Encrypt | Self::WrapKey | Self::Verify)
    }
}

fn of_vault(action: &str) -> String {
    format!("Microsoft.KeyVault/vaults/{action}")
}
