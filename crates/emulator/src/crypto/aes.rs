//! Symmetric keys of managed HSMs: AES key wrap, CBC with and without padding, GCM.
//!
//! aws-lc-rs has no 192-bit key wrap; that one size is from the `aes-kw` crate.

use aes_kw::{KeyInit, KwAes192};
use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    cipher::{
        self, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
        PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
    },
    iv::FixedLength,
    key_wrap::{self, AesKek, KeyWrap},
    rand,
};

use super::{CipherInput, CryptoError, Encrypted, EncryptionAlgorithm};

const BLOCK: usize = 16;
const TAG: usize = 16;
/// Key wrap works on half blocks and adds one.
const WRAP_UNIT: usize = 8;

pub(crate) struct OctKey {
    bytes: Vec<u8>,
}

impl std::fmt::Debug for OctKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OctKey").field("bits", &(self.bytes.len() * 8)).finish_non_exhaustive()
    }
}

impl OctKey {
    pub(super) fn generate(bits: u32) -> Result<Self, CryptoError> {
        let len = match bits {
            128 => 16,
            192 => 24,
            256 => 32,
            _ => return Err(CryptoError::Incompatible),
        };
        let mut bytes = vec![0; len];
        rand::fill(&mut bytes).map_err(|_| CryptoError::Internal)?;
        Ok(Self { bytes })
    }

    pub(super) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        input: &CipherInput,
    ) -> Result<Encrypted, CryptoError> {
        match algorithm {
            EncryptionAlgorithm::AesKeyWrap { bits } => {
                self.require(bits)?;
                Ok(Encrypted { value: self.wrap(&input.value)?, ..Encrypted::default() })
            }
            EncryptionAlgorithm::AesCbc { bits, padded } => {
                self.require(bits)?;
                self.cbc_encrypt(padded, input)
            }
            EncryptionAlgorithm::AesGcm { bits } => {
                self.require(bits)?;
                self.gcm_encrypt(input)
            }
            EncryptionAlgorithm::Rsa(_) => Err(CryptoError::Incompatible),
        }
    }

    pub(super) fn decrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        input: &CipherInput,
    ) -> Result<Vec<u8>, CryptoError> {
        match algorithm {
            EncryptionAlgorithm::AesKeyWrap { bits } => {
                self.require(bits)?;
                self.unwrap(&input.value)
            }
            EncryptionAlgorithm::AesCbc { bits, padded } => {
                self.require(bits)?;
                self.cbc_decrypt(padded, input)
            }
            EncryptionAlgorithm::AesGcm { bits } => {
                self.require(bits)?;
                self.gcm_decrypt(input)
            }
            EncryptionAlgorithm::Rsa(_) => Err(CryptoError::Incompatible),
        }
    }

    fn require(&self, bits: u32) -> Result<(), CryptoError> {
        if self.bytes.len() * 8 == bits as usize { Ok(()) } else { Err(CryptoError::Incompatible) }
    }

    /// The library's key-encryption key; `None` for 192 bits.
    fn kek(&self) -> Result<Option<AesKek>, CryptoError> {
        let cipher = match self.bytes.len() {
            16 => &key_wrap::AES_128,
            32 => &key_wrap::AES_256,
            _ => return Ok(None),
        };
        AesKek::new(cipher, &self.bytes).map(Some).map_err(|_| CryptoError::Internal)
    }

    fn wrap(&self, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if plain.len() < 2 * WRAP_UNIT || !plain.len().is_multiple_of(WRAP_UNIT) {
            return Err(CryptoError::InputLength);
        }
        let mut wrapped = vec![0; plain.len() + WRAP_UNIT];
        match self.kek()? {
            Some(kek) => {
                kek.wrap(plain, &mut wrapped).map_err(|_| CryptoError::Internal)?;
            }
            None => {
                self.kek_192()?.wrap_key(plain, &mut wrapped).map_err(|_| CryptoError::Internal)?;
            }
        }
        Ok(wrapped)
    }

    fn unwrap(&self, wrapped: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if wrapped.len() < 3 * WRAP_UNIT || !wrapped.len().is_multiple_of(WRAP_UNIT) {
            return Err(CryptoError::Decryption);
        }
        let mut plain = vec![0; wrapped.len()];
        let len = match self.kek()? {
            Some(kek) => {
                kek.unwrap(wrapped, &mut plain).map_err(|_| CryptoError::Decryption)?.len()
            }
            None => {
                plain.truncate(wrapped.len() - WRAP_UNIT);
                self.kek_192()?
                    .unwrap_key(wrapped, &mut plain)
                    .map_err(|_| CryptoError::Decryption)?
                    .len()
            }
        };
        plain.truncate(len);
        Ok(plain)
    }

    fn kek_192(&self) -> Result<KwAes192, CryptoError> {
        KwAes192::new_from_slice(&self.bytes).map_err(|_| CryptoError::Internal)
    }

    fn cipher_key(&self) -> Result<UnboundCipherKey, CryptoError> {
        let algorithm = match self.bytes.len() {
            16 => &cipher::AES_128,
            24 => &cipher::AES_192,
            _ => &cipher::AES_256,
        };
        UnboundCipherKey::new(algorithm, &self.bytes).map_err(|_| CryptoError::Internal)
    }

    fn cbc_encrypt(&self, padded: bool, input: &CipherInput) -> Result<Encrypted, CryptoError> {
        let iv = iv::<BLOCK>(input)?;
        let context = EncryptionContext::Iv128(FixedLength::from(iv));
        let mut value = input.value.clone();
        if padded {
            PaddedBlockEncryptingKey::cbc_pkcs7(self.cipher_key()?)
                .and_then(|key| key.less_safe_encrypt(&mut value, context))
                .map_err(|_| CryptoError::Internal)?;
        } else {
            if !value.len().is_multiple_of(BLOCK) {
                return Err(CryptoError::InputLength);
            }
            EncryptingKey::cbc(self.cipher_key()?)
                .and_then(|key| key.less_safe_encrypt(&mut value, context))
                .map_err(|_| CryptoError::Internal)?;
        }
        Ok(Encrypted { value, iv: Some(iv.to_vec()), tag: None })
    }

    fn cbc_decrypt(&self, padded: bool, input: &CipherInput) -> Result<Vec<u8>, CryptoError> {
        let context = DecryptionContext::Iv128(FixedLength::from(iv::<BLOCK>(input)?));
        let mut value = input.value.clone();
        let key = self.cipher_key()?;
        let plain = if padded {
            PaddedBlockDecryptingKey::cbc_pkcs7(key)
                .and_then(|key| key.decrypt(&mut value, context).map(|plain| plain.to_vec()))
        } else {
            DecryptingKey::cbc(key)
                .and_then(|key| key.decrypt(&mut value, context).map(|plain| plain.to_vec()))
        };
        plain.map_err(|_| CryptoError::Decryption)
    }

    fn gcm_key(&self) -> Result<LessSafeKey, CryptoError> {
        let algorithm = match self.bytes.len() {
            16 => &aead::AES_128_GCM,
            24 => &aead::AES_192_GCM,
            _ => &aead::AES_256_GCM,
        };
        UnboundKey::new(algorithm, &self.bytes)
            .map(LessSafeKey::new)
            .map_err(|_| CryptoError::Internal)
    }

    /// The pool chooses the nonce unless the caller brings one.
    fn gcm_encrypt(&self, input: &CipherInput) -> Result<Encrypted, CryptoError> {
        let nonce = if input.iv.is_some() {
            iv::<NONCE_LEN>(input)?
        } else {
            let mut nonce = [0; NONCE_LEN];
            rand::fill(&mut nonce).map_err(|_| CryptoError::Internal)?;
            nonce
        };
        let mut value = input.value.clone();
        let tag = self
            .gcm_key()?
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(input.aad.as_slice()),
                &mut value,
            )
            .map_err(|_| CryptoError::Internal)?;
        Ok(Encrypted { value, iv: Some(nonce.to_vec()), tag: Some(tag.as_ref().to_vec()) })
    }

    fn gcm_decrypt(&self, input: &CipherInput) -> Result<Vec<u8>, CryptoError> {
        let nonce = Nonce::assume_unique_for_key(iv::<NONCE_LEN>(input)?);
        let tag =
            input.tag.as_deref().filter(|tag| tag.len() == TAG).ok_or(CryptoError::TagLength)?;
        let mut plain = vec![0; input.value.len()];
        self.gcm_key()?
            .open_separate_gather(
                nonce,
                Aad::from(input.aad.as_slice()),
                &input.value,
                tag,
                &mut plain,
            )
            .map_err(|_| CryptoError::Decryption)?;
        Ok(plain)
    }
}

