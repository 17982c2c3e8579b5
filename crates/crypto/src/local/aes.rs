//! AES in the modes that the service has.

use aes_kw::{KeyInit, KwAes192};
use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    cipher::{
        self, DecryptingKey, DecryptionContext, EncryptingKey, EncryptionContext,
        PaddedBlockDecryptingKey, PaddedBlockEncryptingKey, UnboundCipherKey,
    },
    iv::FixedLength,
    key_wrap::{self, AesBlockCipher, AesKek, KeyWrap},
    rand,
};
use azvault_core::{Error, ErrorKind, Result, SecretBytes};
use zeroize::Zeroizing;

use super::{Encrypted, refuse};
use crate::EncryptionAlgorithm;

pub(crate) const BLOCK: usize = 16;
const TAG: usize = 16;

pub(super) struct AesKey {
    gcm: LessSafeKey,
    cbc: (EncryptingKey, DecryptingKey),
    cbc_pad: (PaddedBlockEncryptingKey, PaddedBlockDecryptingKey),
    kek: Kek,
}

enum Kek {
    /// aws-lc-rs takes the key anew for each call.
    AwsLc(&'static AesBlockCipher, SecretBytes),
    /// The one size that aws-lc-rs has not.
    Aes192(Box<KwAes192>),
}

impl AesKey {
    /// Nothing if `bytes` are as long as no AES key.
    pub(super) fn new(bytes: &[u8]) -> Result<Option<Self>> {
        let failed = || Error::new(ErrorKind::Other, "the AES key could not be prepared");
        let (gcm, cbc, kek) = match bytes.len() {
            16 => {
                let kek = Kek::AwsLc(&key_wrap::AES_128, SecretBytes::new(bytes));
                (&aead::AES_128_GCM, &cipher::AES_128, kek)
            }
            24 => {
                let kek = KwAes192::new_from_slice(bytes).map_err(|_| failed())?;
                (&aead::AES_192_GCM, &cipher::AES_192, Kek::Aes192(Box::new(kek)))
            }
            32 => {
                let kek = Kek::AwsLc(&key_wrap::AES_256, SecretBytes::new(bytes));
                (&aead::AES_256_GCM, &cipher::AES_256, kek)
            }
            _ => return Ok(None),
        };
        let key = || UnboundCipherKey::new(cbc, bytes);
        let parsed = || {
            Ok::<_, aws_lc_rs::error::Unspecified>(Self {
                gcm: LessSafeKey::new(UnboundKey::new(gcm, bytes)?),
                cbc: (EncryptingKey::cbc(key()?)?, DecryptingKey::cbc(key()?)?),
                cbc_pad: (
                    PaddedBlockEncryptingKey::cbc_pkcs7(key()?)?,
                    PaddedBlockDecryptingKey::cbc_pkcs7(key()?)?,
                ),
                kek,
            })
        };
        parsed().map(Some).map_err(|_| failed())
    }

    pub(super) fn seal(
        &self,
        algorithm: &EncryptionAlgorithm,
        plaintext: &[u8],
        iv: Option<&[u8]>,
        aad: &[u8],
    ) -> Result<Encrypted> {
        let iv: [u8; NONCE_LEN] = given_or_random(algorithm, iv)?;
        let mut text = plaintext.to_vec();
        let nonce = Nonce::assume_unique_for_key(iv);
        let tag = self
            .gcm
            .seal_in_place_separate_tag(nonce, Aad::from(aad), &mut text)
            .map_err(|_| too_long(algorithm))?;
        Ok(Encrypted {
            ciphertext: text,
            iv: Some(iv.to_vec()),
            tag: Some(tag.as_ref().to_vec()),
            aad: (!aad.is_empty()).then(|| aad.to_vec()),
        })
    }

    pub(super) fn open(
        &self,
        algorithm: &EncryptionAlgorithm,
        ciphertext: &[u8],
        iv: Option<&[u8]>,
        tag: Option<&[u8]>,
        aad: &[u8],
    ) -> Result<SecretBytes> {
        let iv: [u8; NONCE_LEN] = given(algorithm, "an IV", iv)?;
        let tag: [u8; TAG] = given(algorithm, "an authentication tag", tag)?;
        let mut plaintext = Zeroizing::new(vec![0; ciphertext.len()]);
        let nonce = Nonce::assume_unique_for_key(iv);
        self.gcm
            .open_separate_gather(nonce, Aad::from(aad), ciphertext, &tag, &mut plaintext)
            .map_err(|_| refuse::decryption(algorithm))?;
        Ok(SecretBytes::new(std::mem::take(&mut *plaintext)))
    }

