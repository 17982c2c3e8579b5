//! What callers do, and the permission and the data action that each needs.

use crate::objects::ObjectKind;

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
    pub(super) fn permission(self, kind: ObjectKind) -> &'static str {
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
    pub(super) fn data_action(self, kind: ObjectKind) -> String {
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

    /// Whether whoever may read a key may do this with it too: it takes the public part alone.
    ///
    /// That is so for asymmetric keys, and a vault has no others.
    pub(super) fn is_public(self, kind: ObjectKind) -> bool {
        kind == ObjectKind::Key && matches!(self, Self::Encrypt | Self::WrapKey | Self::Verify)
    }
}
