//! Key material and what can be done with it, by aws-lc-rs.
//!
//! Knows no HTTP, no vault, and no permission. Private parts leave by [`PrivateKey`] alone, for backups and releases.

mod aes;
mod algorithm;
mod ec;
mod jwk;
mod key_wrap;
pub(crate) mod oid;
mod okp;
mod private;
mod release;
mod rsa;
mod x509;

pub(crate) use aes::OctKey;
pub(crate) use algorithm::{EncryptionAlgorithm, SignatureAlgorithm};
pub(crate) use ec::{Curve, EcKey};
pub(crate) use jwk::{ImportedKey, RsaParts};
pub(crate) use okp::{ED25519_NAME, OkpKey};
pub(crate) use private::{PrivateKey, TransferredKey};
pub(crate) use release::{ReleaseAlgorithm, RsaPublicKey};
pub(crate) use rsa::RsaKey;
pub(crate) use x509::{Signed, thumbprint};

/// What a new key is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeySpec {
    Rsa {
        bits: u32,
    },
    Ec(Curve),
    Oct {
        bits: u32,
    },
    /// Ed25519.
    Okp,
}

/// A key, private part included.
#[derive(Debug)]
pub(crate) enum KeyMaterial {
    Rsa(RsaKey),
    Ec(EcKey),
    Oct(OctKey),
    Okp(OkpKey),
}

/// An operation on key material failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CryptoError {
    /// The algorithm is for another type or size of key.
    Incompatible,
    /// The input does not fit: too long, or not a whole number of blocks.
    InputLength,
    /// A nonce or IV of so many bytes is needed.
    IvLength(usize),
    /// An authentication tag of 16 bytes is needed.
    TagLength,
    /// The input was not made by this key and algorithm, or was changed since.
    Decryption,
    /// What was imported is no key, or its parts do not belong together.
    InvalidKey,
    /// The library failed.
    Internal,
}

/// The result of an encryption.
#[derive(Debug, Default)]
pub(crate) struct Encrypted {
    pub(crate) value: Vec<u8>,
    pub(crate) iv: Option<Vec<u8>>,
    pub(crate) tag: Option<Vec<u8>>,
}

/// What goes into an encryption or a decryption besides the key.
#[derive(Debug, Default)]
pub(crate) struct CipherInput {
    pub(crate) value: Vec<u8>,
    pub(crate) iv: Option<Vec<u8>>,
    pub(crate) tag: Option<Vec<u8>>,
    pub(crate) aad: Vec<u8>,
}

impl KeyMaterial {
    /// Makes a new key; RSA takes up to seconds.
    pub(crate) fn generate(spec: KeySpec) -> Result<Self, CryptoError> {
        Ok(match spec {
            KeySpec::Rsa { bits } => Self::Rsa(RsaKey::generate(bits)?),
            KeySpec::Ec(curve) => Self::Ec(EcKey::generate(curve)?),
            KeySpec::Oct { bits } => Self::Oct(OctKey::generate(bits)?),
            KeySpec::Okp => Self::Okp(OkpKey::generate()?),
        })
    }

    /// Whether what needs the private part takes milliseconds.
    pub(crate) fn is_slow(&self) -> bool {
        matches!(self, Self::Rsa(key) if key.bits() > 2048)
    }

    /// What a new version of this key is to be.
    pub(crate) fn spec(&self) -> KeySpec {
        match self {
            Self::Rsa(key) => KeySpec::Rsa { bits: key.bits() },
            Self::Ec(key) => KeySpec::Ec(key.curve()),
            Self::Oct(key) => KeySpec::Oct { bits: key.bits() },
            Self::Okp(_) => KeySpec::Okp,
        }
    }

    pub(crate) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        input: &CipherInput,
    ) -> Result<Encrypted, CryptoError> {
        match (self, algorithm) {
            (Self::Rsa(key), EncryptionAlgorithm::Rsa(padding)) => key
                .encrypt(padding, &input.value)
                .map(|value| Encrypted { value, ..Encrypted::default() }),
            (Self::Oct(key), algorithm) => key.encrypt(algorithm, input),
            _ => Err(CryptoError::Incompatible),
        }
    }

    pub(crate) fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        input: &CipherInput,
    ) -> Result<Vec<u8>, CryptoError> {
        match (self, algorithm) {
            (Self::Rsa(key), EncryptionAlgorithm::Rsa(padding)) => {
                key.decrypt(padding, &input.value)
            }
            (Self::Oct(key), algorithm) => key.decrypt(algorithm, input),
            _ => Err(CryptoError::Incompatible),
        }
    }

    /// Signs a digest, whose length must be the algorithm's; by EdDSA, a message.
    pub(crate) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        match self {
            Self::Rsa(key) => key.sign(algorithm, digest),
            Self::Ec(key) => key.sign(algorithm, digest),
            Self::Oct(key) => key.sign(algorithm, digest),
            Self::Okp(key) => key.sign(algorithm, digest),
        }
    }

    pub(crate) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoError> {
        match self {
            Self::Rsa(key) => key.verify(algorithm, digest, signature),
            Self::Ec(key) => key.verify(algorithm, digest, signature),
            Self::Oct(key) => key.verify(algorithm, digest, signature),
            Self::Okp(key) => key.verify(algorithm, digest, signature),
        }
    }
}
