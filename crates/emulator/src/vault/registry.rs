//! The vaults there are. A vault first named by a client comes into being.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::{
    host::{VaultKind, VaultSite},
    keys::KeyContent,
    locks::lock,
    objects::Store,
    secrets::SecretContent,
};

/// The settings of a vault that its semantics depend on.
#[derive(Clone, Debug)]
pub(crate) struct VaultProperties {
    pub(crate) retention_days: u16,
    pub(crate) purge_protection: bool,
    pub(crate) deletion_lag: Duration,
    pub(crate) recovery_lag: Duration,
}

impl Default for VaultProperties {
    fn default() -> Self {
        Self {
            retention_days: 90,
            purge_protection: false,
            deletion_lag: Duration::ZERO,
            recovery_lag: Duration::ZERO,
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

/// A vault or a managed HSM.
#[derive(Debug)]
pub(crate) struct Vault {
    pub(crate) name: String,
    pub(crate) kind: VaultKind,
    pub(crate) properties: VaultProperties,
    pub(crate) keys: Mutex<Store<KeyContent>>,
    pub(crate) secrets: Mutex<Store<SecretContent>>,
}

/// All vaults of an emulator.
#[derive(Debug)]
pub(crate) struct Vaults {
    new_vaults: VaultProperties,
    open: Mutex<HashMap<String, Arc<Vault>>>,
}

impl Vaults {
    pub(crate) fn new(new_vaults: VaultProperties) -> Self {
        Self { new_vaults, open: Mutex::default() }
    }

    /// The vault of that name, made now when it is first named.
    ///
    /// A vault is the same under its local and its public names; a managed HSM is apart from a vault.
    pub(crate) fn open(&self, site: &VaultSite) -> Arc<Vault> {
        let id = match site.kind {
            VaultKind::Vault => site.name.clone(),
            VaultKind::ManagedHsm => format!("{}@hsm", site.name),
        };
        let vault = || {
            Arc::new(Vault {
                name: site.name.clone(),
                kind: site.kind,
                properties: self.new_vaults.clone(),
                keys: Mutex::default(),
                secrets: Mutex::default(),
            })
        };
        Arc::clone(lock(&self.open).entry(id).or_insert_with(vault))
    }
}
