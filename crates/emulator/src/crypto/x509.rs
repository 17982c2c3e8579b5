//! What certificates need of a key: its public half in DER, and signatures as X.509 writes them (RFC 5280).

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::{CryptoError, Curve, EcKey, KeyMaterial, RsaKey, TransferredKey};

/// How a key signs certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    RsaSha256,
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
}

/// What a certificate is known by, and a key in one: SHA-1, on which no security rests here.
pub(crate) fn thumbprint(der: &[u8]) -> Vec<u8> {
    digest(&SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec()
}

impl KeyMaterial {
    /// The public key as a SubjectPublicKeyInfo.
    pub(crate) fn public_der(&self) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Rsa(key) => key.public_der(),
            Self::Ec(key) => key.public_der(),
            Self::Oct(_) | Self::Okp(_) => Err(CryptoError::Incompatible),
        }
    }

    pub(crate) fn signed(&self) -> Result<Signed, CryptoError> {
        match self {
            Self::Rsa(_) => Ok(Signed::RsaSha256),
            Self::Ec(key) => Ok(match key.curve() {
                Curve::P256 | Curve::P256K => Signed::EcdsaSha256,
                Curve::P384 => Signed::EcdsaSha384,
                Curve::P521 => Signed::EcdsaSha512,
            }),
            Self::Oct(_) | Self::Okp(_) => Err(CryptoError::Incompatible),
        }
    }

    /// The signature of a certificate or of a request for one, by [`KeyMaterial::signed`].
    pub(crate) fn sign_message(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Rsa(key) => key.sign_message(message),
            Self::Ec(key) => key.sign_message(message),
            Self::Oct(_) | Self::Okp(_) => Err(CryptoError::Incompatible),
        }
    }

    /// A private key out of a file; for symmetric keys these are its bare bytes.
    pub(crate) fn from_pkcs8(kind: TransferredKey, bytes: &[u8]) -> Result<Self, CryptoError> {
        Ok(match kind {
            TransferredKey::Rsa => Self::Rsa(RsaKey::from_pkcs8(bytes)?),
            TransferredKey::Ec(curve) => Self::Ec(EcKey::from_pkcs8(curve, bytes)?),
            TransferredKey::Oct => return Err(CryptoError::Incompatible),
        })
    }
}
