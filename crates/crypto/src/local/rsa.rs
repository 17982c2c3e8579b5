//! RSA keys.

use std::{fmt, sync::OnceLock};

use aws_lc_rs::{
    digest,
    encoding::AsDer,
    rsa::{
        KeyPairComponents, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepAlgorithm,
        OaepPrivateDecryptingKey, OaepPublicEncryptingKey, Pkcs1PrivateDecryptingKey,
        Pkcs1PublicEncryptingKey, PrivateDecryptingKey, PublicEncryptingKey,
    },
    signature::{
        self, ParsedPublicKey, RsaKeyPair, RsaParameters, RsaPublicKeyComponents,
        RsaSignatureEncoding,
    },
};
use azvault_core::{Error, ErrorKind, Result, SecretBytes};
use zeroize::Zeroizing;

use super::refuse;
use crate::{EncryptionAlgorithm, JsonWebKey, SignatureAlgorithm};

/// What aws-lc-rs computes with, in bits.
const SIZES: std::ops::RangeInclusive<usize> = 2048..=8192;

pub(crate) struct RsaKey {
    bits: usize,
    components: RsaPublicKeyComponents<Vec<u8>>,
    oaep: OaepPublicEncryptingKey,
    pkcs1: Pkcs1PublicEncryptingKey,
    /// A key parsed for each algorithm once it is asked for: aws-lc-rs ties them together.
    verifying: [OnceLock<ParsedPublicKey>; 6],
    private: Option<Private>,
}

struct Private {
    signing: RsaKeyPair,
    oaep: OaepPrivateDecryptingKey,
    pkcs1: Pkcs1PrivateDecryptingKey,
}

/// How to pad what is encrypted.
#[derive(Clone, Copy)]
pub(super) enum Padding {
    Oaep(&'static OaepAlgorithm),
    Pkcs1,
}

/// How to sign and verify.
#[derive(Clone, Copy)]
pub(super) struct Signature {
    encoding: &'static RsaSignatureEncoding,
    parameters: &'static RsaParameters,
    digest: &'static digest::Algorithm,
    slot: usize,
}

impl RsaKey {
    pub(crate) fn new(jwk: &JsonWebKey) -> Result<Self> {
        let (n, e) = jwk.rsa_numbers()?;
        let bits = jwk.rsa_bits().unwrap_or_default();
        if !SIZES.contains(&bits) {
            return Err(Error::invalid_input(format!(
                "an RSA key of {bits} bits is not computed with: {} to {} bits are",
                SIZES.start(),
                SIZES.end()
            )));
        }
        let components = RsaPublicKeyComponents { n: n.to_vec(), e: e.to_vec() };
        // By way of its DER, since that is where aws-lc looks whether n and e can be a key.
        let public = AsDer::as_der(&components)
            .ok()
            .and_then(|der| PublicEncryptingKey::from_der(der.as_ref()).ok());
        let public = public.ok_or_else(|| {
            Error::invalid_input(
                "n and e are no RSA key: both must be odd, and e between 3 and 33 bits long",
            )
        })?;
        let wrong = |_| Error::new(ErrorKind::Other, "the RSA key could not be prepared");
        Ok(Self {
            bits,
            components,
            oaep: OaepPublicEncryptingKey::new(public.clone()).map_err(wrong)?,
            pkcs1: Pkcs1PublicEncryptingKey::new(public).map_err(wrong)?,
            verifying: Default::default(),
            private: jwk.has_rsa_secrets().then(|| Private::new(jwk)).transpose()?,
        })
    }

    pub(super) fn has_private_part(&self) -> bool {
        self.private.is_some()
    }

    pub(super) fn encrypt(&self, padding: Padding, plaintext: &[u8]) -> Result<Vec<u8>> {
        let mut ciphertext = vec![0; self.oaep.ciphertext_size()];
        let done = match padding {
            Padding::Oaep(algorithm) => {
                self.oaep.encrypt(algorithm, plaintext, &mut ciphertext, None)
            }
            Padding::Pkcs1 => self.pkcs1.encrypt(plaintext, &mut ciphertext),
        };
        match done.map(|written| written.len()) {
            Ok(len) => ciphertext.truncate(len),
            Err(_) => return Err(self.not_encrypted(padding, plaintext.len())),
        }
        Ok(ciphertext)
    }

    pub(super) fn decrypt(&self, padding: Padding, ciphertext: &[u8]) -> Result<SecretBytes> {
        let Some(private) = &self.private else {
            return Err(refuse::no_private_part(self, "decrypt"));
        };
        let mut plaintext = Zeroizing::new(vec![0; self.oaep.key_size_bytes()]);
        let (done, algorithm) = match padding {
            Padding::Oaep(algorithm) => {
                (private.oaep.decrypt(algorithm, ciphertext, &mut plaintext, None), name(algorithm))
            }
            Padding::Pkcs1 => {
                (private.pkcs1.decrypt(ciphertext, &mut plaintext), EncryptionAlgorithm::Rsa1_5)
            }
        };
        let len = done.map(|written| written.len()).map_err(|_| refuse::decryption(&algorithm))?;
        plaintext.truncate(len);
        Ok(SecretBytes::new(std::mem::take(&mut *plaintext)))
    }

    pub(super) fn sign(&self, algorithm: &SignatureAlgorithm, digest: &[u8]) -> Result<Vec<u8>> {
        let how = signature(algorithm).ok_or_else(|| refuse::signature(algorithm, self))?;
        let Some(private) = &self.private else {
            return Err(refuse::no_private_part(self, "sign"));
        };
        let digest = refuse::or_digest(algorithm, how.digest, digest)?;
        let mut signature = vec![0; self.oaep.key_size_bytes()];
        private
            .signing
            .sign_digest(how.encoding, &digest, &mut signature)
            .map_err(|_| Error::new(ErrorKind::Other, "the digest could not be signed"))?;
        Ok(signature)
    }

