//! A vault as a record keeps it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    super::names::VaultId,
    connections::Connections,
    model::{ArmVault, Properties, Stamp, VaultDeletion},
};
use crate::vault::{Access, FormerPolicies, PolicyHistory, Vault, VaultProperties, VaultSettings};

/// All of a vault but its contents, which its data plane keeps.
#[derive(Serialize, Deserialize)]
pub(in crate::arm) struct KeptVault {
    id: VaultId,
    location: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    created: Stamp,
    modified: Stamp,
    properties: Properties,
    #[serde(with = "crate::moment")]
    ready: OffsetDateTime,
    #[serde(default)]
    deletion: Option<VaultDeletion>,
    connections: Connections,
    /// The id of its data plane.
    pub(in crate::arm) vault: String,
    /// Access policies that still count, or counted until those now there do.
    #[serde(default)]
    former_policies: Vec<FormerPolicies>,
}

impl KeptVault {
    pub(in crate::arm) fn of(vault: &ArmVault) -> Self {
        let former_policies = match &vault.data.settings().access {
            Access::Policies(history) => history.former().to_vec(),
            _ => Vec::new(),
        };
        Self {
            id: vault.id.clone(),
            location: vault.location.clone(),
            tags: vault.tags.clone(),
            created: vault.created.clone(),
            modified: vault.modified.clone(),
            properties: vault.properties.clone(),
            ready: vault.ready,
            deletion: vault.deletion,
            connections: vault.connections.clone(),
            vault: vault.data.id.clone(),
            former_policies,
        }
    }

    /// What its data plane goes by; what is not kept is as `defaults` has it.
    fn settings(&self, defaults: &VaultProperties) -> VaultSettings {
        let settings = self.properties.settings(defaults, &self.id, &self.location);
        match settings.access {
            Access::Policies(_) => {
                let policies = self.properties.access_policies.clone();
                let history = PolicyHistory::of(policies, self.former_policies.clone());
                VaultSettings { access: Access::Policies(history), ..settings }
            }
            _ => settings,
        }
    }

    /// The vault whose contents `data` has.
    pub(in crate::arm) fn with(self, data: Arc<Vault>, defaults: &VaultProperties) -> ArmVault {
        data.configure_loaded(self.settings(defaults));
        ArmVault {
            id: self.id,
            location: self.location,
            tags: self.tags,
            created: self.created,
            modified: self.modified,
            // Whatever began before it was read is over.
            changed: 0,
            properties: self.properties,
            ready: self.ready,
            deletion: self.deletion,
            connections: self.connections,
            data,
        }
    }
}
