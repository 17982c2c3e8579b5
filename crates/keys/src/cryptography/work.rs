//! What can be asked of a key: what it needs, how it is done here, and how the service is asked.

use azvault_core::{Call, ResourceId, Result, SecretBytes, object::Target};
use azvault_crypto::LocalKey;

use super::extras::{check_decryption, check_encryption};
use crate::{
    DecryptResult, EncryptResult, EncryptionAlgorithm, EncryptionMode, KeyOperation, SignResult,
    SignatureAlgorithm, UnwrapResult, VerifyResult, WrapResult,
    operations::{Decrypt, Encrypt, Sign, UnwrapKey, Verify, WrapKey, check_digest},
};

/// One thing that can be asked of a key. Only this crate implements it.
pub trait Work: sealed::Sealed + Clone + Send + Sync + Sized + 'static {
    /// What it gives.
    type Output: Send + 'static;

    /// What the key must permit.
    const OPERATION: KeyOperation;

    /// Refuses what no key could do.
    #[doc(hidden)]
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Whether the public part of a key is enough for it.
    #[doc(hidden)]
    fn is_public(&self) -> bool {
        false
    }

    /// Whether it can be done here.
    #[doc(hidden)]
    fn fits(&self, key: &LocalKey) -> bool;

    /// Whether it is known here already that such a key cannot do it anywhere.
    #[doc(hidden)]
    fn misfits(&self, key: &LocalKey) -> bool {
        let _ = key;
        false
    }

    /// Does it here.
    #[doc(hidden)]
    fn here(&self, key: &LocalKey, id: Option<&ResourceId>) -> Result<Self::Output>;

    /// Asks the service.
    #[doc(hidden)]
    fn there(self, target: Target) -> Call<Self::Output>;

    /// The key that the service says it used.
    #[doc(hidden)]
    fn used(given: &Self::Output) -> Option<&ResourceId>;
}

mod sealed {
    #[expect(unnameable_types, reason = "so that nobody else can implement it")]
    pub trait Sealed {}

    impl Sealed for super::Encryption {}
    impl Sealed for super::Decryption {}
    impl Sealed for super::Wrapping {}
    impl Sealed for super::Unwrapping {}
    impl Sealed for super::Signing {}
    impl Sealed for super::Verification {}
}

/// To encrypt.
#[derive(Clone, Debug)]
pub struct Encryption {
    pub(super) algorithm: EncryptionAlgorithm,
    pub(super) plaintext: SecretBytes,
    pub(super) iv: Option<Vec<u8>>,
    pub(super) aad: Vec<u8>,
}

impl Work for Encryption {
    type Output = EncryptResult;
    const OPERATION: KeyOperation = KeyOperation::Encrypt;

    fn check(&self) -> Result<()> {
        check_encryption(self)
    }

    fn is_public(&self) -> bool {
        self.algorithm.mode() == Some(EncryptionMode::Rsa)
    }

    fn misfits(&self, key: &LocalKey) -> bool {
        // RSA1_5 may only be what is not done here.
        self.is_public() && self.algorithm != EncryptionAlgorithm::Rsa1_5 && !self.fits(key)
    }

    fn fits(&self, key: &LocalKey) -> bool {
        key.supports_encryption(&Self::OPERATION, &self.algorithm)
    }

    fn here(&self, key: &LocalKey, id: Option<&ResourceId>) -> Result<EncryptResult> {
        let (iv, plaintext) = (self.iv.as_deref(), self.plaintext.expose());
        let encrypted = key.encrypt(&self.algorithm, plaintext, iv, &self.aad)?;
        Ok(EncryptResult {
            key_id: id.cloned(),
            ciphertext: encrypted.ciphertext,
            iv: encrypted.iv,
            tag: encrypted.tag,
            aad: encrypted.aad,
        })
    }

