//! What is known of the key that a client uses, and how it becomes known.

use std::sync::{
    OnceLock,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use azvault_core::{Error, ErrorKind, ResourceId, Result, time::Clock};
use azvault_crypto::LocalKey;
use tokio::sync::Mutex;

use super::permits::{Validity, check_key_ops};
use crate::{JsonWebKey, KeyBundle, KeyOperation};

/// A key whose public part is here.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: Option<ResourceId>,
    /// The `kid`, also where that is no identifier.
    pub(super) kid: Option<String>,
    validity: Validity,
    /// Absent if this version cannot compute with such a key.
    local: Option<LocalKey>,
}

impl Key {
    pub(super) fn of_bundle(bundle: &KeyBundle) -> Self {
        Self {
            id: Some(bundle.id().clone()),
            kid: Some(bundle.id().to_string()),
            validity: Validity::of(bundle.properties()),
            local: LocalKey::new(bundle.jwk()).ok(),
        }
    }

    /// # Errors
    /// `InvalidInput` if it is no key that can be computed with.
    pub(super) fn of_jwk(jwk: &JsonWebKey) -> Result<Self> {
        Ok(Self {
            id: jwk.kid().and_then(|kid| kid.parse().ok()),
            kid: jwk.kid().map(ToOwned::to_owned),
            validity: Validity::default(),
            local: Some(LocalKey::new(jwk)?),
        })
    }

    /// The key to compute with, if that is possible here at all.
    pub(super) fn local(&self) -> Option<&LocalKey> {
        self.local.as_ref()
    }

    pub(super) fn allowing_rsa1_5(mut self) -> Self {
        self.local = self.local.map(LocalKey::allowing_rsa1_5);
        self
    }

    /// Refuses what the service would refuse of `local`, this key.
    pub(super) fn check(
        &self,
        local: &LocalKey,
        operation: &KeyOperation,
        clock: Option<&dyn Clock>,
    ) -> Result<()> {
        check_key_ops(local.jwk(), operation)?;
        match clock {
            Some(clock) => self.validity.check(operation, clock.now()),
            None => Ok(()),
        }
    }
}

/// Whether this is the answer to a caller who may not read the key, and may still use it.
pub(super) fn is_refusal(error: &Error) -> bool {
    use ErrorKind::{Forbidden, ForbiddenByPolicy, ForbiddenByRbac};
    matches!(error.kind(), Forbidden | ForbiddenByPolicy | ForbiddenByRbac)
}

/// What is known of a key, and the one read of it that is under way.
#[derive(Debug, Default)]
pub(super) struct Known {
    key: OnceLock<Box<Key>>,
    /// Whether the last answer was that the caller may not read it.
    unreadable: AtomicBool,
    /// Who holds it reads the key; it counts the reads that failed.
    reading: Mutex<()>,
    failed: AtomicUsize,
}

impl Known {
    pub(super) fn with(key: Option<Key>) -> Self {
        let known = Self::default();
        if let Some(key) = key {
            known.learn(key);
        }
        known
    }

    pub(super) fn key(&self) -> Option<&Key> {
        self.key.get().map(|key| &**key)
    }

    pub(super) fn is_unreadable(&self) -> bool {
        self.key().is_none() && self.unreadable.load(Ordering::Relaxed)
    }

    /// Keeps the key that was known first.
    pub(super) fn learn(&self, key: Key) -> &Key {
        self.key.get_or_init(|| Box::new(key))
    }

    /// The key, read by one of those who want it now. When that one's read failed, the others
    /// read for themselves, all at once: each has limits of its own, and none waits for a row of
    /// failures. `None` if it may not be read.
    pub(super) async fn read<F>(&self, read: impl FnOnce() -> F) -> Result<Option<&Key>>
    where
        F: Future<Output = Result<Key>>,
    {
        let failed = self.failed.load(Ordering::Relaxed);
        let mut turn = Some(self.reading.lock().await);
        if let Some(key) = self.key() {
            return Ok(Some(key));
        }
        if self.failed.load(Ordering::Relaxed) != failed {
            if self.is_unreadable() {
                return Ok(None);
            }
            turn = None;
        }
        let given = match read().await {
            Ok(key) => Ok(Some(self.learn(key))),
            Err(error) => {
                self.failed.fetch_add(1, Ordering::Relaxed);
                let refused = is_refusal(&error);
                self.unreadable.store(refused, Ordering::Relaxed);
                if refused { Ok(None) } else { Err(error) }
            }
        };
        drop(turn);
        given
    }
}
