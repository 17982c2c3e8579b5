//! The management plane as records: what is kept of it, and how it comes back.

use std::sync::Arc;

use super::{
    managed_hsms::KeptHsm,
    state::{Arm, State},
    vaults::KeptVault,
};
use crate::{
    state::{Change, Flag, Kind, Record, Records, Unreadable},
    vault::{LoadedVaults, Vault, VaultProperties},
};

/// A management plane that was read and is not in use yet.
#[derive(Debug)]
pub(crate) struct LoadedArm(State);

impl Arm {
    /// Notes from now on what becomes of records, and raises `flag` with each change.
    pub(crate) fn keep(&self, flag: &Flag) {
        self.lock().keep(flag);
    }

    /// All records, and the data planes that nobody can reach now.
    pub(crate) fn records(&self, records: &mut Vec<Record>) -> Result<Vec<Arc<Vault>>, Unreadable> {
        let state = self.lock();
        records.extend(state.groups.records("", Clone::clone)?);
        records.extend(state.endpoints.records("", Clone::clone)?);
        records.extend(state.registrations.records("", Clone::clone)?);
        records.extend(state.vaults.records("", KeptVault::of)?);
        records.extend(state.hsms.records("", KeptHsm::of)?);
        records.extend(state.operations.records("", Clone::clone)?);
        let vaults =
            state.vaults.values().filter(|vault| !vault.is_live()).map(|vault| &vault.data);
        let hsms = state.hsms.values().filter(|hsm| hsm.is_being_deleted()).map(|hsm| &hsm.data);
        Ok(vaults.chain(hsms).map(Arc::clone).collect())
    }

    /// Changes nothing: `vaults` has the data planes.
    pub(crate) fn load(
        records: &mut Records,
        vaults: &LoadedVaults,
        defaults: &VaultProperties,
    ) -> Result<LoadedArm, Unreadable> {
        let mut state = State::default();
        state.groups.load(records.take(Kind::Group, ""), Some)?;
        state.endpoints.load(records.take(Kind::PrivateEndpoint, ""), Some)?;
        state.registrations.load(records.take(Kind::Registration, ""), Some)?;
        state.vaults.load(records.take(Kind::ArmVault, ""), |kept: KeptVault| {
            let data = vaults.vault(&kept.vault)?;
            Some(kept.with(data, defaults))
        })?;
        state.hsms.load(records.take(Kind::ManagedHsm, ""), |kept: KeptHsm| {
            let data = vaults.vault(&kept.vault)?;
            Some(kept.with(data, defaults))
        })?;
        state.operations.load(records.take(Kind::ArmOperation, ""), Some)?;
        Ok(LoadedArm(state))
    }

    /// Tells `others` what changed, for them to add theirs and hand it over, while nothing can change.
    pub(crate) fn hand_over<T>(&self, others: impl FnOnce(Vec<Change>) -> T) -> T {
        let mut state = self.lock();
        let mut changes = Vec::new();
        state.take_changes(&mut changes);
        others(changes)
    }

    /// Does something while nothing is handed over.
    pub(crate) fn hold<T>(&self, something: impl FnOnce() -> T) -> T {
        let _state = self.lock();
        something()
    }

    /// What was loaded takes the place of what is there, and counts as written.
    pub(crate) fn replace(&self, LoadedArm(state): LoadedArm) {
        *self.lock() = state;
    }
}

impl State {
    fn keep(&mut self, flag: &Flag) {
        self.groups.keep(flag.clone());
        self.endpoints.keep(flag.clone());
        self.registrations.keep(flag.clone());
        self.vaults.keep(flag.clone());
        self.hsms.keep(flag.clone());
        self.operations.keep(flag.clone());
    }

    fn take_changes(&mut self, changes: &mut Vec<Change>) {
        self.groups.take_changes("", Clone::clone, changes);
        self.endpoints.take_changes("", Clone::clone, changes);
        self.registrations.take_changes("", Clone::clone, changes);
        self.vaults.take_changes("", KeptVault::of, changes);
        self.hsms.take_changes("", KeptHsm::of, changes);
        self.operations.take_changes("", Clone::clone, changes);
    }
}
