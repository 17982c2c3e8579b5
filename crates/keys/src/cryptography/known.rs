//! What is known of the key that a client uses, and how it becomes known.

use azvault_core::{ErrorKind, ResourceId, Result, time::Clock};
use azvault_crypto::LocalKey;

use super::permits::{Validity, check_key_ops};
use crate::{JsonWebKey, KeyBundle, KeyOperation};

/// A key whose public part is here.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) id: Option<ResourceId>,
    /// The `kid`, also where that is no identifier.
    pub(super) kid: Option<String>,
    key_ops: Vec<KeyOperation>,
    validity: Validity,
    /// Absent if this version cannot compute with such a key.
    local: Option<LocalKey>,
}

/// The answer to whether the key can be had.
#[derive(Clone, Debug)]
pub(super) enum Known {
    Here(Box<Key>),
    /// The caller may use the key but not read it.
    Unreadable,
}

impl Key {
    pub(super) fn of_bundle(bundle: &KeyBundle) -> Self {
        Self {
            id: Some(bundle.id().clone()),
            kid: Some(bundle.id().to_string()),
            key_ops: bundle.key_ops().to_vec(),
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
            key_ops: jwk.key_ops().to_vec(),
            validity: Validity::default(),
            local: Some(LocalKey::new(jwk)?),
        })
    }

    /// The key to compute with, if that is possible here at all.
    pub(super) fn local(&self) -> Option<&LocalKey> {
        self.local.as_ref()
    }

    /// Refuses what the service would refuse.
    pub(super) fn check(&self, operation: &KeyOperation, clock: Option<&dyn Clock>) -> Result<()> {
        check_key_ops(&self.key_ops, operation)?;
        match clock {
            Some(clock) => self.validity.check(operation, clock.now()),
            None => Ok(()),
        }
    }
}

impl Known {
    /// What an attempt to read the key tells. Whoever may not read it may still use it.
    pub(super) fn of(read: Result<KeyBundle>) -> Result<Self> {
        use ErrorKind::{Forbidden, ForbiddenByPolicy, ForbiddenByRbac};
        match read {
            Ok(bundle) => Ok(Self::Here(Box::new(Key::of_bundle(&bundle)))),
            Err(error)
                if matches!(error.kind(), Forbidden | ForbiddenByPolicy | ForbiddenByRbac) =>
            {
                Ok(Self::Unreadable)
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn allowing_rsa1_5(self) -> Self {
        match self {
            Self::Here(mut key) => {
                key.local = key.local.map(LocalKey::allowing_rsa1_5);
                Self::Here(key)
            }
            Self::Unreadable => Self::Unreadable,
        }
    }
}
