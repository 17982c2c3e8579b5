//! What each algorithm of encryption is made of.

use crate::EncryptionAlgorithm;

/// How an [`EncryptionAlgorithm`] encrypts, whatever the length of the key.
///
/// # Examples
/// ```
/// use azvault_crypto::{EncryptionAlgorithm, EncryptionMode};
///
/// assert_eq!(EncryptionAlgorithm::A256Gcm.mode(), Some(EncryptionMode::Gcm));
/// assert_eq!(EncryptionAlgorithm::A256Gcm.key_bits(), Some(256));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncryptionMode {
    /// RSA, by whatever padding.
    Rsa,
    /// AES-GCM, which authenticates.
    Gcm,
    /// AES-CBC of whole blocks.
    Cbc,
    /// AES-CBC with PKCS#7 padding.
    CbcPad,
    /// AES key wrap (RFC 3394).
    KeyWrap,
}

impl EncryptionAlgorithm {
    /// How it encrypts; `None` for what is computed by the service alone.
    pub fn mode(&self) -> Option<EncryptionMode> {
        use EncryptionMode as M;
        Some(match self {
            Self::RsaOaep | Self::RsaOaep256 | Self::Rsa1_5 => M::Rsa,
            Self::A128Gcm | Self::A192Gcm | Self::A256Gcm => M::Gcm,
            Self::A128Cbc | Self::A192Cbc | Self::A256Cbc => M::Cbc,
            Self::A128CbcPad | Self::A192CbcPad | Self::A256CbcPad => M::CbcPad,
            Self::A128Kw | Self::A192Kw | Self::A256Kw => M::KeyWrap,
            Self::CkmAesKeyWrap | Self::CkmAesKeyWrapPad | Self::Unknown(_) => return None,
        })
    }

    /// The length of the AES key that it takes, in bits; `None` for RSA, whose keys may be of any,
    /// and for what is computed by the service alone.
    pub fn key_bits(&self) -> Option<usize> {
        Some(match self {
            Self::A128Gcm | Self::A128Cbc | Self::A128CbcPad | Self::A128Kw => 128,
            Self::A192Gcm | Self::A192Cbc | Self::A192CbcPad | Self::A192Kw => 192,
            Self::A256Gcm | Self::A256Cbc | Self::A256CbcPad | Self::A256Kw => 256,
            _ => return None,
        })
    }
}
