//! Deleted vaults, which can be recovered or purged until their time is over.

use azure_core::time::OffsetDateTime;
use serde::Deserialize;

/// A deleted vault.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DeletedVault {
    name: String,
    properties: Properties,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    vault_id: String,
    location: String,
    #[serde(default, with = "time::serde::rfc3339::option")]
    deletion_date: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    scheduled_purge_date: Option<OffsetDateTime>,
    #[serde(default)]
    purge_protection_enabled: Option<bool>,
}

impl DeletedVault {
    /// The vault's name, which stays taken until it is purged.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The resource id that the vault had.
    pub fn vault_id(&self) -> &str {
        &self.properties.vault_id
    }

    /// The region it was in; recovering and purging need it.
    pub fn location(&self) -> &str {
        &self.properties.location
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
