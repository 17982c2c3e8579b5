//! A key without its material: what lists give.

use azure_core::time::OffsetDateTime;
use azvault_core::ResourceId;
use serde::{Deserialize, Serialize};

use super::{RecoveryLevel, jwk::Tags};

/// What is known of a key besides its material.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireItem")]
pub struct KeyProperties {
    id: ResourceId,
    attributes: Attributes,
    tags: Tags,
    managed: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Attributes {
    enabled: bool,
    not_before: Option<OffsetDateTime>,
    expires_on: Option<OffsetDateTime>,
    created_on: Option<OffsetDateTime>,
    updated_on: Option<OffsetDateTime>,
    recovery_level: Option<RecoveryLevel>,
    recoverable_days: Option<u32>,
    exportable: Option<bool>,
    hsm_platform: Option<String>,
}

impl KeyProperties {
    pub(super) fn new(
        kid: &str,
        attributes: WireAttributes,
        tags: Option<Tags>,
        managed: Option<bool>,
    ) -> Result<Self, String> {
        let id = kid.parse().map_err(|error: azvault_core::Error| error.to_string())?;
        Ok(Self {
            id,
            attributes: attributes.try_into()?,
            tags: tags.unwrap_or_default(),
            managed: managed.unwrap_or(false),
        })
    }

    /// The key's identifier; with a version where one key's version is meant.
    pub fn id(&self) -> &ResourceId {
        &self.id
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        self.id.name()
    }

    /// The version; none in a list of keys.
    pub fn version(&self) -> Option<&str> {
        self.id.version()
    }

    /// Whether the key may be used.
    pub fn enabled(&self) -> bool {
        self.attributes.enabled
    }

    /// The time before which the key may not be used, except to decrypt, unwrap and verify.
    pub fn not_before(&self) -> Option<OffsetDateTime> {
        self.attributes.not_before
    }

    /// The time after which the key may not be used, except to decrypt, unwrap and verify.
    pub fn expires_on(&self) -> Option<OffsetDateTime> {
        self.attributes.expires_on
    }

    /// When this version was created.
    pub fn created_on(&self) -> Option<OffsetDateTime> {
        self.attributes.created_on
    }

    /// When these properties were last changed.
    pub fn updated_on(&self) -> Option<OffsetDateTime> {
        self.attributes.updated_on
    }

    /// What becomes of the key when it is deleted.
    pub fn recovery_level(&self) -> Option<&RecoveryLevel> {
        self.attributes.recovery_level.as_ref()
    }

    /// For how many days a deleted key can be recovered: 7 to 90, or 0.
    pub fn recoverable_days(&self) -> Option<u32> {
        self.attributes.recoverable_days
    }

    /// Whether the key may be released under its release policy; not told by old services.
    pub fn exportable(&self) -> Option<bool> {
        self.attributes.exportable
    }

    /// The hardware it is kept in: `0` none, `1` FIPS 140-2 level 3 and before, `2` FIPS 140-3.
    pub fn hsm_platform(&self) -> Option<&str> {
        self.attributes.hsm_platform.as_deref()
    }

    /// The caller's own texts.
    pub fn tags(&self) -> &Tags {
        &self.tags
    }

    /// Whether the key belongs to a certificate, and is read-only then.
    pub fn managed(&self) -> bool {
        self.managed
    }
}

/// An item of a list, on the wire.
#[derive(Deserialize)]
pub(super) struct WireItem {
    kid: String,
    #[serde(default)]
    attributes: WireAttributes,
    tags: Option<Tags>,
    managed: Option<bool>,
}

impl TryFrom<WireItem> for KeyProperties {
    type Error = String;

    fn try_from(wire: WireItem) -> Result<Self, String> {
        Self::new(&wire.kid, wire.attributes, wire.tags, wire.managed)
    }
}

/// Attributes on the wire: read whole, written with what the caller may set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireAttributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exp: Option<i64>,
    #[serde(skip_serializing)]
    created: Option<i64>,
    #[serde(skip_serializing)]
    updated: Option<i64>,
    #[serde(skip_serializing)]
    recovery_level: Option<RecoveryLevel>,
    #[serde(skip_serializing)]
    recoverable_days: Option<u32>,
    #[serde(skip_serializing)]
    exportable: Option<bool>,
    #[serde(skip_serializing)]
    hsm_platform: Option<String>,
}

impl WireAttributes {
    /// Whether the caller has set nothing.
    pub(crate) fn is_unset(&self) -> bool {
        self.enabled.is_none() && self.nbf.is_none() && self.exp.is_none()
    }
}

pub(super) fn time(seconds: Option<i64>) -> Result<Option<OffsetDateTime>, String> {
    seconds
        .map(OffsetDateTime::from_unix_timestamp)
        .transpose()
        .map_err(|_| "a time is out of range".to_owned())
}

impl TryFrom<WireAttributes> for Attributes {
    type Error = String;

    fn try_from(wire: WireAttributes) -> Result<Self, String> {
        Ok(Self {
            enabled: wire.enabled.unwrap_or(true),
            not_before: time(wire.nbf)?,
            expires_on: time(wire.exp)?,
            created_on: time(wire.created)?,
            updated_on: time(wire.updated)?,
            recovery_level: wire.recovery_level,
            recoverable_days: wire.recoverable_days,
            exportable: wire.exportable,
            hsm_platform: wire.hsm_platform,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_a_list_is_read_as_recorded() {
        // The body of the service's recorded answer to GET /deletedkeys, without its dates.
        let item: KeyProperties = serde_json::from_str(
            r#"{"kid":"https://v.vault.azure.net/keys/k","attributes":{"enabled":true,"exp":2537049600,"created":1644459396,"updated":1644459396,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90}}"#,
        )
        .unwrap();
        assert_eq!((item.name(), item.version()), ("k", None));
        assert_eq!(item.recovery_level(), Some(&RecoveryLevel::RecoverablePurgeable));
        assert_eq!(item.expires_on().map(OffsetDateTime::unix_timestamp), Some(2_537_049_600));
        assert!(item.recovery_level().unwrap().allows_purge());
    }

    #[test]
    fn only_what_the_caller_may_set_is_written() {
        let read: WireAttributes =
            serde_json::from_str(r#"{"enabled":false,"created":1,"recoverableDays":7}"#).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"enabled":false}"#);
    }

    #[test]
    fn a_time_out_of_range_is_an_error_and_no_panic() {
        let item = r#"{"kid":"https://v.vault.azure.net/keys/k","attributes":{"exp":9223372036854775807}}"#;
        assert!(serde_json::from_str::<KeyProperties>(item).is_err());
    }
}
