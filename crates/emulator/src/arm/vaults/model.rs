//! A vault as ARM keeps it, and what of it the data plane goes by.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    super::{
        Context,
        error::ArmError,
        names::{VaultId, normalized_location},
    },
    connections::Connections,
    network::{self, NetworkAcls},
};
use crate::{
    roles::Scope,
    vault::{Access, AccessPolicy, PolicyHistory, Vault, VaultProperties, VaultSettings},
};

const DEFAULT_RETENTION_DAYS: u16 = 90;

/// A vault, live or deleted.
#[derive(Debug)]
pub(in crate::arm) struct ArmVault {
    /// Names as spelled when it was made.
    pub(in crate::arm) id: VaultId,
    pub(in crate::arm) location: String,
    pub(in crate::arm) tags: BTreeMap<String, String>,
    pub(super) created: Stamp,
    pub(super) modified: Stamp,
    /// The number of its latest change among those of all vaults.
    pub(super) changed: u64,
    pub(super) properties: Properties,
    /// When its name is registered.
    pub(super) ready: OffsetDateTime,
    pub(super) deletion: Option<VaultDeletion>,
    /// Private endpoints that lead here, or ask to.
    pub(in crate::arm) connections: Connections,
    pub(in crate::arm) data: Arc<Vault>,
}

/// Who did something, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::arm) struct Stamp {
    pub(in crate::arm) by: String,
    #[serde(with = "crate::moment")]
    pub(in crate::arm) at: OffsetDateTime,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct VaultDeletion {
    #[serde(with = "crate::moment")]
    pub(super) at: OffsetDateTime,
    #[serde(with = "crate::moment")]
    pub(super) scheduled_purge: OffsetDateTime,
    /// When a purge that was asked for is done.
    #[serde(default, with = "crate::moment::option")]
    pub(super) purged: Option<OffsetDateTime>,
}

/// What callers set; `None` where they set nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Properties {
    pub(super) sku: Sku,
    pub(super) tenant_id: String,
    pub(super) network_acls: Option<NetworkAcls>,
    pub(super) access_policies: Vec<AccessPolicy>,
    pub(super) enabled_for_deployment: Option<bool>,
    pub(super) enabled_for_disk_encryption: Option<bool>,
    pub(super) enabled_for_template_deployment: Option<bool>,
    pub(super) soft_delete_retention_in_days: Option<u16>,
    pub(super) enable_rbac_authorization: Option<bool>,
    pub(super) purge_protection: bool,
    pub(super) public_network_access: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sku {
    pub(super) family: String,
    pub(super) name: String,
}

impl Stamp {
    pub(in crate::arm) fn of(context: &Context<'_>) -> Self {
        Self { by: context.caller.appid.clone(), at: context.now }
    }
}

impl Properties {
    pub(super) fn retention_days(&self) -> u16 {
        self.soft_delete_retention_in_days.unwrap_or(DEFAULT_RETENTION_DAYS)
    }

    /// What the data plane goes by.
    pub(super) fn settings(
        &self,
        defaults: &VaultProperties,
        id: &VaultId,
        location: &str,
    ) -> VaultSettings {
        let access = if self.enable_rbac_authorization == Some(true) {
            Access::Rbac { resource_id: id.path(), tenant_id: self.tenant_id.clone() }
        } else {
            Access::Policies(PolicyHistory::new(self.access_policies.clone()))
        };
        VaultSettings {
            properties: VaultProperties {
                retention_days: self.retention_days(),
                purge_protection: self.purge_protection,
                ..defaults.clone()
            },
            access,
            network: network::rules(
                self.network_acls.as_ref(),
                self.public_network_access.as_deref(),
            ),
            location: normalized_location(location),
            subscription: id.group.subscription.clone(),
            tenant: Some(self.tenant_id.clone()),
            premium: self.sku.name.eq_ignore_ascii_case("premium"),
        }
    }
}

impl ArmVault {
    pub(in crate::arm) fn created_at(&self) -> OffsetDateTime {
        self.created.at
    }

    pub(in crate::arm) fn modified_at(&self) -> OffsetDateTime {
        self.modified.at
    }

    pub(in crate::arm) fn is_live(&self) -> bool {
        self.deletion.is_none()
    }

    pub(in crate::arm) fn is_purged(&self, now: OffsetDateTime) -> bool {
        self.deletion.is_some_and(|deletion| {
            deletion.scheduled_purge <= now || deletion.purged.is_some_and(|purged| purged <= now)
        })
    }

    /// Refuses a change that began before the latest one was done, if the emulator is to.
    pub(super) fn check_unchanged(&self, context: &Context<'_>) -> Result<(), ArmError> {
        if context.settings().parallel_changes_conflict && self.changed > context.begun {
            return Err(ArmError::vault_changed(&self.id.name));
        }
        Ok(())
    }

    /// Notes that the caller changes it.
    pub(super) fn touch(&mut self, context: &Context<'_>) {
        self.modified = Stamp::of(context);
        self.changed = context.router.arm.next_change();
    }

    pub(in crate::arm) fn delete(&mut self, context: &Context<'_>) {
        self.changed = context.router.arm.next_change();
        let retention = time::Duration::days(self.properties.retention_days().into());
        // With its group it is deleted at a time of its own, too.
        let now = context.times.of(&self.id.key());
        self.deletion = Some(VaultDeletion {
            at: now,
            scheduled_purge: now.saturating_add(retention),
            purged: None,
        });
        context.router.vaults.close(&self.data);
        context.router.roles.forget(&Scope::new(self.id.path()));
    }

    pub(super) fn recover(&mut self, context: &Context<'_>) {
        self.deletion = None;
        self.touch(context);
        context.router.vaults.reopen(&self.data);
    }

    /// Takes over changed properties, for the data plane too.
    pub(super) fn change(&mut self, context: &Context<'_>, properties: Properties) {
        let settings =
            properties.settings(context.router.vaults.defaults(), &self.id, &self.location);
        self.data.configure(settings, context.now, context.router.roles.counts_from(context.now));
        self.properties = properties;
        self.touch(context);
    }
}
