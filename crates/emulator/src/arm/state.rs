//! The resources of an emulator: groups, vaults and managed HSMs, live and deleted, and long-running operations.
//!
//! Nothing runs in the background: what the clock has brought about is applied when somebody looks.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

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
use crate::{clock::Times, entra::Caller, limits::ThrottleState, locks::lock, message::Request};

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

#[derive(Debug, Default)]
pub(super) struct State {
    groups: Vec<Group>,
    pub(super) endpoints: Vec<PrivateEndpoint>,
    /// When the subscriptions that asked for the provider are registered for it.
    pub(super) registrations: BTreeMap<String, OffsetDateTime>,
    /// Live and deleted, by lower-cased name: vault names are unique everywhere.
    pub(super) vaults: BTreeMap<String, ArmVault>,
    /// The same for managed HSMs, whose names are apart from those of vaults.
    pub(super) hsms: BTreeMap<String, ManagedHsm>,
    /// With their tokens, oldest first.
    operations: VecDeque<(String, Operation)>,
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

    /// The resources, each brought up to the time of its own clock.
    pub(super) fn state(&self, times: &Times) -> MutexGuard<'_, State> {
        let mut state = lock(&self.state);
        // A purged vault loses its keys and secrets with its last owner, which is here.
        state.vaults.retain(|name, vault| !vault.is_purged(times.of(name)));
        state.hsms.retain(|name, hsm| !hsm.is_purged(times.of(name)));
        for (name, vault) in &mut state.vaults {
            vault.connections.settle(times.of(name));
        }
        for (name, hsm) in &mut state.hsms {
            hsm.connections.settle(times.of(name));
        }
        state
    }
}

impl State {
    pub(super) fn group(&self, id: &GroupId) -> Result<&Group, ArmError> {
        self.groups
            .iter()
            .find(|group| group.id.is(id))
            .ok_or_else(|| ArmError::group_not_found(id))
    }

    pub(super) fn group_mut(&mut self, id: &GroupId) -> Option<&mut Group> {
        self.groups.iter_mut().find(|group| group.id.is(id))
    }

    /// The groups of a subscription, in the order of their making.
    pub(super) fn groups<'a>(&'a self, subscription: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(move |group| group.id.subscription == subscription)
    }

    pub(super) fn add_group(&mut self, group: Group) {
        self.groups.push(group);
    }

    pub(super) fn operation(&self, token: &str) -> Option<&Operation> {
        self.operations.iter().find(|(known, _)| known == token).map(|(_, operation)| operation)
    }

    pub(super) fn add_operation(&mut self, token: String, operation: Operation) {
        if self.operations.len() == KEPT_OPERATIONS {
            self.operations.pop_front();
        }
        self.operations.push_back((token, operation));
    }

    /// Removes a group and gives its live vaults, to be deleted with it.
    pub(super) fn remove_group(&mut self, id: &GroupId) -> Vec<&mut ArmVault> {
        self.groups.retain(|group| !group.id.is(id));
        private_endpoints::remove_all(self, id);
        self.vaults.values_mut().filter(|vault| vault.is_live() && vault.id.group.is(id)).collect()
    }

    /// The live vault of that name in that group.
    pub(super) fn live(&mut self, id: &VaultId) -> Result<&mut ArmVault, ArmError> {
        self.group(&id.group)?;
        self.vaults
            .get_mut(&id.key())
            .filter(|vault| vault.is_live() && vault.id.group.is(&id.group))
            .ok_or_else(|| ArmError::vault_not_found(id))
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
