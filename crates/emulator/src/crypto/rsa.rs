//! RSA keys: signatures over digests, and encryption with PKCS#1 v1.5 and OAEP.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{
        KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm,
        OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
        Pkcs1PublicEncryptingKey, PrivateDecryptingKey,
    },
    signature::{
        KeyPair, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
        RSA_PKCS1_2048_8192_SHA512, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair, RsaParameters,
        UnparsedPublicKey,
    },
};

use super::{
    CryptoError, SignatureAlgorithm,
    algorithm::{Hash, RsaPadding},
};

pub(crate) struct RsaKey {
    signing: RsaKeyPair,
    decrypting: PrivateDecryptingKey,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaKey").field("bits", &self.bits()).finish_non_exhaustive()
    }
}

impl RsaKey {
    pub(super) fn generate(bits: u32) -> Result<Self, CryptoError> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return Err(CryptoError::Incompatible),
        };
        let signing = RsaKeyPair::generate(size).map_err(|_| CryptoError::Internal)?;
        Self::of(signing)
    }

    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, CryptoError> {
        Self::of(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| CryptoError::InvalidKey)?)
    }

    pub(super) fn of(signing: RsaKeyPair) -> Result<Self, CryptoError> {
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&signing).map_err(|_| CryptoError::Internal)?;
        let decrypting =
            PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).map_err(|_| CryptoError::Internal)?;
        let public = signing.public_key();
        let n = public.modulus().big_endian_without_leading_zero().to_vec();
        let e = public.exponent().big_endian_without_leading_zero().to_vec();
        Ok(Self { signing, decrypting, n, e })
    }

    pub(super) fn to_pkcs8(&self) -> Result<Vec<u8>, CryptoError> {
        AsDer::<Pkcs8V1Der<'_>>::as_der(&self.signing)
            .map(|der| der.as_ref().to_vec())
            .map_err(|_| CryptoError::Internal)
    }

    /// A SubjectPublicKeyInfo (RFC 5280).
    pub(super) fn public_der(&self) -> Result<Vec<u8>, CryptoError> {
        AsDer::<PublicKeyX509Der<'_>>::as_der(self.signing.public_key())
            .map(|der| der.as_ref().to_vec())
            .map_err(|_| CryptoError::Internal)
    }

    /// PKCS #1 v1.5 over SHA-256, as certificates are signed.
    pub(super) fn sign_message(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| CryptoError::Internal)?;
        Ok(signature)
    }

    pub(crate) fn bits(&self) -> u32 {
        u32::try_from(self.n.len() * 8).unwrap_or(u32::MAX)
    }

    /// Modulus, big-endian.
    pub(crate) fn n(&self) -> &[u8] {
        &self.n
    }

    /// Public exponent, big-endian.
    pub(crate) fn e(&self) -> &[u8] {
        &self.e
    }

    /// The longest plaintext, in bytes.
    fn capacity(&self, padding: RsaPadding) -> usize {
        self.n.len().saturating_sub(match padding {
            RsaPadding::Pkcs1 => 11,
            RsaPadding::OaepSha1 => 2 * 20 + 2,
            RsaPadding::OaepSha256 => 2 * 32 + 2,
        })
    }

    pub(super) fn encrypt(
        &self,
        padding: RsaPadding,
        plain: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        if plain.len() > self.capacity(padding) {
            return Err(CryptoError::InputLength);
        }
        let public = self.decrypting.public_key();
        let mut cipher = vec![0; self.n.len()];
        let len = match oaep(padding) {
            Some(algorithm) => OaepPublicEncryptingKey::new(public).and_then(|key| {
                key.encrypt(algorithm, plain, &mut cipher, None).map(|written| written.len())
            }),
            None => Pkcs1PublicEncryptingKey::new(public)
                .and_then(|key| key.encrypt(plain, &mut cipher).map(|written| written.len())),
        }
        .map_err(|_| CryptoError::Internal)?;
        cipher.truncate(len);
        Ok(cipher)
    }

    /// Every failure is the same, so that a padding error cannot be told from any other.
    pub(super) fn decrypt(
        &self,
        padding: RsaPadding,
        cipher: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let private = self.decrypting.clone();
        let mut plain = vec![0; self.n.len()];
        let len = match oaep(padding) {
            Some(algorithm) => OaepPrivateDecryptingKey::new(private).and_then(|key| {
                key.decrypt(algorithm, cipher, &mut plain, None).map(|written| written.len())
            }),
            None => Pkcs1PrivateDecryptingKey::new(private)
                .and_then(|key| key.decrypt(cipher, &mut plain).map(|written| written.len())),
        }
        .map_err(|_| CryptoError::Decryption)?;
        plain.truncate(len);
        Ok(plain)
    }

    pub(super) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let encoding: &'static dyn RsaEncoding = match algorithm {
            SignatureAlgorithm::RsaPkcs1(Hash::Sha256) => &RSA_PKCS1_SHA256,
            SignatureAlgorithm::RsaPkcs1(Hash::Sha384) => &RSA_PKCS1_SHA384,
            SignatureAlgorithm::RsaPkcs1(Hash::Sha512) => &RSA_PKCS1_SHA512,
            SignatureAlgorithm::RsaPss(Hash::Sha256) => &RSA_PSS_SHA256,
            SignatureAlgorithm::RsaPss(Hash::Sha384) => &RSA_PSS_SHA384,
            SignatureAlgorithm::RsaPss(Hash::Sha512) => &RSA_PSS_SHA512,
            SignatureAlgorithm::Ecdsa(_)
            | SignatureAlgorithm::Hmac(_)
            | SignatureAlgorithm::EdDsa => {
                return Err(CryptoError::Incompatible);
            }
        };
        let digest = algorithm.hash().import(digest)?;
        let mut signature = vec![0; self.signing.public_modulus_len()];
        self.signing
            .sign_digest(encoding, &digest, &mut signature)
            .map_err(|_| CryptoError::Internal)?;
        Ok(signature)
    }

    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoError> {
        let parameters: &'static RsaParameters = match algorithm {
            SignatureAlgorithm::RsaPkcs1(Hash::Sha256) => &RSA_PKCS1_2048_8192_SHA256,
            SignatureAlgorithm::RsaPkcs1(Hash::Sha384) => &RSA_PKCS1_2048_8192_SHA384,
            SignatureAlgorithm::RsaPkcs1(Hash::Sha512) => &RSA_PKCS1_2048_8192_SHA512,
            SignatureAlgorithm::RsaPss(Hash::Sha256) => &RSA_PSS_2048_8192_SHA256,
            SignatureAlgorithm::RsaPss(Hash::Sha384) => &RSA_PSS_2048_8192_SHA384,
            SignatureAlgorithm::RsaPss(Hash::Sha512) => &RSA_PSS_2048_8192_SHA512,
            SignatureAlgorithm::Ecdsa(_)
            | SignatureAlgorithm::Hmac(_)
            | SignatureAlgorithm::EdDsa => {
                return Err(CryptoError::Incompatible);
            }
        };
        let digest = algorithm.hash().import(digest)?;
        let public = UnparsedPublicKey::new(parameters, self.signing.public_key().as_ref());
        Ok(public.verify_digest(&digest, signature).is_ok())
    }
}

/// `None`: PKCS#1 v1.5.
fn oaep(padding: RsaPadding) -> Option<&'static OaepAlgorithm> {
    match padding {
        RsaPadding::Pkcs1 => None,
        RsaPadding::OaepSha1 => Some(&OAEP_SHA1_MGF1SHA1),
        RsaPadding::OaepSha256 => Some(&OAEP_SHA256_MGF1SHA256),
    }
}