fn iv<const LEN: usize>(input: &CipherInput) -> Result<[u8; LEN], CryptoError> {
    input.iv.as_deref().and_then(|iv| iv.try_into().ok()).ok_or(CryptoError::IvLength(LEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// RFC 3394, sections 4.1 to 4.3: 128 bits of key data under each size of key.
    #[test]
    fn key_wrap_gives_the_rfc_vectors() {
        let data = bytes("00112233445566778899AABBCCDDEEFF");
        for (key, wrapped) in [
            (
                "000102030405060708090A0B0C0D0E0F",
                "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
            ),
            (
                "000102030405060708090A0B0C0D0E0F1011121314151617",
                "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D",
            ),
            (
                "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
                "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7",
            ),
        ] {
            let key = OctKey { bytes: bytes(key) };
            assert_eq!(key.wrap(&data).unwrap(), bytes(wrapped));
            assert_eq!(key.unwrap(&bytes(wrapped)).unwrap(), data);
            let mut changed = bytes(wrapped);
            changed[3] ^= 1;
            assert_eq!(key.unwrap(&changed).unwrap_err(), CryptoError::Decryption);
        }
    }

    /// NIST SP 800-38A, F.2.1, F.2.3, F.2.5: the first block.
    #[test]
    fn cbc_gives_the_nist_vectors() {
        for (key, cipher) in [
            ("2b7e151628aed2a6abf7158809cf4f3c", "7649abac8119b246cee98e9b12e9197d"),
            (
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                "4f021db243bc633d7178183a9fa071e8",
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "f58c4c04d6e5f1ba779eabfb5f7bfbd6",
            ),
        ] {
            let key = OctKey { bytes: bytes(key) };
            let input = CipherInput {
                value: bytes("6bc1bee22e409f96e93d7e117393172a"),
                iv: Some(bytes("000102030405060708090a0b0c0d0e0f")),
                ..CipherInput::default()
            };
            assert_eq!(key.cbc_encrypt(false, &input).unwrap().value, bytes(cipher));
        }
    }

    #[test]
    fn gcm_refuses_changed_data() {
        let key = OctKey::generate(192).unwrap();
        let input = CipherInput {
            value: b"plain".to_vec(),
            aad: b"header".to_vec(),
            ..CipherInput::default()
        };
        let sealed = key.gcm_encrypt(&input).unwrap();
        let mut opened = CipherInput {
            value: sealed.value,
            iv: sealed.iv,
            tag: sealed.tag,
            aad: b"header".to_vec(),
        };
        assert_eq!(key.gcm_decrypt(&opened).unwrap(), b"plain");
        opened.aad = b"other".to_vec();
        assert_eq!(key.gcm_decrypt(&opened).unwrap_err(), CryptoError::Decryption);
    }
}
