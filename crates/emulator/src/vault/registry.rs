//! The vaults there are. A vault first named by a client comes into being, unless ARM deleted it.

use std::{
    borrow::Cow,
    sync::{Arc, Mutex},
    time::Duration,
};

use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    access::Access,
    headers::REGION,
    kept::{Keeping, Slots, SlotsKeeping},
    network::NetworkRules,
};
use crate::{
    certificates::Certificates,
    host::{VaultKind, VaultSite},
    keys::KeyContent,
    locks::lock,
    objects::Store,
    secrets::SecretContent,
};

/// The settings of a vault that its objects' lives depend on.
#[derive(Clone, Debug)]
pub(crate) struct VaultProperties {
    pub(crate) retention_days: u16,
    pub(crate) purge_protection: bool,
    pub(crate) deletion_lag: Duration,
    pub(crate) recovery_lag: Duration,
    pub(crate) purge_lag: Duration,
    pub(crate) certificate_lag: Duration,
}

impl Default for VaultProperties {
    fn default() -> Self {
        Self {
            retention_days: 90,
            purge_protection: false,
            deletion_lag: Duration::ZERO,
            recovery_lag: Duration::ZERO,
            purge_lag: Duration::ZERO,
            certificate_lag: Duration::ZERO,
        }
    }
}

impl VaultProperties {
    /// `recoveryLevel` in every object's attributes.
    pub(crate) fn recovery_level(&self) -> &'static str {
        match (self.retention_days < 90, self.purge_protection) {
            (false, false) => "Recoverable+Purgeable",
            (false, true) => "Recoverable",
            (true, false) => "CustomizedRecoverable+Purgeable",
            (true, true) => "CustomizedRecoverable",
        }
    }
}

/// What ARM may change of a vault while it is open.
#[derive(Clone, Debug)]
pub(crate) struct VaultSettings {
    pub(crate) properties: VaultProperties,
    pub(crate) access: Access,
    pub(crate) network: NetworkRules,
    /// The region that answers and texts name.
    pub(crate) location: String,
    /// The subscription, a GUID in lower case.
    pub(crate) subscription: String,
    /// The tenant whose tokens count; `None`: the emulator's own.
    pub(crate) tenant: Option<String>,
    /// Whether it is of the premium tier, and so may keep keys in hardware.
    pub(crate) premium: bool,
}

/// A vault or a managed HSM.
#[derive(Debug)]
pub(crate) struct Vault {
    /// A GUID: the owner of its objects' records. A later vault of the same name has another.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: VaultKind,
    pub(super) settings: Mutex<Arc<VaultSettings>>,
    pub(crate) keys: Mutex<Store<KeyContent>>,
    pub(crate) secrets: Mutex<Store<SecretContent>>,
    pub(crate) certificates: Certificates,
    pub(super) keeping: Keeping,
}

impl Vault {
    pub(super) fn new(name: &str, kind: VaultKind, settings: VaultSettings) -> Self {
        Self {
            id: Uuid::new_v4().to_string(),
            name: name.to_owned(),
            kind,
            settings: Mutex::new(Arc::new(settings)),
            keys: Mutex::default(),
            secrets: Mutex::default(),
            certificates: Certificates::default(),
            keeping: Keeping::default(),
        }
    }

    /// The settings as they are now; one request goes by one of these from its start to its end.
    pub(crate) fn settings(&self) -> Arc<VaultSettings> {
        Arc::clone(&lock(&self.settings))
    }

    /// Takes over `settings`, in which a change of access policies counts from `from` on.
    pub(crate) fn configure(
        &self,
        settings: VaultSettings,
        now: OffsetDateTime,
        from: OffsetDateTime,
    ) {
        let mut held = lock(&self.settings);
        let access = settings.access.after(Some(&held.access), now, from);
        *held = Arc::new(VaultSettings { access, ..settings });
        self.keeping.settings_changed();
    }

    /// Takes over `settings` as they are: those of a vault that was loaded.
    pub(crate) fn configure_loaded(&self, settings: VaultSettings) {
        *lock(&self.settings) = Arc::new(settings);
    }
}

/// What stands under a vault's name.
#[derive(Clone, Debug)]
pub(super) enum Slot {
    Open(Arc<Vault>),
    /// Deleted through ARM, purged or not.
    Gone,
}

