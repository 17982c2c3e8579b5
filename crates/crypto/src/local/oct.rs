//! Symmetric keys: HMAC, and AES where the length is one of AES's.

use std::fmt;

use aws_lc_rs::hmac;
use azvault_core::{Error, Result, SecretBytes};

use super::{Encrypted, aes::AesKey, refuse};
use crate::{EncryptionAlgorithm, EncryptionMode as Mode, JsonWebKey, SignatureAlgorithm};

/// What is taken, in bytes: from AES's shortest to more than any MAC profits from.
const SIZES: std::ops::RangeInclusive<usize> = 16..=512;

pub(crate) struct OctKey {
    bits: usize,
    /// HMAC with SHA-256, SHA-384 and SHA-512.
    macs: [hmac::Key; 3],
    aes: Option<AesKey>,
}

impl OctKey {
    pub(crate) fn new(jwk: &JsonWebKey) -> Result<Self> {
        let Some(k) = jwk.k() else {
            return Err(Error::invalid_input("a symmetric key needs the member k"));
        };
        if !SIZES.contains(&k.len()) {
            return Err(Error::invalid_input(format!(
                "a symmetric key of {} bytes is not computed with: {} to {} bytes are",
                k.len(),
                SIZES.start(),
                SIZES.end()
            )));
        }
        let mac = |algorithm| hmac::Key::new(algorithm, k);
        Ok(Self {
            bits: k.len() * 8,
            macs: [hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512].map(mac),
            aes: AesKey::new(k)?,
        })
    }

    pub(super) fn encrypts_by(&self, algorithm: &EncryptionAlgorithm) -> bool {
        self.aes(algorithm).is_ok_and(|(_, mode)| mode != Mode::KeyWrap)
    }

    pub(super) fn wraps_by(&self, algorithm: &EncryptionAlgorithm) -> bool {
        self.aes(algorithm).is_ok_and(|(_, mode)| mode == Mode::KeyWrap)
    }

    pub(super) fn encrypt(
        &self,
        algorithm: &EncryptionAlgorithm,
        plaintext: &[u8],
        iv: Option<&[u8]>,
        aad: &[u8],
    ) -> Result<Encrypted> {
        let (key, mode) = self.aes(algorithm)?;
        match mode {
            Mode::Rsa => Err(refuse::encryption(algorithm, self)),
            Mode::KeyWrap => Err(refuse::purpose(algorithm, true)),
            Mode::Gcm => key.seal(algorithm, plaintext, iv, aad),
            Mode::Cbc | Mode::CbcPad => {
                refuse::extras(algorithm, None, None, aad)?;
                key.cbc_encrypt(algorithm, mode == Mode::CbcPad, plaintext, iv)
            }
        }
    }

    pub(super) fn decrypt(
        &self,
        algorithm: &EncryptionAlgorithm,
        ciphertext: &[u8],
        iv: Option<&[u8]>,
        tag: Option<&[u8]>,
        aad: &[u8],
    ) -> Result<SecretBytes> {
        let (key, mode) = self.aes(algorithm)?;
        match mode {
            Mode::Rsa => Err(refuse::encryption(algorithm, self)),
            Mode::KeyWrap => Err(refuse::purpose(algorithm, true)),
            Mode::Gcm => key.open(algorithm, ciphertext, iv, tag, aad),
            Mode::Cbc | Mode::CbcPad => {
                refuse::extras(algorithm, None, tag, aad)?;
                key.cbc_decrypt(algorithm, mode == Mode::CbcPad, ciphertext, iv)
            }
        }
    }

    pub(super) fn wrap(&self, algorithm: &EncryptionAlgorithm, other: &[u8]) -> Result<Vec<u8>> {
        match self.aes(algorithm)? {
            (key, Mode::KeyWrap) => key.wrap(algorithm, other),
            _ => Err(refuse::purpose(algorithm, false)),
        }
    }

    pub(super) fn unwrap(
        &self,
        algorithm: &EncryptionAlgorithm,
        wrapped: &[u8],
    ) -> Result<SecretBytes> {
        match self.aes(algorithm)? {
            (key, Mode::KeyWrap) => key.unwrap(algorithm, wrapped),
            _ => Err(refuse::purpose(algorithm, false)),
        }
    }

    pub(super) fn sign(&self, algorithm: &SignatureAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        Ok(hmac::sign(self.mac(algorithm)?, data).as_ref().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: &SignatureAlgorithm,
        data: &[u8],
        mac: &[u8],
    ) -> Result<bool> {
        Ok(hmac::verify(self.mac(algorithm)?, data, mac).is_ok())
    }

    fn mac(&self, algorithm: &SignatureAlgorithm) -> Result<&hmac::Key> {
        mac(algorithm)
            .and_then(|slot| self.macs.get(slot))
            .ok_or_else(|| refuse::signature(algorithm, self))
    }

    /// The AES key, if it is as long as `algorithm` needs.
    fn aes(&self, algorithm: &EncryptionAlgorithm) -> Result<(&AesKey, Mode)> {
        match (&self.aes, algorithm.mode(), algorithm.key_bits()) {
            (Some(key), Some(mode), Some(bits)) if bits == self.bits => Ok((key, mode)),
            _ => Err(refuse::encryption(algorithm, self)),
        }
    }
}

/// Which of the three MACs `algorithm` is, if it is one.
pub(super) fn mac(algorithm: &SignatureAlgorithm) -> Option<usize> {
    match algorithm {
        SignatureAlgorithm::HS256 => Some(0),
        SignatureAlgorithm::HS384 => Some(1),
        SignatureAlgorithm::HS512 => Some(2),
        _ => None,
    }
}

impl fmt::Display for OctKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "oct key of {} bits", self.bits)
    }
}
