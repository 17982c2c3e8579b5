//! Until `faults` is merged.
use crate::{clock::Clock, vault::VaultMeter};
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
