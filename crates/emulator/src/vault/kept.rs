//! Vaults as records: what a restart and a snapshot keep of them, and how what changed is handed over.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Deref,
    sync::{
        Arc, MutexGuard,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use serde::{Deserialize, Serialize};

use super::{
    VaultProperties, VaultSettings,
    registry::{Slot, Vault, Vaults},
};
use crate::{
    certificates::{Certificates, Held},
    host::VaultKind,
    keys::KeyContent,
    locks::lock,
    objects::Store,
    secrets::SecretContent,
    state::{Change, Flag, Kind, Ledger, Record, Records, Ticket, Unreadable},
};

/// What a vault knows of its records.
#[derive(Debug, Default)]
pub(super) struct Keeping {
    flag: Flag,
    /// Changed under the lock of the settings.
    settings_changed: AtomicBool,
    /// Nothing of it is handed over any more.
    retired: AtomicBool,
    ticket: AtomicU64,
}

impl Keeping {
    pub(super) fn settings_changed(&self) {
        if self.flag.is_kept() {
            self.settings_changed.store(true, Ordering::Release);
            self.flag.raise();
        }
    }
}

/// What stands under the names of vaults, and which of them are to be written anew.
#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: HashMap<String, Slot>,
    changed: BTreeSet<String>,
    /// Vaults that are purged.
    discarded: Vec<String>,
}

impl Deref for Slots {
    type Target = HashMap<String, Slot>;

    fn deref(&self) -> &Self::Target {
        &self.slots
    }
}

/// What all vaults together know of their records.
#[derive(Debug, Default)]
pub(super) struct SlotsKeeping {
    flag: Flag,
    ticket: AtomicU64,
}

/// A vault by its id.
#[derive(Serialize, Deserialize)]
struct KeptVault {
    name: String,
    hsm: bool,
    retention_days: u16,
    purge_protection: bool,
    subscription: String,
}

/// What stands under a name: a vault's id, or nothing any more.
#[derive(Serialize, Deserialize)]
struct KeptSlot {
    vault: Option<String>,
}

/// Vaults that were read, before anybody can reach them.
#[derive(Debug)]
pub(crate) struct LoadedVaults {
    slots: HashMap<String, Slot>,
    by_id: BTreeMap<String, Arc<Vault>>,
}

impl LoadedVaults {
    /// The vault of that id, be it under its name or deleted.
    pub(crate) fn vault(&self, id: &str) -> Option<Arc<Vault>> {
        self.by_id.get(id).map(Arc::clone)
    }
}

/// A vault of which nobody can change anything meanwhile.
struct HeldVault<'a> {
    vault: &'a Vault,
    certificates: Held<'a>,
    keys: MutexGuard<'a, Store<KeyContent>>,
    secrets: MutexGuard<'a, Store<SecretContent>>,
    settings: MutexGuard<'a, Arc<VaultSettings>>,
    _turn: MutexGuard<'a, ()>,
}

impl Vault {
    /// All its locks, in the order in which everybody takes them.
    fn hold(&self) -> HeldVault<'_> {
        let turn = self.certificates.turn();
        let store = self.certificates.store();
        let (keys, secrets) = (lock(&self.keys), lock(&self.secrets));
        let certificates = self.certificates.hold(store);
        let settings = lock(&self.settings);
        HeldVault { vault: self, certificates, keys, secrets, settings, _turn: turn }
    }

    /// Notes changes from now on; what is there already counts as written.
    fn keep(&mut self) {
        let flag = Flag::new();
        self.keeping.flag = flag.clone();
        let mut held = self.hold();
        held.certificates.keep(&flag);
        held.keys.keep(flag.clone());
        held.secrets.keep(flag);
    }

    /// Stands for all that was handed over of it.
    pub(crate) fn ticket(&self) -> Ticket {
        Ticket::of(&self.keeping.ticket)
    }
}

