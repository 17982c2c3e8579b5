//! Deleted managed HSMs, which can be recovered or purged until their time is over.

use std::collections::BTreeMap;

use azure_core::time::OffsetDateTime;
use serde::Deserialize;

use super::{Base, accessors, lenient, resource_accessors};

/// A deleted managed HSM. Its name stays taken until it is purged, and it costs until then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DeletedManagedHsm {
    #[serde(flatten)]
    base: Base,
    #[serde(deserialize_with = "lenient::or_default")]
    properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    mhsm_id: Option<String>,
    location: Option<String>,
    #[serde(deserialize_with = "lenient::time")]
    deletion_date: Option<OffsetDateTime>,
    #[serde(deserialize_with = "lenient::time")]
    scheduled_purge_date: Option<OffsetDateTime>,
    purge_protection_enabled: Option<bool>,
    tags: Option<BTreeMap<String, String>>,
}

resource_accessors!(DeletedManagedHsm);
accessors!(DeletedManagedHsm {
    /// When it was deleted.
    deleted_on: [copy OffsetDateTime] = properties.deletion_date;
    /// When the service will purge it, unless it is recovered or purged before.
    scheduled_purge_on: [copy OffsetDateTime] = properties.scheduled_purge_date;
});

impl DeletedManagedHsm {
    /// The resource id that the managed HSM had.
    pub fn managed_hsm_id(&self) -> &str {
        self.properties.mhsm_id.as_deref().unwrap_or_default()
    }

    /// The region it was in; recovering and purging need it.
    pub fn location(&self) -> &str {
        self.properties.location.as_deref().unwrap_or_default()
    }

    /// The tags it had.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &str)> {
        let tags = self.properties.tags.iter().flatten();
        tags.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether purge protection keeps it from being purged before its time.
    pub fn purge_protection(&self) -> bool {
        self.properties.purge_protection_enabled.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_managed_hsm_is_read_as_recorded() {
        let deleted: DeletedManagedHsm = serde_json::from_str(
            r#"{"id":"/d","name":"h","type":"Microsoft.Keyvault/deletedManagedHSMs","properties":{"mhsmId":"/m","location":"westus","deletionDate":"2023-08-23T06:19:16Z","scheduledPurgeDate":"2023-11-01T06:19:16Z","purgeProtectionEnabled":false,"tags":{}}}"#,
        )
        .unwrap();
        assert_eq!((deleted.managed_hsm_id(), deleted.location()), ("/m", "westus"));
        let kept = deleted.scheduled_purge_on().unwrap() - deleted.deleted_on().unwrap();
        assert_eq!(kept.whole_days(), 70);
        assert!(!deleted.purge_protection());
    }
}
