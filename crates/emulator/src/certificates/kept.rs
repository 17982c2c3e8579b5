//! Operations as a restart and a snapshot keep them, and the rest of what a vault holds of certificates.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;

use super::{
    CertificateContent, Certificates, Operation, Policy, contacts::Contact, issuers::Issuer,
    operation::State,
};
use crate::{
    crypto::{KeyMaterial, PrivateKey},
    locks::lock,
    objects::{Store, Tags},
    state::{Change, Flag, Kind, Record, Records, Table, Unreadable},
    vault::ServiceError,
};

#[derive(Serialize, Deserialize)]
struct Saved {
    request_id: String,
    version: String,
    policy: Policy,
    key: PrivateKey,
    /// In base64.
    csr: String,
    enabled: bool,
    tags: Tags,
    #[serde(with = "crate::moment")]
    begun: OffsetDateTime,
    cancel: bool,
    #[serde(default)]
    preserve_order: Option<bool>,
    state: State,
}

impl Operation {
    pub(super) fn save(&self) -> Result<Value, ServiceError> {
        let failed = || ServiceError::internal("The certificate operation could not be kept.");
        let saved = Saved {
            request_id: self.request_id.clone(),
            version: self.version.clone(),
            policy: self.policy.clone(),
            key: self.key.to_private().map_err(|_| failed())?,
            csr: STANDARD.encode(&self.csr),
            enabled: self.enabled,
            tags: self.tags.clone(),
            begun: self.begun,
            cancel: self.cancel,
            preserve_order: self.preserve_order,
            state: self.state.clone(),
        };
        serde_json::to_value(saved).map_err(|_| failed())
    }

    /// `None` when what was saved makes no sense.
    pub(super) fn load(saved: Value) -> Option<Self> {
        let saved: Saved = serde_json::from_value(saved).ok()?;
        Some(Self {
            request_id: saved.request_id,
            version: saved.version,
            policy: saved.policy,
            key: Arc::new(KeyMaterial::from_private(&saved.key).ok()?),
            csr: STANDARD.decode(saved.csr).ok()?,
            enabled: saved.enabled,
            tags: saved.tags,
            begun: saved.begun,
            cancel: saved.cancel,
            preserve_order: saved.preserve_order,
            state: saved.state,
        })
    }
}

impl Default for Certificates {
    fn default() -> Self {
        Self {
            store: Mutex::default(),
            turn: Mutex::default(),
            issuers: Mutex::new(Table::new(Kind::Issuer)),
            contacts: Mutex::new(Table::new(Kind::Contacts)),
        }
    }
}

/// What a vault holds of certificates, locked in parts that others lock one after the other.
pub(crate) struct Held<'a> {
    store: MutexGuard<'a, Store<CertificateContent>>,
    issuers: MutexGuard<'a, Table<Issuer>>,
    contacts: MutexGuard<'a, Table<Vec<Contact>>>,
}

impl Certificates {
    /// Keeps everybody from what takes more than one lock, before any other is taken.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        lock(&self.turn)
    }

    /// To be called before the keys and the secrets are locked.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store<CertificateContent>> {
        lock(&self.store)
    }

    /// The rest, to be locked after the keys and the secrets.
    pub(crate) fn hold<'a>(&'a self, store: MutexGuard<'a, Store<CertificateContent>>) -> Held<'a> {
        Held { store, issuers: lock(&self.issuers), contacts: lock(&self.contacts) }
    }

    /// What is in those records.
    pub(crate) fn load(owner: &str, records: &mut Records) -> Result<Self, Unreadable> {
        let mut loaded =
            Self { store: Mutex::new(Store::load(owner, records)?), ..Self::default() };
        let issuers = loaded.issuers.get_mut().unwrap_or_else(PoisonError::into_inner);
        issuers.load(records.take(Kind::Issuer, owner), Some)?;
        let contacts = loaded.contacts.get_mut().unwrap_or_else(PoisonError::into_inner);
        contacts.load(records.take(Kind::Contacts, owner), Some)?;
        Ok(loaded)
    }
}

impl Held<'_> {
    /// Notes changes from now on, and raises `flag` with each.
    pub(crate) fn keep(&mut self, flag: &Flag) {
        self.store.keep(flag.clone());
        self.issuers.keep(flag.clone());
        self.contacts.keep(flag.clone());
    }

    /// What became of the records since the last call.
    pub(crate) fn take_changes(&mut self, owner: &str, changes: &mut Vec<Change>) {
        self.store.take_changes(owner, changes);
        self.issuers.take_changes(owner, Issuer::clone, changes);
        self.contacts.take_changes(owner, Vec::clone, changes);
    }

    /// All records.
    pub(crate) fn records(&self, owner: &str, records: &mut Vec<Record>) -> Result<(), Unreadable> {
        self.store.records(owner, records)?;
        records.extend(self.issuers.records(owner, Issuer::clone)?);
        records.extend(self.contacts.records(owner, Vec::clone)?);
        Ok(())
    }
}