    fn there(self, target: Target) -> Call<EncryptResult> {
        // The service makes none for AES-CBC. If the system gives no random numbers, it says so.
        let iv = self.iv.or_else(|| self.algorithm.random_iv().ok().flatten());
        let mut call = Encrypt::new(target, self.algorithm, self.plaintext);
        if let Some(iv) = iv.clone() {
            call = call.iv(iv);
        }
        let aad = Some(self.aad).filter(|aad| !aad.is_empty());
        if let Some(aad) = aad.clone() {
            call = call.additional_authenticated_data(aad);
        }
        call.into_call()
            .map(|given| Ok(EncryptResult { iv: given.iv.or(iv), aad: given.aad.or(aad), ..given }))
    }

    fn used(given: &EncryptResult) -> Option<&ResourceId> {
        given.key_id.as_ref()
    }
}

/// To decrypt.
#[derive(Clone, Debug)]
pub struct Decryption {
    pub(super) algorithm: EncryptionAlgorithm,
    pub(super) ciphertext: Vec<u8>,
    pub(super) iv: Option<Vec<u8>>,
    pub(super) tag: Option<Vec<u8>>,
    pub(super) aad: Vec<u8>,
}

impl Work for Decryption {
    type Output = DecryptResult;
    const OPERATION: KeyOperation = KeyOperation::Decrypt;

    fn check(&self) -> Result<()> {
        check_decryption(self)
    }

    fn fits(&self, key: &LocalKey) -> bool {
        key.supports_encryption(&Self::OPERATION, &self.algorithm)
    }

    fn here(&self, key: &LocalKey, id: Option<&ResourceId>) -> Result<DecryptResult> {
        let (iv, tag) = (self.iv.as_deref(), self.tag.as_deref());
        let plaintext = key.decrypt(&self.algorithm, &self.ciphertext, iv, tag, &self.aad)?;
        Ok(DecryptResult { key_id: id.cloned(), plaintext })
    }

    fn there(self, target: Target) -> Call<DecryptResult> {
        let mut call = Decrypt::new(target, self.algorithm, self.ciphertext);
        if let Some(iv) = self.iv {
            call = call.iv(iv);
        }
        if let Some(tag) = self.tag {
            call = call.authentication_tag(tag);
        }
        if !self.aad.is_empty() {
            call = call.additional_authenticated_data(self.aad);
        }
        call.into_call()
    }

    fn used(given: &DecryptResult) -> Option<&ResourceId> {
        given.key_id.as_ref()
    }
}

/// To wrap a key.
#[derive(Clone, Debug)]
pub struct Wrapping {
    pub(super) algorithm: EncryptionAlgorithm,
    pub(super) key: SecretBytes,
}

impl Work for Wrapping {
    type Output = WrapResult;
    const OPERATION: KeyOperation = KeyOperation::WrapKey;

    fn is_public(&self) -> bool {
        self.algorithm.mode() == Some(EncryptionMode::Rsa)
    }

    fn misfits(&self, key: &LocalKey) -> bool {
        // RSA1_5 may only be what is not done here.
        self.is_public() && self.algorithm != EncryptionAlgorithm::Rsa1_5 && !self.fits(key)
    }

    fn fits(&self, key: &LocalKey) -> bool {
        key.supports_encryption(&Self::OPERATION, &self.algorithm)
    }

    fn here(&self, key: &LocalKey, id: Option<&ResourceId>) -> Result<WrapResult> {
        let encrypted_key = key.wrap_key(&self.algorithm, self.key.expose())?;
        Ok(WrapResult { key_id: id.cloned(), encrypted_key, iv: None, tag: None })
    }

    fn there(self, target: Target) -> Call<WrapResult> {
        WrapKey::new(target, self.algorithm, self.key).into_call()
    }

    fn used(given: &WrapResult) -> Option<&ResourceId> {
        given.key_id.as_ref()
    }
}

/// To unwrap a key.
#[derive(Clone, Debug)]
pub struct Unwrapping {
    pub(super) algorithm: EncryptionAlgorithm,
    pub(super) encrypted_key: Vec<u8>,
}

impl Work for Unwrapping {
    type Output = UnwrapResult;
    const OPERATION: KeyOperation = KeyOperation::UnwrapKey;

