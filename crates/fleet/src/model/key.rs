//! Keys that must exist.

use azvault_keys::{KeyCurve, KeyType};

use crate::Place;

/// A key that must exist. It is made if there is none of its name, and recovered if that one is
/// deleted; a key that exists is not compared and gets no new version.
///
/// # Examples
/// ```
/// use azvault_fleet::DesiredKey;
/// use azvault_keys::KeyCurve;
///
/// let signing = DesiredKey::rsa().size(3072);
/// let device = DesiredKey::ec().curve(KeyCurve::P384).hardware_protected();
/// # let _ = (signing, device);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DesiredKey {
    pub(crate) kind: KeyType,
    pub(crate) size: Option<u32>,
    pub(crate) curve: Option<KeyCurve>,
    pub(crate) place: Option<Place>,
}

impl DesiredKey {
    /// An RSA key: of 2,048 bits unless [`size`](Self::size) says otherwise.
    pub fn rsa() -> Self {
        Self::of(KeyType::Rsa)
    }

    /// An elliptic curve key: on P-256 unless [`curve`](Self::curve) says otherwise.
    pub fn ec() -> Self {
        Self::of(KeyType::Ec)
    }

    pub(crate) fn of(kind: KeyType) -> Self {
        Self { kind, size: None, curve: None, place: None }
    }

    /// The size of an RSA key in bits: 2,048, 3,072 or 4,096.
    pub fn size(mut self, bits: u32) -> Self {
        self.size = Some(bits);
        self
    }

    /// The curve of an elliptic curve key.
    pub fn curve(mut self, curve: KeyCurve) -> Self {
        self.curve = Some(curve);
        self
    }

    /// Made and kept in hardware; the vault must be of the premium tier.
    pub fn hardware_protected(mut self) -> Self {
        self.kind = match self.kind {
            KeyType::Rsa => KeyType::RsaHsm,
            KeyType::Ec => KeyType::EcHsm,
            other => other,
        };
        self
    }
}
