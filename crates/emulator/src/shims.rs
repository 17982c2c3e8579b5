//! Until `durable` and `faults` are merged.
use crate::{
    backup::BackupKey,
    certificates::TestIssuer,
    clock::Clock,
    state::*,
    vault::{Vault, VaultMeter, Vaults},
};
use std::sync::Arc;
#[derive(Debug, Default, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct SavedClock;
impl Clock {
    pub(crate) fn saved(&self) -> SavedClock {
        SavedClock
    }
    pub(crate) fn restore(&self, _: &SavedClock) {}
}
impl VaultMeter {
    pub(crate) fn clear(&self) {}
}
#[derive(Debug)]
pub(crate) struct LoadedVaults;
impl LoadedVaults {
    pub(crate) fn vault(&self, _: &str) -> Option<Arc<Vault>> {
        None
    }
}
impl Vaults {
    pub(crate) fn load(&self, _: &mut Records) -> Result<LoadedVaults, Unreadable> {
        Ok(LoadedVaults)
    }
    pub(crate) fn replace(&self, _: LoadedVaults) {}
    pub(crate) fn records(&self, _: &mut Vec<Record>) -> Result<(), Unreadable> {
        Ok(())
    }
    pub(crate) fn hand_over(&self, l: &Ledger, c: Vec<Change>) -> Ticket {
        l.hand_over(c)
    }
}
#[derive(Debug)]
pub(crate) struct LoadedBackupKey;
impl LoadedBackupKey {
    pub(crate) fn load(_: &mut Records) -> Result<Option<Self>, Unreadable> {
        Ok(None)
    }
}
impl BackupKey {
    pub(crate) fn records(&self, _: &mut Vec<Record>) -> Result<(), Unreadable> {
        Ok(())
    }
    pub(crate) fn replace(&self, _: LoadedBackupKey) {}
}
#[derive(Debug)]
pub(crate) struct LoadedTestIssuer;
impl LoadedTestIssuer {
    pub(crate) fn load(_: &mut Records) -> Result<Option<Self>, Unreadable> {
        Ok(None)
    }
}
impl TestIssuer {
    pub(crate) fn records(&self, _: &mut Vec<Record>) -> Result<(), Unreadable> {
        Ok(())
    }
    pub(crate) fn replace(&self, _: LoadedTestIssuer) {}
}
