//! What has private endpoint connections: a vault, or a managed HSM.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    super::super::{
        error::ArmError,
        managed_hsms,
        names::{HsmId, VaultId},
        route::Route,
        state::State,
    },
    Connections,
};

/// The one that a request or a private endpoint names.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::arm) enum Target {
    Vault(VaultId),
    ManagedHsm(HsmId),
}

/// How the connections of a type are spelled.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// What a private endpoint asks for.
    pub(super) group_id: &'static str,
    pub(super) zone: &'static str,
}

const VAULT: Kind = Kind {
    name: "Microsoft.KeyVault/vaults",
    group_id: "vault",
    zone: "privatelink.vaultcore.azure.net",
};

const MANAGED_HSM: Kind = Kind {
    name: "Microsoft.KeyVault/managedHSMs",
    group_id: "managedhsm",
    zone: "privatelink.managedhsm.azure.net",
};

/// A live one.
pub(super) struct Owner<'a> {
    pub(super) kind: &'static Kind,
    pub(super) location: &'a str,
    pub(super) connections: &'a Connections,
}

/// A live one, to be changed.
pub(super) struct OwnerMut<'a> {
    pub(super) kind: &'static Kind,
    pub(super) location: &'a str,
    pub(super) connections: &'a mut Connections,
}

impl Target {
    /// `None` for the id of anything else.
    pub(in crate::arm) fn of_id(id: &str) -> Result<Option<Self>, ArmError> {
        Ok(match Route::parse(id)? {
            Route::Vault(id) => Some(Self::Vault(id)),
            Route::ManagedHsm(id) => Some(Self::ManagedHsm(id)),
            _ => None,
        })
    }

    pub(in crate::arm) fn path(&self) -> String {
        match self {
            Self::Vault(id) => id.path(),
            Self::ManagedHsm(id) => id.path(),
        }
    }

    /// The type of the resource.
    pub(in crate::arm) fn kind_name(&self) -> &'static str {
        self.kind().name
    }

    pub(in crate::arm) fn group_id(&self) -> &'static str {
        self.kind().group_id
    }

    fn kind(&self) -> &'static Kind {
        match self {
            Self::Vault(_) => &VAULT,
            Self::ManagedHsm(_) => &MANAGED_HSM,
        }
    }

    pub(super) fn live<'a>(
        &self,
        state: &'a State,
        now: OffsetDateTime,
    ) -> Result<Owner<'a>, ArmError> {
        let kind = self.kind();
        Ok(match self {
            Self::Vault(id) => {
                let vault = state.live(id)?;
                Owner { kind, location: &vault.location, connections: &vault.connections }
            }
            Self::ManagedHsm(id) => {
                let hsm = managed_hsms::live(state, now, id)?;
                Owner { kind, location: &hsm.location, connections: &hsm.connections }
            }
        })
    }

    pub(super) fn live_mut<'a>(
        &self,
        state: &'a mut State,
        now: OffsetDateTime,
    ) -> Result<OwnerMut<'a>, ArmError> {
        let kind = self.kind();
        Ok(match self {
            Self::Vault(id) => {
                let vault = state.live_mut(id)?;
                OwnerMut { kind, location: &vault.location, connections: &mut vault.connections }
            }
            Self::ManagedHsm(id) => {
                let hsm = managed_hsms::live_mut(state, now, id)?;
                OwnerMut { kind, location: &hsm.location, connections: &mut hsm.connections }
            }
        })
    }

    /// The connections of a live one, for a private endpoint.
    pub(in crate::arm) fn open<'a>(
        &self,
        state: &'a mut State,
        now: OffsetDateTime,
    ) -> Result<&'a mut Connections, ArmError> {
        Ok(self.live_mut(state, now)?.connections)
    }

    /// The connections, be it live or deleted.
    pub(in crate::arm) fn kept<'a>(&self, state: &'a State) -> Option<&'a Connections> {
        match self {
            Self::Vault(id) => state.vaults.get(&id.key()).map(|vault| &vault.connections),
            Self::ManagedHsm(id) => state.hsms.get(&id.key()).map(|hsm| &hsm.connections),
        }
    }

    pub(in crate::arm) fn kept_mut<'a>(&self, state: &'a mut State) -> Option<&'a mut Connections> {
        match self {
            Self::Vault(id) => state.vaults.get_mut(&id.key()).map(|vault| &mut vault.connections),
            Self::ManagedHsm(id) => state.hsms.get_mut(&id.key()).map(|hsm| &mut hsm.connections),
        }
    }
}
