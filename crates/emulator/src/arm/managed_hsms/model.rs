//! A managed HSM as ARM keeps it, and what of it the data plane goes by.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use super::{
    super::{
        Context,
        names::{HsmId, normalized_location},
        vaults::{Stamp, connections::Connections},
    },
    network::HsmNetworkAcls,
};
use crate::{
    clock::after,
    roles::Scope,
    vault::{Access, Administrators, Vault, VaultProperties, VaultSettings},
};

/// A managed HSM, live or deleted.
#[derive(Debug)]
pub(in crate::arm) struct ManagedHsm {
    /// Names as spelled when it was made.
    pub(in crate::arm) id: HsmId,
    pub(in crate::arm) location: String,
    pub(in crate::arm) tags: BTreeMap<String, String>,
    pub(in crate::arm) created: Stamp,
    pub(in crate::arm) modified: Stamp,
    pub(super) properties: Properties,
    /// The latest making or changing.
    pub(super) change: Change,
    pub(super) deletion: Option<HsmDeletion>,
    /// Private endpoints that lead here, or ask to.
    pub(in crate::arm) connections: Connections,
    pub(in crate::arm) data: Arc<Vault>,
}

/// A making or changing, under way until `done`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) kind: ChangeKind,
    #[serde(with = "crate::moment")]
    pub(super) done: OffsetDateTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum ChangeKind {
    Provisioning,
    Updating,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct HsmDeletion {
    #[serde(with = "crate::moment")]
    pub(super) at: OffsetDateTime,
    /// Until then it is there, `Deleting`.
    #[serde(with = "crate::moment")]
    pub(super) done: OffsetDateTime,
    #[serde(with = "crate::moment")]
    pub(super) scheduled_purge: OffsetDateTime,
    /// When a purge that was asked for is done.
    #[serde(default, with = "crate::moment::option")]
    pub(super) purged: Option<OffsetDateTime>,
}

/// What callers set.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Properties {
    pub(super) sku: Sku,
    /// As sent.
    pub(super) identity: Option<Value>,
    pub(super) tenant_id: String,
    pub(super) administrators: Vec<String>,
    pub(super) retention_days: u16,
    pub(super) purge_protection: bool,
    pub(super) network_acls: HsmNetworkAcls,
    pub(super) public_network_access: String,
    pub(super) regions: Vec<Region>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sku {
    pub(super) family: String,
    pub(super) name: String,
}

/// A region besides the first, as sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) name: Option<String>,
    pub(super) is_primary: Option<bool>,
}

impl Properties {
    /// What the data plane goes by.
    pub(super) fn settings(
        &self,
        defaults: &VaultProperties,
        id: &HsmId,
        location: &str,
    ) -> VaultSettings {
        VaultSettings {
            properties: VaultProperties {
                retention_days: self.retention_days,
                purge_protection: self.purge_protection,
                ..defaults.clone()
            },
            access: Access::Administrators(Administrators {
                object_ids: self.administrators.clone(),
                tenant_id: self.tenant_id.clone(),
            }),
            network: self.network_acls.rules(&self.public_network_access),
            location: normalized_location(location),
            subscription: id.group.subscription.clone(),
            tenant: Some(self.tenant_id.clone()),
            premium: true,
        }
    }
}

impl ManagedHsm {
    /// Whether it is there, perhaps being deleted.
    pub(in crate::arm) fn is_live(&self, now: OffsetDateTime) -> bool {
        self.deletion.is_none_or(|deletion| deletion.done > now)
    }

    pub(in crate::arm) fn is_purged(&self, now: OffsetDateTime) -> bool {
        self.deletion.is_some_and(|deletion| {
            deletion.scheduled_purge <= now || deletion.purged.is_some_and(|purged| purged <= now)
        })
    }

    pub(in crate::arm) fn is_being_deleted(&self) -> bool {
        self.deletion.is_some()
    }

    /// Begins a making or changing; gives when it is done.
    pub(super) fn begin(&mut self, context: &Context<'_>, kind: ChangeKind) -> OffsetDateTime {
        let done = after(context.now, context.settings().hsm_provisioning_lag);
        self.change = Change { kind, done };
        self.modified = Stamp::of(context);
        done
    }

    /// Takes over changed properties, for the data plane too.
    pub(super) fn configure(&mut self, context: &Context<'_>, properties: Properties) {
        let settings =
            properties.settings(context.router.vaults.defaults(), &self.id, &self.location);
        self.data.configure(settings, context.now, context.now);
        self.properties = properties;
    }

    /// Its keys cannot be reached from now on; gives when it is gone for ARM too.
    pub(super) fn delete(&mut self, context: &Context<'_>) -> OffsetDateTime {
        if let Some(deletion) = self.deletion {
            return deletion.done;
        }
        let retention = time::Duration::days(self.properties.retention_days.into());
        // With its group it is deleted at a time of its own, too.
        let now = context.times.of(&self.id.key());
        let done = after(now, context.settings().hsm_deletion_lag);
        self.deletion = Some(HsmDeletion {
            at: now,
            done,
            scheduled_purge: now.saturating_add(retention),
            purged: None,
        });
        context.router.vaults.close(&self.data);
        context.router.roles.forget(&Scope::new(self.id.path()));
        done
    }

    pub(super) fn recover(&mut self, context: &Context<'_>) {
        self.deletion = None;
        context.router.vaults.reopen(&self.data);
    }
}
