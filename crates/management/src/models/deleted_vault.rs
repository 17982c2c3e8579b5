//! Deleted vaults, which can be recovered or purged until their time is over.

use std::collections::BTreeMap;

use azure_core::time::OffsetDateTime;
use serde::Deserialize;

use super::{Base, lenient, resource_accessors};

/// A deleted vault. Its name stays taken until it is purged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DeletedVault {
    #[serde(flatten)]
    base: Base,
    #[serde(deserialize_with = "lenient::or_default")]
    properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    vault_id: Option<String>,
    location: Option<String>,
    #[serde(deserialize_with = "lenient::time")]
    deletion_date: Option<OffsetDateTime>,
    #[serde(deserialize_with = "lenient::time")]
    scheduled_purge_date: Option<OffsetDateTime>,
    purge_protection_enabled: Option<bool>,
    tags: Option<BTreeMap<String, String>>,
}

resource_accessors!(DeletedVault);

impl DeletedVault {
    /// The resource id that the vault had.
    pub fn vault_id(&self) -> &str {
        self.properties.vault_id.as_deref().unwrap_or_default()
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

    /// When it was deleted.
    pub fn deleted_on(&self) -> Option<OffsetDateTime> {
        self.properties.deletion_date
    }

    /// When the service will purge it, unless it is recovered or purged before.
    pub fn scheduled_purge_on(&self) -> Option<OffsetDateTime> {
        self.properties.scheduled_purge_date
    }

    /// Whether purge protection keeps it from being purged before that.
    pub fn purge_protection(&self) -> bool {
        self.properties.purge_protection_enabled.unwrap_or(false)
    }
}
