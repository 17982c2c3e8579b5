//! A managed HSM as a record keeps it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    super::{
        names::HsmId,
        vaults::{Stamp, connections::Connections},
    },
    model::{Change, HsmDeletion, ManagedHsm, Properties},
};
use crate::vault::{Vault, VaultProperties, VaultSettings};

/// All of a managed HSM but its keys, which its data plane keeps.
#[derive(Serialize, Deserialize)]
pub(in crate::arm) struct KeptHsm {
    id: HsmId,
    location: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    created: Stamp,
    modified: Stamp,
    properties: Properties,
    change: Change,
    #[serde(default)]
    deletion: Option<HsmDeletion>,
    connections: Connections,
    /// The id of its data plane.
    pub(in crate::arm) vault: String,
}

impl KeptHsm {
    pub(in crate::arm) fn of(hsm: &ManagedHsm) -> Self {
        Self {
            id: hsm.id.clone(),
            location: hsm.location.clone(),
            tags: hsm.tags.clone(),
            created: hsm.created.clone(),
            modified: hsm.modified.clone(),
            properties: hsm.properties.clone(),
            change: hsm.change,
            deletion: hsm.deletion,
            connections: hsm.connections.clone(),
            vault: hsm.data.id.clone(),
        }
    }

    /// What its data plane goes by; what is not kept is as `defaults` has it.
    fn settings(&self, defaults: &VaultProperties) -> VaultSettings {
        self.properties.settings(defaults, &self.id, &self.location)
    }

    /// The managed HSM whose keys `data` has.
    pub(in crate::arm) fn with(self, data: Arc<Vault>, defaults: &VaultProperties) -> ManagedHsm {
        data.configure_loaded(self.settings(defaults));
        ManagedHsm {
            id: self.id,
            location: self.location,
            tags: self.tags,
            created: self.created,
            modified: self.modified,
            properties: self.properties,
            change: self.change,
            deletion: self.deletion,
            connections: self.connections,
            data,
        }
    }
}