    pub(super) fn verify(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &[u8],
        signature_: &[u8],
    ) -> Result<bool> {
        let how = signature(algorithm).ok_or_else(|| refuse::signature(algorithm, self))?;
        let digest = refuse::or_digest(algorithm, how.digest, digest)?;
        Ok(self.verifying(how)?.verify_digest_sig(&digest, signature_).is_ok())
    }

    fn verifying(&self, how: Signature) -> Result<&ParsedPublicKey> {
        let failed = || Error::new(ErrorKind::Other, "the RSA key could not be prepared");
        let slot = self.verifying.get(how.slot).ok_or_else(failed)?;
        if let Some(key) = slot.get() {
            return Ok(key);
        }
        let key = self.components.to_parsed_public_key(how.parameters).map_err(|_| failed())?;
        Ok(slot.get_or_init(|| key))
    }

    /// Why so many bytes were not encrypted.
    fn not_encrypted(&self, padding: Padding, len: usize) -> Error {
        let (most, algorithm) = match padding {
            Padding::Oaep(algorithm) => (self.oaep.max_plaintext_size(algorithm), name(algorithm)),
            Padding::Pkcs1 => (self.pkcs1.max_plaintext_size(), EncryptionAlgorithm::Rsa1_5),
        };
        if len <= most {
            return Error::new(ErrorKind::Other, format!("encryption by {algorithm} failed"));
        }
        Error::invalid_input(format!(
            "algorithm {algorithm} with this {self} takes up to {most} bytes, and these are {len}"
        ))
        .with_advice("encrypt the data by AES-GCM with a new key, and wrap that key")
    }
}

impl Private {
    fn new(jwk: &JsonWebKey) -> Result<Self> {
        let signing = pair(jwk)?;
        let failed = || Error::new(ErrorKind::Other, "the RSA key could not be prepared");
        let der = AsDer::as_der(&signing).map_err(|_| failed())?;
        let key = PrivateDecryptingKey::from_pkcs8(der.as_ref()).map_err(|_| failed())?;
        Ok(Self {
            signing,
            oaep: OaepPrivateDecryptingKey::new(key.clone()).map_err(|_| failed())?,
            pkcs1: Pkcs1PrivateDecryptingKey::new(key).map_err(|_| failed())?,
        })
    }
}

/// The key pair of a private RSA key, checked.
pub(crate) fn pair(jwk: &JsonWebKey) -> Result<RsaKeyPair> {
    let (n, e) = jwk.rsa_numbers()?;
    let [d, p, q, dp, dq, qi] = jwk.rsa_secrets()?;
    RsaKeyPair::from_components(&KeyPairComponents {
        public_key: RsaPublicKeyComponents { n, e },
        d,
        p,
        q,
        dP: dp,
        dQ: dq,
        qInv: qi,
    })
    .map_err(|_| {
        Error::invalid_input(format!(
            "the members of the RSA key do not fit each other, or it has not {} to {} bits",
            SIZES.start(),
            SIZES.end()
        ))
    })
}

/// How to encrypt by `algorithm`, for RSA.
pub(super) fn encryption(algorithm: &EncryptionAlgorithm, rsa1_5: bool) -> Result<Padding> {
    match algorithm {
        EncryptionAlgorithm::RsaOaep256 => Ok(Padding::Oaep(&OAEP_SHA256_MGF1SHA256)),
        EncryptionAlgorithm::RsaOaep => Ok(Padding::Oaep(&OAEP_SHA1_MGF1SHA1)),
        EncryptionAlgorithm::Rsa1_5 if rsa1_5 => Ok(Padding::Pkcs1),
        EncryptionAlgorithm::Rsa1_5 => Err(refuse::rsa1_5()),
        other => Err(refuse::encryption(other, &"RSA key")),
    }
}

fn name(algorithm: &OaepAlgorithm) -> EncryptionAlgorithm {
    if algorithm.id() == OAEP_SHA1_MGF1SHA1.id() {
        EncryptionAlgorithm::RsaOaep
    } else {
        EncryptionAlgorithm::RsaOaep256
    }
}

/// How to sign by `algorithm`, if it is one of RSA's that is computed here.
pub(super) fn signature(algorithm: &SignatureAlgorithm) -> Option<Signature> {
    use SignatureAlgorithm as A;
    let (encoding, parameters, slot): (_, _, usize) = match algorithm {
        A::RS256 => (&signature::RSA_PKCS1_SHA256, &signature::RSA_PKCS1_2048_8192_SHA256, 0),
        A::RS384 => (&signature::RSA_PKCS1_SHA384, &signature::RSA_PKCS1_2048_8192_SHA384, 1),
        A::RS512 => (&signature::RSA_PKCS1_SHA512, &signature::RSA_PKCS1_2048_8192_SHA512, 2),
        A::PS256 => (&signature::RSA_PSS_SHA256, &signature::RSA_PSS_2048_8192_SHA256, 3),
        A::PS384 => (&signature::RSA_PSS_SHA384, &signature::RSA_PSS_2048_8192_SHA384, 4),
        A::PS512 => (&signature::RSA_PSS_SHA512, &signature::RSA_PSS_2048_8192_SHA512, 5),
        _ => return None,
    };
    Some(Signature { encoding, parameters, digest: algorithm.hash()?, slot })
}

impl fmt::Display for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RSA key of {} bits", self.bits)
    }
}