/// What a request finds under a vault's name.
#[derive(Debug)]
pub(crate) enum Found {
    Open(Arc<Vault>),
    /// ARM deleted it.
    Gone,
    /// Nobody has named it yet.
    Nothing,
}

/// All vaults of an emulator that can be reached by their names.
#[derive(Debug)]
pub(crate) struct Vaults {
    new_vaults: VaultProperties,
    subscription: String,
    pub(super) slots: Mutex<Slots>,
    pub(super) keeping: SlotsKeeping,
}

impl Vaults {
    /// Vaults that come into being by their name are of `subscription`.
    pub(crate) fn new(new_vaults: VaultProperties, subscription: &str) -> Self {
        Self {
            new_vaults,
            subscription: subscription.to_ascii_lowercase(),
            slots: Mutex::default(),
            keeping: SlotsKeeping::default(),
        }
    }

    /// The properties of vaults that come into being by their name.
    pub(crate) fn defaults(&self) -> &VaultProperties {
        &self.new_vaults
    }

    /// The vault of that name, made now when it is first named; `None` when ARM deleted it.
    ///
    /// A vault is the same under its local and its public names; a managed HSM is apart from a vault.
    pub(crate) fn open(&self, site: &VaultSite) -> Option<Arc<Vault>> {
        let mut slots = lock(&self.slots);
        let key = slot(&site.name, site.kind);
        match slots.get(&*key) {
            Some(Slot::Open(vault)) => return Some(Arc::clone(vault)),
            Some(Slot::Gone) => return None,
            None => {}
        }
        let vault = self.enter(Vault::new(&site.name, site.kind, self.new_settings()));
        self.put(&mut slots, key.into_owned(), Slot::Open(Arc::clone(&vault)));
        Some(vault)
    }

    /// The settings of vaults that come into being by their name.
    pub(super) fn new_settings(&self) -> VaultSettings {
        VaultSettings {
            properties: self.new_vaults.clone(),
            access: Access::Everyone,
            network: NetworkRules::default(),
            location: REGION.to_owned(),
            subscription: self.subscription.clone(),
            tenant: None,
            premium: true,
        }
    }

    /// What stands under that name, without making anything.
    pub(crate) fn find(&self, site: &VaultSite) -> Found {
        match lock(&self.slots).get(&*slot(&site.name, site.kind)) {
            Some(Slot::Open(vault)) => Found::Open(Arc::clone(vault)),
            Some(Slot::Gone) => Found::Gone,
            None => Found::Nothing,
        }
    }

    /// The vault that ARM makes under `name`, in lower case; one that came into being by its name stays, with its
    /// objects, and goes by these settings from now on, by its access policies from `from` on.
    pub(crate) fn create(
        &self,
        name: &str,
        kind: VaultKind,
        settings: VaultSettings,
        now: OffsetDateTime,
        from: OffsetDateTime,
    ) -> Arc<Vault> {
        let mut slots = lock(&self.slots);
        let slot = slot(name, kind);
        if let Some(Slot::Open(vault)) = slots.get(&*slot) {
            vault.configure(settings, now, from);
            return Arc::clone(vault);
        }
        let access = settings.access.after(None, now, from);
        let settings = VaultSettings { access, ..settings };
        let vault = self.enter(Vault::new(name, kind, settings));
        self.put(&mut slots, slot.into_owned(), Slot::Open(Arc::clone(&vault)));
        vault
    }

    /// Takes a vault away from its name.
    pub(crate) fn close(&self, vault: &Vault) {
        let key = slot(&vault.name, vault.kind).into_owned();
        self.put(&mut lock(&self.slots), key, Slot::Gone);
    }

    /// Puts a recovered vault back under its name.
    pub(crate) fn reopen(&self, vault: &Arc<Vault>) {
        let key = slot(&vault.name, vault.kind).into_owned();
        self.put(&mut lock(&self.slots), key, Slot::Open(Arc::clone(vault)));
    }
}

/// The key of a name: a vault's own, so that finding it by a request copies nothing.
fn slot(name: &str, kind: VaultKind) -> Cow<'_, str> {
    match kind {
        VaultKind::Vault => Cow::Borrowed(name),
        VaultKind::ManagedHsm => Cow::Owned(format!("{name}@hsm")),
    }
}
