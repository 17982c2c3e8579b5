//! Private keys on their way into a backup or a release.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{CryptoError, Curve, EcKey, KeyMaterial, OctKey, RsaKey};

/// A key, private part included, as bytes: PKCS #8, or the bare bytes of a symmetric key.
#[derive(Serialize, Deserialize)]
pub(crate) struct PrivateKey {
    kind: Kind,
    /// In base64url.
    value: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Kind {
    Rsa,
    Ec(Curve),
    Oct,
}

impl PrivateKey {
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, CryptoError> {
        URL_SAFE_NO_PAD.decode(&self.value).map_err(|_| CryptoError::InvalidKey)
    }
}

impl KeyMaterial {
    pub(crate) fn to_private(&self) -> Result<PrivateKey, CryptoError> {
        let (kind, bytes) = match self {
            Self::Rsa(key) => (Kind::Rsa, key.to_pkcs8()?),
            Self::Ec(key) => (Kind::Ec(key.curve()), key.to_pkcs8()?),
            Self::Oct(key) => (Kind::Oct, key.bytes().to_vec()),
        };
        Ok(PrivateKey { kind, value: URL_SAFE_NO_PAD.encode(bytes) })
    }

    pub(crate) fn from_private(key: &PrivateKey) -> Result<Self, CryptoError> {
        let bytes = key.bytes()?;
        Ok(match key.kind {
            Kind::Rsa => Self::Rsa(RsaKey::from_pkcs8(&bytes)?),
            Kind::Ec(curve) => Self::Ec(EcKey::from_pkcs8(curve, &bytes)?),
            Kind::Oct => Self::Oct(OctKey::import(&bytes)?),
        })
    }
}
