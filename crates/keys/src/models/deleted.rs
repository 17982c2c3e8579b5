//! Deleted keys, which can be recovered or purged until their time is over.

use azure_core::time::OffsetDateTime;
use azvault_core::ResourceId;
use serde::Deserialize;

use super::{
    JsonWebKey, KeyBundle, KeyProperties, KeyType,
    bundle::WireBundle,
    properties::{WireItem, time},
};

/// When a key was deleted, until when it can be recovered, and by what id.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Deletion {
    recovery_id: Option<ResourceId>,
    deleted_on: Option<OffsetDateTime>,
    scheduled_purge_on: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireDeletion {
    recovery_id: Option<String>,
    deleted_date: Option<i64>,
    scheduled_purge_date: Option<i64>,
}

impl TryFrom<WireDeletion> for Deletion {
    type Error = String;

    fn try_from(wire: WireDeletion) -> Result<Self, String> {
        let recovery_id = wire.recovery_id.map(|id| id.parse()).transpose();
        Ok(Self {
            recovery_id: recovery_id.map_err(|error: azvault_core::Error| error.to_string())?,
            deleted_on: time(wire.deleted_date)?,
            scheduled_purge_on: time(wire.scheduled_purge_date)?,
        })
    }
}

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
}

impl DeletedKeyProperties {
    /// What else is known of the key.
    pub fn properties(&self) -> &KeyProperties {
        &self.properties
    }
}

macro_rules! deletion_accessors {
    ($($type:ident),+) => {$(
        impl $type {
            /// The key's name.
            pub fn name(&self) -> &str {
                self.properties().name()
            }

            /// The id of the deleted key, which recovers and purges it.
            pub fn recovery_id(&self) -> Option<&ResourceId> {
                self.deletion.recovery_id.as_ref()
            }

            /// When it was deleted.
            pub fn deleted_on(&self) -> Option<OffsetDateTime> {
                self.deletion.deleted_on
            }

            /// When the service will purge it, unless it is recovered or purged before.
            pub fn scheduled_purge_on(&self) -> Option<OffsetDateTime> {
                self.deletion.scheduled_purge_on
            }
        }
    )+};
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