    fn fits(&self, key: &LocalKey) -> bool {
        key.supports_encryption(&Self::OPERATION, &self.algorithm)
    }

    fn here(&self, key: &LocalKey, id: Option<&ResourceId>) -> Result<UnwrapResult> {
        let unwrapped = key.unwrap_key(&self.algorithm, &self.encrypted_key)?;
        Ok(UnwrapResult { key_id: id.cloned(), key: unwrapped })
    }

    fn there(self, target: Target) -> Call<UnwrapResult> {
        UnwrapKey::new(target, self.algorithm, self.encrypted_key).into_call()
    }

    fn used(given: &UnwrapResult) -> Option<&ResourceId> {
        given.key_id.as_ref()
    }
}

/// To sign a digest.
#[derive(Clone, Debug)]
pub struct Signing {
    pub(super) algorithm: SignatureAlgorithm,
    /// Absent if the algorithm has no hash to make it by.
    pub(super) digest: Option<Vec<u8>>,
}

impl Work for Signing {
    type Output = SignResult;
    const OPERATION: KeyOperation = KeyOperation::Sign;

    fn check(&self) -> Result<()> {
        given_digest(&self.algorithm, self.digest.as_deref()).map(drop)
    }

    fn fits(&self, key: &LocalKey) -> bool {
        key.supports_signature(&Self::OPERATION, &self.algorithm)
    }

    fn here(&self, key: &LocalKey, id: Option<&ResourceId>) -> Result<SignResult> {
        let digest = given_digest(&self.algorithm, self.digest.as_deref())?;
        let signature = key.sign(&self.algorithm, digest)?;
        Ok(SignResult { key_id: id.cloned(), signature })
    }

    fn there(self, target: Target) -> Call<SignResult> {
        Sign::new(target, self.algorithm, self.digest.unwrap_or_default()).into_call()
    }

    fn used(given: &SignResult) -> Option<&ResourceId> {
        given.key_id.as_ref()
    }
}

/// To verify the signature of a digest.
#[derive(Clone, Debug)]
pub struct Verification {
    pub(super) algorithm: SignatureAlgorithm,
    /// Absent if the algorithm has no hash to make it by.
    pub(super) digest: Option<Vec<u8>>,
    pub(super) signature: Vec<u8>,
}

impl Work for Verification {
    type Output = VerifyResult;
    const OPERATION: KeyOperation = KeyOperation::Verify;

    fn check(&self) -> Result<()> {
        given_digest(&self.algorithm, self.digest.as_deref()).map(drop)
    }

    fn is_public(&self) -> bool {
        use SignatureAlgorithm::{HS256, HS384, HS512, RsNull, Unknown};
        !matches!(self.algorithm, HS256 | HS384 | HS512 | RsNull | Unknown(_))
    }

    fn misfits(&self, key: &LocalKey) -> bool {
        self.is_public() && !self.fits(key)
    }

    fn fits(&self, key: &LocalKey) -> bool {
        key.supports_signature(&Self::OPERATION, &self.algorithm)
    }

    fn here(&self, key: &LocalKey, _: Option<&ResourceId>) -> Result<VerifyResult> {
        let digest = given_digest(&self.algorithm, self.digest.as_deref())?;
        key.verify(&self.algorithm, digest, &self.signature).map(VerifyResult::new)
    }

    fn there(self, target: Target) -> Call<VerifyResult> {
        Verify::new(target, self.algorithm, self.digest.unwrap_or_default(), self.signature)
            .into_call()
    }

    /// The service does not say.
    fn used(_: &VerifyResult) -> Option<&ResourceId> {
        None
    }
}

/// The digest, of the length that the algorithm takes.
fn given_digest<'a>(algorithm: &SignatureAlgorithm, digest: Option<&'a [u8]>) -> Result<&'a [u8]> {
    let Some(digest) = digest else {
        // The same again, to say why there is none.
        algorithm.digest(&[])?;
        return Ok(&[]);
    };
    check_digest(algorithm, digest)?;
    Ok(digest)
}
