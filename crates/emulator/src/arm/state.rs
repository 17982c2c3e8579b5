//! The resources of an emulator: groups, vaults and managed HSMs, live and deleted, and long-running operations.
//!
//! Nothing runs in the background: what the clock has brought about is applied when somebody looks.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::{
    ArmSettings,
    error::ArmError,
    groups::Group,
    managed_hsms::ManagedHsm,
    metering::{Meter, Remaining},
    names::{GroupId, VaultId},
    operations::Operation,
    private_endpoints::{self, PrivateEndpoint},
    vaults::ArmVault,
};
use crate::{
    clock::Times,
    entra::Caller,
    limits::ThrottleState,
    locks::lock,
    message::Request,
    state::{Kind, Table},
    vault::Vaults,
};

/// Older operations are forgotten, so that a long run does not grow without end.
const KEPT_OPERATIONS: usize = 1000;

/// The management plane of one emulator.
#[derive(Debug)]
pub(crate) struct Arm {
    pub(crate) settings: ArmSettings,
    /// Held while a key is looked for and made.
    pub(super) making_keys: tokio::sync::Mutex<()>,
    meter: Meter,
    state: Mutex<State>,
    /// How many changes of vaults there have been.
    changes: AtomicU64,
}

#[derive(Debug)]
pub(super) struct State {
    /// In the order of their making, as are endpoints and operations.
    pub(super) groups: Table<Group>,
    pub(super) endpoints: Table<PrivateEndpoint>,
    /// By the subscriptions that asked for the provider.
    pub(super) registrations: Table<Registered>,
    /// Live and deleted, by lower-cased name: vault names are unique everywhere.
    pub(super) vaults: Table<ArmVault>,
    /// The same for managed HSMs, whose names are apart from those of vaults.
    pub(super) hsms: Table<ManagedHsm>,
    pub(super) operations: Table<Tracked>,
}

/// When a subscription is registered for the provider.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Registered {
    #[serde(with = "crate::moment")]
    pub(super) done: OffsetDateTime,
}

/// An operation and the token that it is asked for by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Tracked {
    token: String,
    operation: Operation,
}

impl Default for State {
    fn default() -> Self {
        Self {
            groups: Table::new(Kind::Group),
            endpoints: Table::new(Kind::PrivateEndpoint),
            registrations: Table::new(Kind::Registration),
            vaults: Table::new(Kind::ArmVault),
            hsms: Table::new(Kind::ManagedHsm),
            operations: Table::new(Kind::ArmOperation),
        }
    }
}

impl Arm {
    pub(crate) fn new(settings: ArmSettings) -> Self {
        Self {
            settings,
            making_keys: tokio::sync::Mutex::default(),
            meter: Meter::default(),
            state: Mutex::default(),
            changes: AtomicU64::default(),
        }
    }

    /// Counts a request against its caller's limits.
    pub(super) fn count(
        &self,
        request: &Request,
        caller: &Caller,
        now: OffsetDateTime,
    ) -> Result<Remaining, ArmError> {
        self.meter.count(self.settings.limits.as_ref(), request, caller, now)
    }

    /// How Resource Manager's limits stand.
    pub(crate) fn throttle_state(&self, now: OffsetDateTime) -> Vec<ThrottleState> {
        self.meter.state(self.settings.limits.as_ref(), now)
    }

    /// Forgets what was counted against the limits.
    pub(crate) fn clear_meter(&self) {
        self.meter.clear();
    }

    /// To be asked when a request begins: by it, what happened before and after are told apart.
    pub(crate) fn begin(&self) -> u64 {
        self.changes.load(Ordering::SeqCst)
    }

    /// The number of one more change.
    pub(super) fn next_change(&self) -> u64 {
        self.changes.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// The resources, each brought up to the time of its own clock; a purged vault loses its contents.
    pub(super) fn state(&self, vaults: &Vaults, times: &Times) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        for vault in state.vaults.extract(|vault| vault.is_purged(times.of(&vault.id.key()))) {
            vaults.discard(&vault.data);
        }
        for hsm in state.hsms.extract(|hsm| hsm.is_purged(times.of(&hsm.id.key()))) {
            vaults.discard(&hsm.data);
        }
        state.vaults.change_each(|name, vault| vault.connections.settle(times.of(name)));
        state.hsms.change_each(|name, hsm| hsm.connections.settle(times.of(name)));
        state
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    pub(super) fn group(&self, id: &GroupId) -> Result<&Group, ArmError> {
        self.groups
            .values()
            .find(|group| group.id.is(id))
            .ok_or_else(|| ArmError::group_not_found(id))
    }

    pub(super) fn group_mut(&mut self, id: &GroupId) -> Option<&mut Group> {
        self.groups.find_mut(|group| group.id.is(id))
    }

    /// The groups of a subscription, in the order of their making.
    pub(super) fn groups<'a>(&'a self, subscription: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.values().filter(move |group| group.id.subscription == subscription)
    }

    pub(super) fn add_group(&mut self, group: Group) {
        self.groups.push(group);
    }

    pub(super) fn operation(&self, token: &str) -> Option<&Operation> {
        self.operations
            .values()
            .find(|tracked| tracked.token == token)
            .map(|tracked| &tracked.operation)
    }

    pub(super) fn add_operation(&mut self, token: String, operation: Operation) {
        if self.operations.len() == KEPT_OPERATIONS {
            self.operations.pop_first();
        }
        self.operations.push(Tracked { token, operation });
    }

    /// Removes a group with its endpoints; its vaults are to be deleted with it.
    pub(super) fn remove_group(&mut self, id: &GroupId) {
        self.groups.retain(|_, group| !group.id.is(id));
        private_endpoints::remove_all(self, id);
    }

    /// The live vault of that name in that group.
    pub(super) fn live(&self, id: &VaultId) -> Result<&ArmVault, ArmError> {
        self.group(&id.group)?;
        self.vaults
            .get(&id.key())
            .filter(|vault| vault.is_live() && vault.id.group.is(&id.group))
            .ok_or_else(|| ArmError::vault_not_found(id))
    }

    /// The same, to be changed.
    pub(super) fn live_mut(&mut self, id: &VaultId) -> Result<&mut ArmVault, ArmError> {
        self.live(id)?;
        self.vaults.get_mut(&id.key()).ok_or_else(|| ArmError::vault_not_found(id))
    }

    /// The live vaults of a subscription, or of one group of it, in the order of their names.
    pub(super) fn live_vaults<'a>(
        &'a self,
        subscription: &'a str,
        group: Option<&'a GroupId>,
    ) -> impl Iterator<Item = &'a ArmVault> {
        self.vaults.values().filter(move |vault| {
            vault.is_live()
                && vault.id.group.subscription == subscription
                && group.is_none_or(|group| vault.id.group.is(group))
        })
    }
}
