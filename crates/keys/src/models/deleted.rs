//! Deleted keys, which can be recovered or purged until their time is over.

use azvault_core::{
    deletion_accessors,
    object::{Deletion, WireDeletion},
};
use azvault_crypto::{JsonWebKey, KeyType};
use serde::Deserialize;

use super::{KeyBundle, KeyProperties, KeyReleasePolicy, bundle::WireBundle, properties::WireItem};

/// A deleted key with its public material.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireDeletedBundle")]
pub struct DeletedKeyBundle {
    key: KeyBundle,
    deletion: Deletion,
}

#[derive(Deserialize)]
struct WireDeletedBundle {
    #[serde(flatten)]
    bundle: WireBundle,
    #[serde(flatten)]
    deletion: WireDeletion,
}

impl TryFrom<WireDeletedBundle> for DeletedKeyBundle {
    type Error = String;

    fn try_from(wire: WireDeletedBundle) -> Result<Self, String> {
        Ok(Self { key: wire.bundle.try_into()?, deletion: wire.deletion.try_into()? })
    }
}

/// A deleted key without its material: what a list of deleted keys gives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireDeletedItem")]
pub struct DeletedKeyProperties {
    properties: KeyProperties,
    deletion: Deletion,
}

#[derive(Deserialize)]
struct WireDeletedItem {
    #[serde(flatten)]
    item: WireItem,
    #[serde(flatten)]
    deletion: WireDeletion,
}

impl TryFrom<WireDeletedItem> for DeletedKeyProperties {
    type Error = String;

    fn try_from(wire: WireDeletedItem) -> Result<Self, String> {
        Ok(Self { properties: wire.item.try_into()?, deletion: wire.deletion.try_into()? })
    }
}

impl DeletedKeyBundle {
    /// The kind of the key.
    pub fn key_type(&self) -> &KeyType {
        self.key.key_type()
    }

    /// The public material.
    pub fn jwk(&self) -> &JsonWebKey {
        self.key.jwk()
    }

    /// What else is known of the key.
    pub fn properties(&self) -> &KeyProperties {
        self.key.properties()
    }

    /// The rules by which the key may be released, if it is exportable.
    pub fn release_policy(&self) -> Option<&KeyReleasePolicy> {
        self.key.release_policy()
    }
}

impl DeletedKeyProperties {
    /// What else is known of the key.
    pub fn properties(&self) -> &KeyProperties {
        &self.properties
    }
}

deletion_accessors!(DeletedKeyBundle, DeletedKeyProperties);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_key_is_read_with_its_dates_and_recovery_id() {
        // The service's recorded answer to GET /deletedkeys, with another host.
        let item: DeletedKeyProperties = serde_json::from_str(
            r#"{"recoveryId":"https://v.vault.azure.net/deletedkeys/k","deletedDate":1644459396,"scheduledPurgeDate":1652235396,"kid":"https://v.vault.azure.net/keys/k","attributes":{"enabled":true}}"#,
        )
        .unwrap();
        assert!(item.recovery_id().unwrap().is_deleted());
        let retention = item.scheduled_purge_on().unwrap() - item.deleted_on().unwrap();
        assert_eq!(retention.whole_days(), 90);
    }
}
