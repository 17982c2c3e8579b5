//! Deleted secrets, which can be recovered or purged until their time is over. None has a value:
//! the service does not give it before the secret is recovered.

use azvault_core::{
    ResourceId, deletion_accessors,
    object::{Deletion, WireDeletion},
};
use serde::{Deserialize, de::IgnoredAny};

use super::{SecretProperties, properties::WireProperties};

/// A deleted secret, without its value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireDeleted")]
pub struct DeletedSecretBundle {
    properties: SecretProperties,
    deletion: Deletion,
}

/// A deleted secret as a list of deleted secrets gives it: without its version.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireDeleted")]
pub struct DeletedSecretProperties {
    properties: SecretProperties,
    deletion: Deletion,
}

#[derive(Deserialize)]
struct WireDeleted {
    // Named, so that a value would be skipped and not buffered with the flattened members.
    #[serde(default, rename = "value")]
    _value: IgnoredAny,
    #[serde(flatten)]
    properties: WireProperties,
    #[serde(flatten)]
    deletion: WireDeletion,
}

impl TryFrom<WireDeleted> for DeletedSecretBundle {
    type Error = String;

    fn try_from(wire: WireDeleted) -> Result<Self, String> {
        Ok(Self { properties: wire.properties.try_into()?, deletion: wire.deletion.try_into()? })
    }
}

impl TryFrom<WireDeleted> for DeletedSecretProperties {
    type Error = String;

    fn try_from(wire: WireDeleted) -> Result<Self, String> {
        Ok(Self { properties: wire.properties.try_into()?, deletion: wire.deletion.try_into()? })
    }
}

impl DeletedSecretBundle {
    /// The identifier of the version that was the latest. It leads nowhere before the secret is
    /// recovered; [`recovery_id`](Self::recovery_id) does.
    pub fn id(&self) -> &ResourceId {
        self.properties.id()
    }

    /// What else is known of the secret.
    pub fn properties(&self) -> &SecretProperties {
        &self.properties
    }
}

impl DeletedSecretProperties {
    /// What else is known of the secret.
    pub fn properties(&self) -> &SecretProperties {
        &self.properties
    }
}

deletion_accessors!(DeletedSecretBundle, DeletedSecretProperties);

#[cfg(test)]
mod tests {
    use super::*;

    const DELETED: &str = r#"{"recoveryId":"https://v.vault.azure.net/deletedsecrets/s","deletedDate":1644459396,"scheduledPurgeDate":1652235396,"contentType":"password","id":"https://v.vault.azure.net/secrets/s/0123456789abcdef0123456789abcdef","attributes":{"enabled":true}}"#;

    #[test]
    fn a_deleted_secret_is_read_with_its_dates_and_recovery_id() {
        let bundle: DeletedSecretBundle = serde_json::from_str(DELETED).unwrap();
        assert!(bundle.recovery_id().unwrap().is_deleted());
        assert_eq!(bundle.id().version().map(str::len), Some(32));
        let retention = bundle.scheduled_purge_on().unwrap() - bundle.deleted_on().unwrap();
        assert_eq!(retention.whole_days(), 90);
        let item: DeletedSecretProperties = serde_json::from_str(DELETED).unwrap();
        assert_eq!(item.properties(), bundle.properties());
    }

    #[test]
    fn a_value_would_not_be_kept() {
        let text = DELETED.replacen('{', r#"{"value":"canary","#, 1);
        let bundle: DeletedSecretBundle = serde_json::from_str(&text).unwrap();
        assert_eq!(bundle, serde_json::from_str(DELETED).unwrap());
    }
}
