//! Private keys on their way into a backup or a release, or out of a transfer blob.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    CryptoError, Curve, EcKey, KeyMaterial, OctKey, OkpKey, RsaKey, algorithm::RsaPadding, key_wrap,
};

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
    Okp,
}

impl PrivateKey {
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, CryptoError> {
        URL_SAFE_NO_PAD.decode(&self.value).map_err(|_| CryptoError::InvalidKey)
    }
}

/// What a wrapped key is said to be.
#[derive(Clone, Copy)]
pub(crate) enum TransferredKey {
    Rsa,
    Ec(Curve),
    Oct,
}

impl KeyMaterial {
    /// Opens what CKM_RSA_AES_KEY_WRAP made with this key, an RSA key: every failure is the same.
    pub(crate) fn transferred(
        &self,
        kind: TransferredKey,
        wrapped: &[u8],
    ) -> Result<Self, CryptoError> {
        let Self::Rsa(exchange) = self else {
            return Err(CryptoError::Incompatible);
        };
        let (aes, key) =
            wrapped.split_at_checked(exchange.n().len()).ok_or(CryptoError::Decryption)?;
        let aes = exchange.decrypt(RsaPadding::OaepSha1, aes)?;
        let bytes = key_wrap::unwrap(&aes, true, key)?;
        Ok(match kind {
            TransferredKey::Rsa => Self::Rsa(RsaKey::from_pkcs8(&bytes)?),
            TransferredKey::Ec(curve) => Self::Ec(EcKey::from_pkcs8(curve, &bytes)?),
            TransferredKey::Oct => Self::Oct(OctKey::import(&bytes)?),
        })
    }

    pub(crate) fn to_private(&self) -> Result<PrivateKey, CryptoError> {
        let (kind, bytes) = match self {
            Self::Rsa(key) => (Kind::Rsa, key.to_pkcs8()?),
            Self::Ec(key) => (Kind::Ec(key.curve()), key.to_pkcs8()?),
            Self::Oct(key) => (Kind::Oct, key.bytes().to_vec()),
            Self::Okp(key) => (Kind::Okp, key.to_pkcs8()?),
        };
        Ok(PrivateKey { kind, value: URL_SAFE_NO_PAD.encode(bytes) })
    }

    pub(crate) fn from_private(key: &PrivateKey) -> Result<Self, CryptoError> {
        let bytes = key.bytes()?;
        Ok(match key.kind {
            Kind::Rsa => Self::Rsa(RsaKey::from_pkcs8(&bytes)?),
            Kind::Ec(curve) => Self::Ec(EcKey::from_pkcs8(curve, &bytes)?),
            Kind::Oct => Self::Oct(OctKey::import(&bytes)?),
            Kind::Okp => Self::Okp(OkpKey::from_pkcs8(&bytes)?),
        })
    }
}
