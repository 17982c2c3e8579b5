//! Symmetric keys of managed HSMs: key wrap, CBC with and without padding, GCM, and HMAC.

use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    cipher::{
        self, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
        PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
    },
    hmac,
    iv::FixedLength,
    rand,
};

use super::{
    CipherInput, CryptoError, Encrypted, EncryptionAlgorithm, SignatureAlgorithm, algorithm::Hash,
    key_wrap,
};

const BLOCK: usize = 16;
const TAG: usize = 16;

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

    /// A key of 128, 192 or 256 bits.
    pub(super) fn import(bytes: &[u8]) -> Result<Self, CryptoError> {
        match bytes.len() {
            16 | 24 | 32 => Ok(Self { bytes: bytes.to_vec() }),
            _ => Err(CryptoError::InvalidKey),
        }
    }

    pub(crate) fn bits(&self) -> u32 {
        u32::try_from(self.bytes.len() * 8).unwrap_or(u32::MAX)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        Ok(hmac::sign(&self.hmac_key(algorithm)?, digest).as_ref().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        tag: &[u8],
    ) -> Result<bool, CryptoError> {
        Ok(hmac::verify(&self.hmac_key(algorithm)?, digest, tag).is_ok())
    }

    fn hmac_key(&self, algorithm: SignatureAlgorithm) -> Result<hmac::Key, CryptoError> {
        let algorithm = match algorithm {
            SignatureAlgorithm::Hmac(Hash::Sha256) => hmac::HMAC_SHA256,
            SignatureAlgorithm::Hmac(Hash::Sha384) => hmac::HMAC_SHA384,
            SignatureAlgorithm::Hmac(Hash::Sha512) => hmac::HMAC_SHA512,
            _ => return Err(CryptoError::Incompatible),
        };
        Ok(hmac::Key::new(algorithm, &self.bytes))
    }

    pub(super) fn encrypt(
        &self,
        algorithm: EncryptionAlgorithm,
        input: &CipherInput,
    ) -> Result<Encrypted, CryptoError> {
        match algorithm {
            EncryptionAlgorithm::AesKeyWrap { bits, padded } => {
                bits.map_or(Ok(()), |bits| self.require(bits))?;
                let value = key_wrap::wrap(&self.bytes, padded, &input.value)?;
                Ok(Encrypted { value, ..Encrypted::default() })
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
            EncryptionAlgorithm::AesKeyWrap { bits, padded } => {
                bits.map_or(Ok(()), |bits| self.require(bits))?;
                key_wrap::unwrap(&self.bytes, padded, &input.value)
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
        if self.bits() == bits { Ok(()) } else { Err(CryptoError::Incompatible) }
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

    /// RFC 4231, section 4.3: test case 2, with a key that an HSM would not make.
    #[test]
    fn hmac_gives_the_rfc_vectors() {
        let key = OctKey { bytes: b"Jefe".to_vec() };
        for (hash, tag) in [
            (Hash::Sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                Hash::Sha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
        ] {
            let algorithm = SignatureAlgorithm::Hmac(hash);
            let data = b"what do ya want for nothing?";
            assert_eq!(key.sign(algorithm, data).unwrap(), bytes(tag));
            assert!(key.verify(algorithm, data, &bytes(tag)).unwrap());
            assert!(!key.verify(algorithm, b"nothing", &bytes(tag)).unwrap());
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
