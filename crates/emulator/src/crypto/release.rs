//! Wrapping a key for an attested environment: an AES key under its RSA key, the key under that AES key.
//!
//! PKCS #11's CKM_RSA_AES_KEY_WRAP (v2.40, section 2.1.21): RSA-OAEP, then RFC 5649 with 256 bits.

use aws_lc_rs::{
    rand,
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OaepAlgorithm,
        OaepPublicEncryptingKey, PublicEncryptingKey, PublicKeyComponents,
    },
};

use super::{CryptoError, key_wrap};

/// How a released key is wrapped; they differ in the digest of OAEP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReleaseAlgorithm {
    Sha1,
    Sha256,
    Sha384,
}

/// An RSA public key, both numbers big-endian.
#[derive(Debug)]
pub(crate) struct RsaPublicKey {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

impl ReleaseAlgorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::Sha1, Self::Sha256, Self::Sha384]
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// As `enc` spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "CKM_RSA_AES_KEY_WRAP",
            Self::Sha256 => "RSA_AES_KEY_WRAP_256",
            Self::Sha384 => "RSA_AES_KEY_WRAP_384",
        }
    }

    fn oaep(self) -> &'static OaepAlgorithm {
        match self {
            Self::Sha1 => &OAEP_SHA1_MGF1SHA1,
            Self::Sha256 => &OAEP_SHA256_MGF1SHA256,
            Self::Sha384 => &OAEP_SHA384_MGF1SHA384,
        }
    }
}

impl RsaPublicKey {
    /// Wraps `plain` so that only the holder of the private key can read it.
    pub(crate) fn wrap(
        &self,
        algorithm: ReleaseAlgorithm,
        plain: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let mut aes = [0; 32];
        rand::fill(&mut aes).map_err(|_| CryptoError::Internal)?;
        let wrapped = key_wrap::wrap(&aes, true, plain)?;
        Ok([self.encrypt(algorithm, &aes)?, wrapped].concat())
    }

    /// Encrypts a few bytes with OAEP.
    pub(crate) fn encrypt(
        &self,
        algorithm: ReleaseAlgorithm,
        plain: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let components = PublicKeyComponents { n: &self.n, e: &self.e };
        let public: PublicEncryptingKey =
            components.try_into().map_err(|_| CryptoError::InvalidKey)?;
        let public = OaepPublicEncryptingKey::new(public).map_err(|_| CryptoError::InvalidKey)?;
        let mut cipher = vec![0; public.ciphertext_size()];
        let len = public
            .encrypt(algorithm.oaep(), plain, &mut cipher, None)
            .map_err(|_| CryptoError::InvalidKey)?
            .len();
        cipher.truncate(len);
        Ok(cipher)
    }
}