impl HeldVault<'_> {
    fn take_changes(&mut self, changes: &mut Vec<Change>) {
        let Vault { id, keeping, .. } = self.vault;
        if keeping.retired.load(Ordering::Acquire) {
            return;
        }
        if keeping.settings_changed.swap(false, Ordering::AcqRel) {
            changes.push(self.record().into());
        }
        self.certificates.take_changes(id, changes);
        self.keys.take_changes(id, changes);
        self.secrets.take_changes(id, changes);
    }

    fn handed_over(self, ticket: Ticket) {
        // In this order: whoever finds the flag lowered finds the ticket, too.
        ticket.put(&self.vault.keeping.ticket);
        self.vault.keeping.flag.lower();
    }

    fn record(&self) -> Result<Record, Unreadable> {
        let Vault { id, name, kind, .. } = self.vault;
        let settings = &self.settings;
        let kept = KeptVault {
            name: name.clone(),
            hsm: *kind == VaultKind::ManagedHsm,
            retention_days: settings.properties.retention_days,
            purge_protection: settings.properties.purge_protection,
            subscription: settings.subscription.clone(),
        };
        Record::of(Kind::Vault, "", id, &kept)
    }

    fn records(&self, records: &mut Vec<Record>) -> Result<(), Unreadable> {
        records.push(self.record()?);
        self.certificates.records(&self.vault.id, records)?;
        self.keys.records(&self.vault.id, records)?;
        self.secrets.records(&self.vault.id, records)
    }
}

impl Slot {
    fn record(&self, key: &str) -> Result<Record, Unreadable> {
        let vault = match self {
            Self::Open(vault) => Some(vault.id.clone()),
            Self::Gone => None,
        };
        Record::of(Kind::Slot, "", key, &KeptSlot { vault })
    }
}

impl Vaults {
    /// Notes changes from now on; what is there already counts as written.
    #[cfg(any(test, feature = "durable"))]
    pub(crate) fn keep(&mut self) {
        self.keeping.flag = Flag::new();
    }

    /// Puts something new under a name; a vault that is new there is kept from now on.
    pub(super) fn put(&self, slots: &mut Slots, key: String, slot: Slot) {
        if self.keeping.flag.is_kept() {
            slots.changed.insert(key.clone());
            self.keeping.flag.raise();
        }
        slots.slots.insert(key, slot);
    }

    /// A vault that is new here, kept if anything is.
    pub(super) fn enter(&self, mut vault: Vault) -> Arc<Vault> {
        if self.keeping.flag.is_kept() {
            vault.keep();
            vault.keeping.settings_changed();
        }
        Arc::new(vault)
    }

    /// Hands over what changed of `vault`, and gives what an answer about it has to wait for.
    pub(crate) fn hand_over_of(&self, ledger: &Ledger, vault: &Vault) -> Ticket {
        if self.keeping.flag.is_raised() {
            self.hand_over(ledger, Vec::new());
        }
        if vault.keeping.flag.is_raised() {
            let mut held = vault.hold();
            let mut changes = Vec::new();
            held.take_changes(&mut changes);
            let ticket =
                if changes.is_empty() { vault.ticket() } else { ledger.hand_over(changes) };
            held.handed_over(ticket);
        }
        vault.ticket().max(Ticket::of(&self.keeping.ticket))
    }

    /// Hands over `changes` together with what changed of all vaults. Whoever holds locks of others holds them before.
    pub(crate) fn hand_over(&self, ledger: &Ledger, mut changes: Vec<Change>) -> Ticket {
        let mut slots = lock(&self.slots);
        for id in std::mem::take(&mut slots.discarded) {
            changes.push(Change::delete(Kind::Vault, "", &id));
            changes.push(Change::DeleteOwned { owner: id });
        }
        for key in std::mem::take(&mut slots.changed) {
            changes.push(match slots.slots.get(&key) {
                Some(slot) => slot.record(&key).into(),
                None => Change::delete(Kind::Slot, "", &key),
            });
        }
        let mut vaults = Vec::new();
        for slot in slots.slots.values() {
            if let Slot::Open(vault) = slot
                && vault.keeping.flag.is_raised()
            {
                let mut held = vault.hold();
                held.take_changes(&mut changes);
                vaults.push(held);
            }
        }
        if !changes.is_empty() {
            let ticket = ledger.hand_over(changes);
            for held in vaults {
                held.handed_over(ticket);
            }
            ticket.put(&self.keeping.ticket);
        }
        self.keeping.flag.lower();
        Ticket::of(&self.keeping.ticket)
    }

