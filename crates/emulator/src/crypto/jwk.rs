//! Keys that somebody else made, from the members of a JWK (RFC 7517, RFC 7518).

use aws_lc_rs::{
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::RsaKeyPair,
};

use super::{CryptoError, Curve, EcKey, KeyMaterial, OctKey, OkpKey, RsaKey};

/// The members of a private key, decoded.
pub(crate) enum ImportedKey {
    Rsa(Box<RsaParts>),
    Ec { curve: Curve, d: Vec<u8>, x: Vec<u8>, y: Vec<u8> },
    Oct(Vec<u8>),
    Okp { d: Vec<u8>, x: Vec<u8> },
}

/// The numbers of an RSA key, big-endian.
pub(crate) struct RsaParts {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
    pub(crate) d: Vec<u8>,
    pub(crate) p: Vec<u8>,
    pub(crate) q: Vec<u8>,
    pub(crate) dp: Vec<u8>,
    pub(crate) dq: Vec<u8>,
    pub(crate) qi: Vec<u8>,
}

impl RsaParts {
    /// Bits of the modulus, in whole bytes.
    pub(crate) fn bits(&self) -> u32 {
        u32::try_from(significant(&self.n).len() * 8).unwrap_or(u32::MAX)
    }
}

impl KeyMaterial {
    /// The key, when its parts belong together.
    pub(crate) fn import(key: &ImportedKey) -> Result<Self, CryptoError> {
        Ok(match key {
            ImportedKey::Rsa(parts) => {
                let components = KeyPairComponents {
                    public_key: PublicKeyComponents {
                        n: significant(&parts.n),
                        e: significant(&parts.e),
                    },
                    d: significant(&parts.d),
                    p: significant(&parts.p),
                    q: significant(&parts.q),
                    dP: significant(&parts.dp),
                    dQ: significant(&parts.dq),
                    qInv: significant(&parts.qi),
                };
                let pair = RsaKeyPair::from_components(&components)
                    .map_err(|_| CryptoError::InvalidKey)?;
                Self::Rsa(RsaKey::of(pair)?)
            }
            ImportedKey::Ec { curve, d, x, y } => Self::Ec(EcKey::import(*curve, d, x, y)?),
            ImportedKey::Oct(bytes) => Self::Oct(OctKey::import(bytes)?),
            ImportedKey::Okp { d, x } => Self::Okp(OkpKey::import(d, x)?),
        })
    }
}

/// Without zeros in front, which some encoders write.
fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}