    pub(super) fn cbc_encrypt(
        &self,
        algorithm: &EncryptionAlgorithm,
        padded: bool,
        plaintext: &[u8],
        iv: Option<&[u8]>,
    ) -> Result<Encrypted> {
        if !padded && !plaintext.len().is_multiple_of(BLOCK) {
            return Err(Error::invalid_input(format!(
                "algorithm {algorithm} takes multiples of {BLOCK} bytes, and these are {}",
                plaintext.len()
            ))
            .with_advice("use CBCPAD, or better GCM"));
        }
        let iv: [u8; BLOCK] = given_or_random(algorithm, iv)?;
        let context = EncryptionContext::Iv128(FixedLength::from(iv));
        // With room for the padding: a buffer that grows leaves plaintext behind.
        let mut text = Vec::with_capacity(plaintext.len() + BLOCK);
        text.extend_from_slice(plaintext);
        let done = if padded {
            self.cbc_pad.0.less_safe_encrypt(&mut text, context)
        } else {
            self.cbc.0.less_safe_encrypt(&mut text, context)
        };
        done.map_err(|_| too_long(algorithm))?;
        Ok(Encrypted { iv: Some(iv.to_vec()), ..Encrypted::bare(text) })
    }

    pub(super) fn cbc_decrypt(
        &self,
        algorithm: &EncryptionAlgorithm,
        padded: bool,
        ciphertext: &[u8],
        iv: Option<&[u8]>,
    ) -> Result<SecretBytes> {
        let iv: [u8; BLOCK] = given(algorithm, "an IV", iv)?;
        let context = DecryptionContext::Iv128(FixedLength::from(iv));
        let mut text = Zeroizing::new(ciphertext.to_vec());
        let done = if padded {
            self.cbc_pad.1.decrypt(&mut text, context)
        } else {
            self.cbc.1.decrypt(&mut text, context)
        };
        let len = done.map(|text| text.len()).map_err(|_| refuse::decryption(algorithm))?;
        text.truncate(len);
        Ok(SecretBytes::new(std::mem::take(&mut *text)))
    }

    pub(super) fn wrap(&self, algorithm: &EncryptionAlgorithm, other: &[u8]) -> Result<Vec<u8>> {
        if other.len() < 16 || !other.len().is_multiple_of(8) {
            return Err(Error::invalid_input(format!(
                "algorithm {algorithm} wraps keys of 16 or more bytes, in multiples of 8, and this one has {}",
                other.len()
            )));
        }
        let mut wrapped = vec![0; other.len() + 8];
        let done = match &self.kek {
            Kek::AwsLc(size, bytes) => AesKek::new(size, bytes.expose())
                .is_ok_and(|kek| kek.wrap(other, &mut wrapped).is_ok()),
            Kek::Aes192(kek) => kek.wrap_key(other, &mut wrapped).is_ok(),
        };
        if done { Ok(wrapped) } else { Err(too_long(algorithm)) }
    }

    pub(super) fn unwrap(
        &self,
        algorithm: &EncryptionAlgorithm,
        wrapped: &[u8],
    ) -> Result<SecretBytes> {
        // RFC 3394 has no shorter one; aes-kw would unwrap 16 bytes, and nothing at all.
        if wrapped.len() < 24 {
            return Err(refuse::decryption(algorithm));
        }
        let mut key = Zeroizing::new(vec![0; wrapped.len() - 8]);
        let done = match &self.kek {
            Kek::AwsLc(size, bytes) => AesKek::new(size, bytes.expose())
                .is_ok_and(|kek| kek.unwrap(wrapped, &mut key).is_ok()),
            Kek::Aes192(kek) => kek.unwrap_key(wrapped, &mut key).is_ok(),
        };
        if done {
            Ok(SecretBytes::new(std::mem::take(&mut *key)))
        } else {
            Err(refuse::decryption(algorithm))
        }
    }
}

fn given<const N: usize>(
    algorithm: &EncryptionAlgorithm,
    what: &str,
    bytes: Option<&[u8]>,
) -> Result<[u8; N]> {
    let wanted = || format!("algorithm {algorithm} needs {what} of {N} bytes");
    let Some(bytes) = bytes else {
        return Err(Error::invalid_input(format!("{}, and none is given", wanted())));
    };
    bytes.try_into().map_err(|_| {
        let len = bytes.len();
        Error::invalid_input(format!("{}, and the one given has {len}", wanted()))
    })
}

fn given_or_random<const N: usize>(
    algorithm: &EncryptionAlgorithm,
    iv: Option<&[u8]>,
) -> Result<[u8; N]> {
    if iv.is_some() {
        return given(algorithm, "an IV", iv);
    }
    random()
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut random = [0; N];
    rand::fill(&mut random)
        .map_err(|_| Error::new(ErrorKind::Other, "the system gives no random numbers"))?;
    Ok(random)
}

fn too_long(algorithm: &EncryptionAlgorithm) -> Error {
    Error::invalid_input(format!("what is given is too long for algorithm {algorithm}"))
}