    /// Ends what is kept of a purged vault, whoever may still use it.
    pub(crate) fn discard(&self, vault: &Vault) {
        if !self.keeping.flag.is_kept() {
            return;
        }
        let mut slots = lock(&self.slots);
        let _held = vault.hold();
        if !vault.keeping.retired.swap(true, Ordering::AcqRel) {
            slots.discarded.push(vault.id.clone());
            self.keeping.flag.raise();
        }
    }

    /// The records of all vaults, and of those that are `closed` for now.
    pub(crate) fn records<'a>(
        &self,
        closed: impl IntoIterator<Item = &'a Arc<Vault>>,
        records: &mut Vec<Record>,
    ) -> Result<(), Unreadable> {
        let slots = lock(&self.slots);
        let mut vaults: BTreeMap<&str, &Vault> =
            closed.into_iter().map(|vault| (vault.id.as_str(), &**vault)).collect();
        for (key, slot) in &slots.slots {
            records.push(slot.record(key)?);
            if let Slot::Open(vault) = slot {
                vaults.insert(&vault.id, vault);
            }
        }
        vaults.values().try_for_each(|vault| vault.hold().records(records))
    }

    /// Reads the vaults, which nobody can reach until they [take the place](Self::replace) of those that are here.
    pub(crate) fn load(&self, records: &mut Records) -> Result<LoadedVaults, Unreadable> {
        let mut by_id = BTreeMap::new();
        for record in records.take(Kind::Vault, "") {
            let vault = self.load_vault(&record, records)?;
            by_id.insert(record.key, self.enter_loaded(vault));
        }
        let mut slots = HashMap::new();
        for record in records.take(Kind::Slot, "") {
            let kept: KeptSlot = record.read()?;
            let slot = match kept.vault {
                None => Slot::Gone,
                Some(id) => {
                    Slot::Open(by_id.get(&id).map(Arc::clone).ok_or_else(|| record.unreadable())?)
                }
            };
            slots.insert(record.key, slot);
        }
        Ok(LoadedVaults { slots, by_id })
    }

    fn load_vault(&self, record: &Record, records: &mut Records) -> Result<Vault, Unreadable> {
        let kept: KeptVault = record.read()?;
        let defaults = self.new_settings();
        let settings = VaultSettings {
            properties: VaultProperties {
                retention_days: kept.retention_days,
                purge_protection: kept.purge_protection,
                ..defaults.properties
            },
            subscription: kept.subscription,
            ..defaults
        };
        let kind = if kept.hsm { VaultKind::ManagedHsm } else { VaultKind::Vault };
        let mut vault = Vault::new(&kept.name, kind, settings);
        vault.id.clone_from(&record.key);
        vault.keys = Store::load(&record.key, records)?.into();
        vault.secrets = Store::load(&record.key, records)?.into();
        vault.certificates = Certificates::load(&record.key, records)?;
        Ok(vault)
    }

    fn enter_loaded(&self, mut vault: Vault) -> Arc<Vault> {
        if self.keeping.flag.is_kept() {
            vault.keep();
        }
        Arc::new(vault)
    }

    /// Puts loaded vaults in the place of those that are here, of which nothing is handed over any more. To be called
    /// when everybody else who wants one of the loaded has it: those that nobody wants are dropped, and their records
    /// with the next that are handed over.
    pub(crate) fn replace(&self, loaded: LoadedVaults) {
        let mut slots = lock(&self.slots);
        for slot in slots.slots.values() {
            if let Slot::Open(vault) = slot {
                let _held = vault.hold();
                vault.keeping.retired.store(true, Ordering::Release);
            }
        }
        slots.slots = loaded.slots;
        slots.changed.clear();
        let unwanted = loaded.by_id.into_values().filter(|vault| Arc::strong_count(vault) == 1);
        slots.discarded = unwanted.map(|vault| vault.id.clone()).collect();
        if !slots.discarded.is_empty() {
            self.keeping.flag.raise();
        }
    }
}
