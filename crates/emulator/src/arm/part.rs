//! What a path names below a vault or a managed HSM: its keys, its secrets, its private endpoint connections.

use super::{
    names::{HsmId, VaultId},
    route::Route,
};

/// Something that belongs to a vault.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum VaultPart {
    Keys,
    Key { name: String },
    KeyVersions { name: String },
    KeyVersion { name: String, version: String },
    Secrets,
    Secret { name: String },
    Connections,
    Connection { name: String },
    LinkResources,
}

impl VaultPart {
    /// Whether the vault's data plane keeps it.
    pub(super) fn is_content(&self) -> bool {
        !matches!(self, Self::Connections | Self::Connection { .. } | Self::LinkResources)
    }

    /// Reads what follows a managed HSM's name.
    pub(super) fn route_of_hsm(hsm: HsmId, lower: &[&str], original: &[&str]) -> Route {
        match Self::parse(lower, original) {
            // A managed HSM holds keys only.
            Some(Self::Secrets | Self::Secret { .. }) | None => Route::Unknown,
            Some(part) => Route::InHsm { hsm, part },
        }
    }

    /// Reads what follows a vault's name.
    pub(super) fn route(vault: VaultId, lower: &[&str], original: &[&str]) -> Route {
        match Self::parse(lower, original) {
            Some(part) => Route::InVault { vault, part },
            None => Route::Unknown,
        }
    }

    /// `lower` is `original` in lower case.
    fn parse(lower: &[&str], original: &[&str]) -> Option<Self> {
        let name = |name: &str| name.to_owned();
        Some(match (lower, original) {
            (["keys"], _) => Self::Keys,
            (["keys", _], [_, key]) => Self::Key { name: name(key) },
            (["keys", _, "versions"], [_, key, _]) => Self::KeyVersions { name: name(key) },
            (["keys", _, "versions", _], [_, key, _, version]) => {
                Self::KeyVersion { name: name(key), version: name(version) }
            }
            (["secrets"], _) => Self::Secrets,
            (["secrets", _], [_, secret]) => Self::Secret { name: name(secret) },
            (["privateendpointconnections"], _) => Self::Connections,
            (["privateendpointconnections", _], [_, connection]) => {
                Self::Connection { name: name(connection) }
            }
            (["privatelinkresources"], _) => Self::LinkResources,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_told_apart_and_keep_their_names_as_spelled() {
        let vault = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv";
        let version = "0123456789abcdef0123456789abcdef".to_owned();
        for (path, expected) in [
            ("KEYS/".to_owned(), VaultPart::Keys),
            ("keys/K-1".to_owned(), VaultPart::Key { name: "K-1".to_owned() }),
            ("keys/k/Versions".to_owned(), VaultPart::KeyVersions { name: "k".to_owned() }),
            (
                format!("keys/k/versions/{version}"),
                VaultPart::KeyVersion { name: "k".to_owned(), version },
            ),
            ("privateLinkResources".to_owned(), VaultPart::LinkResources),
        ] {
            let Ok(Route::InVault { part, vault }) = Route::parse(&format!("{vault}/{path}"))
            else {
                panic!("{path}");
            };
            assert_eq!((part, vault.name.as_str()), (expected, "kv"), "{path}");
        }
        assert_eq!(Route::parse(&format!("{vault}/keys/k/other")).unwrap(), Route::Unknown);
    }
}
