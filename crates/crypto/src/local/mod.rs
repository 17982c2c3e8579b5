//! Keys parsed for use: the service's algorithms computed in this process.

pub(crate) mod aes;
mod ec;
mod encrypted;
mod oct;
mod refuse;
mod rsa;

use std::{fmt, sync::Arc};

use azvault_core::{Result, SecretBytes};
pub(crate) use ec::pair as ec_pair;
pub use encrypted::Encrypted;
pub(crate) use rsa::pair as rsa_pair;

use crate::{
    EncryptionAlgorithm, JsonWebKey, KeyOperation, SignatureAlgorithm,
    local::{ec::EcKey, oct::OctKey, rsa::RsaKey},
};

/// A key to compute with in this process, by aws-lc-rs: parsed and checked once, used often, from
/// any thread. Clones share it.
///
/// | Key | to encrypt and decrypt | to wrap and unwrap keys | to sign and verify |
/// |---|---|---|---|
/// | RSA, 2048 to 8192 bits | `RSA-OAEP-256`, `RSA-OAEP`, `RSA1_5` | the same | `RS*`, `PS*` |
/// | EC | | | `ES256` on P-256, `ES384` on P-384, `ES512` on P-521, `ES256K` on P-256K |
/// | symmetric, 16, 24 or 32 bytes | `A*GCM`, `A*CBC`, `A*CBCPAD` | `A*KW` | `HS*` |
/// | symmetric, other lengths up to 512 bytes | | | `HS*` |
///
/// `RSNULL` and `CKM_*` are computed by the service alone. A public key encrypts, wraps and
/// verifies. `key_ops` are not looked at here: they are for the owner of the key to apply.
///
/// `RSA1_5` is refused unless [allowed](Self::allowing_rsa1_5).
///
/// # Examples
/// ```
/// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
///
/// let key = LocalKey::new(&JsonWebKey::oct([7; 32]))?;
/// let sealed = key.encrypt(&EncryptionAlgorithm::A256Gcm, b"hello", None, b"page 1")?;
/// let opened = key.decrypt(
///     &EncryptionAlgorithm::A256Gcm,
///     &sealed.ciphertext,
///     sealed.iv.as_deref(),
///     sealed.tag.as_deref(),
///     b"page 1",
/// )?;
/// assert_eq!(opened.expose(), b"hello");
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone)]
pub struct LocalKey {
    key: Arc<Parsed>,
    rsa1_5: bool,
}

struct Parsed {
    jwk: JsonWebKey,
    material: Material,
}

enum Material {
    Rsa(Box<RsaKey>),
    Ec(Box<EcKey>),
    Oct(Box<OctKey>),
}

impl LocalKey {
    /// Parses and checks `jwk`.
    ///
    /// # Errors
    /// - An RSA key of fewer than 2048 or more than 8192 bits, with an exponent that cannot be one,
    ///   or with some of its private members but not all of `d`, `p`, `q`, `dp`, `dq` and `qi`.
    /// - An EC key on a curve that is not known here, or with a point that is not on its curve.
    /// - A symmetric key without `k`, or of fewer than 16 or more than 512 bytes.
    /// - Private members that do not fit the public ones.
    /// - A kind of key that is not known here.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyCurve, LocalKey};
    ///
    /// let nowhere = JsonWebKey::ec(KeyCurve::P256, [1], [1])?;
    /// let error = LocalKey::new(&nowhere).unwrap_err();
    /// assert_eq!(error.message(), "the point of x and y is not on the curve P-256");
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn new(jwk: &JsonWebKey) -> Result<Self> {
        let kind = jwk.key_type();
        let material = if kind.is_rsa() {
            Material::Rsa(Box::new(RsaKey::new(jwk)?))
        } else if kind.is_ec() {
            Material::Ec(Box::new(EcKey::new(jwk)?))
        } else if kind.is_oct() {
            Material::Oct(Box::new(OctKey::new(jwk)?))
        } else {
            return Err(refuse::kind(kind));
        };
        Ok(Self { key: Arc::new(Parsed { jwk: jwk.to_public(), material }), rsa1_5: false })
    }

    /// The same key, for which `RSA1_5` is computed too.
    ///
    /// RSAES-PKCS1-v1_5 cannot tell a wrong ciphertext from a right one without a check that others
    /// may see: who can send ciphertexts and learn, from an answer or its time, whether they
    /// decrypted can decrypt what they please (Bleichenbacher's attack, RFC 8017 section 7.2). Use
    /// it to read what was encrypted so, where nobody can ask often, and RSA-OAEP-256 for all else.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = LocalKey::new(&JsonWebKey::rsa(n, [1, 0, 1]))?;
    /// assert!(key.encrypt(&EncryptionAlgorithm::Rsa1_5, b"old", None, b"").is_err());
    /// let key = key.allowing_rsa1_5();
    /// assert!(key.encrypt(&EncryptionAlgorithm::Rsa1_5, b"old", None, b"").is_ok());
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    #[must_use]
    pub fn allowing_rsa1_5(mut self) -> Self {
        self.rsa1_5 = true;
        self
    }

    /// The public part of the key.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, LocalKey};
    ///
    /// let key = LocalKey::new(&JsonWebKey::oct([7; 32]).with_kid("k"))?;
    /// assert_eq!(key.jwk().kid(), Some("k"));
    /// assert!(!key.jwk().has_private_part());
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn jwk(&self) -> &JsonWebKey {
        &self.key.jwk
    }

    /// Whether [`encrypt`](Self::encrypt), [`decrypt`](Self::decrypt),
    /// [`wrap_key`](Self::wrap_key) or [`unwrap_key`](Self::unwrap_key) can be computed here: the
    /// algorithm fits the operation and the key, and the private part is here if it is needed.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, KeyOperation, LocalKey};
    ///
    /// let key = LocalKey::new(&JsonWebKey::oct([7; 16]))?;
    /// assert!(key.supports_encryption(&KeyOperation::WrapKey, &EncryptionAlgorithm::A128Kw));
    /// assert!(!key.supports_encryption(&KeyOperation::WrapKey, &EncryptionAlgorithm::A256Kw));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn supports_encryption(
        &self,
        operation: &KeyOperation,
        algorithm: &EncryptionAlgorithm,
    ) -> bool {
        match (operation, &self.key.material) {
            (KeyOperation::Encrypt | KeyOperation::WrapKey, Material::Rsa(_)) => {
                rsa::encryption(algorithm, self.rsa1_5).is_ok()
            }
            (KeyOperation::Decrypt | KeyOperation::UnwrapKey, Material::Rsa(key)) => {
                key.has_private_part() && rsa::encryption(algorithm, self.rsa1_5).is_ok()
            }
            (KeyOperation::Encrypt | KeyOperation::Decrypt, Material::Oct(key)) => {
                key.encrypts_by(algorithm)
            }
            (KeyOperation::WrapKey | KeyOperation::UnwrapKey, Material::Oct(key)) => {
                key.wraps_by(algorithm)
            }
            _ => false,
        }
    }

    /// Whether [`sign`](Self::sign) or [`verify`](Self::verify) can be computed here: the algorithm
    /// fits the key, and the private part is here if it is needed.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyOperation, LocalKey, SignatureAlgorithm};
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = LocalKey::new(&JsonWebKey::rsa(n, [1, 0, 1]))?;
    /// assert!(key.supports_signature(&KeyOperation::Verify, &SignatureAlgorithm::PS256));
    /// assert!(!key.supports_signature(&KeyOperation::Sign, &SignatureAlgorithm::PS256));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn supports_signature(
        &self,
        operation: &KeyOperation,
        algorithm: &SignatureAlgorithm,
    ) -> bool {
        let (fits, private) = match &self.key.material {
            Material::Rsa(key) => (rsa::signature(algorithm).is_some(), key.has_private_part()),
            Material::Ec(key) => (key.curve().algorithm == *algorithm, key.has_private_part()),
            Material::Oct(_) => (oct::mac(algorithm).is_some(), true),
        };
        match operation {
            KeyOperation::Verify => fits,
            KeyOperation::Sign => fits && private,
            _ => false,
        }
    }

    /// Encrypts `plaintext`.
    ///
    /// `iv` and `aad` are for AES: the IV of 16 bytes for `CBC` and `CBCPAD` and of 12 bytes for
    /// `GCM` is made here, at random, and returned. `aad` is what `GCM` protects without encrypting
    /// it; empty elsewhere.
    ///
    /// Give an IV to check known answers, or where a protocol prescribes it. **With `GCM`, a second
    /// message under the same key and IV gives both away, and lets others forge**; with keys that
    /// encrypt more than some 2^32 messages even a random one will repeat (NIST SP 800-38D, 8.3).
    ///
    /// # Errors
    /// The algorithm does not fit the key; the plaintext is too long for an RSA key, or for `CBC`
    /// no multiple of 16 bytes; the IV has another length; `aad` or `iv` is given where the algorithm
    /// has none.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = LocalKey::new(&JsonWebKey::rsa(n, [1, 0, 1]))?;
    /// let sealed = key.encrypt(&EncryptionAlgorithm::RsaOaep256, b"hello", None, b"")?;
    /// assert_eq!((sealed.ciphertext.len(), sealed.iv), (256, None));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn encrypt(
        &self,
        algorithm: &EncryptionAlgorithm,
        plaintext: &[u8],
        iv: Option<&[u8]>,
        aad: &[u8],
    ) -> Result<Encrypted> {
        match &self.key.material {
            Material::Rsa(key) => {
                let padding = rsa::encryption(algorithm, self.rsa1_5)?;
                refuse::extras(algorithm, iv, None, aad)?;
                key.encrypt(padding, plaintext).map(Encrypted::bare)
            }
            Material::Ec(key) => Err(refuse::encryption(algorithm, key)),
            Material::Oct(key) => key.encrypt(algorithm, plaintext, iv, aad),
        }
    }

    /// Decrypts `ciphertext`, with the IV, the tag and the `aad` of its encryption.
    ///
    /// # Errors
    /// As for [`encrypt`](Self::encrypt); the private part is missing; or the ciphertext, the IV, the
    /// tag, `aad` and the key do not belong together: then the error is the same whichever of them
    /// it is, and does not tell a wrong padding from anything else. `CBC` cannot notice it at all
    /// and `CBCPAD` seldom; where others may send ciphertexts, use `GCM`.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
    ///
    /// let key = LocalKey::new(&JsonWebKey::oct([7; 16]))?;
    /// let sealed = key.encrypt(&EncryptionAlgorithm::A128Gcm, b"hello", None, b"")?;
    /// let (iv, tag) = (sealed.iv.as_deref(), sealed.tag.as_deref());
    /// let decrypt = |ciphertext: &[u8], aad: &[u8]| {
    ///     key.decrypt(&EncryptionAlgorithm::A128Gcm, ciphertext, iv, tag, aad)
    /// };
    /// assert_eq!(decrypt(&sealed.ciphertext, b"")?.expose(), b"hello");
    /// let errors = [decrypt(b"jello", b""), decrypt(&sealed.ciphertext, b"x")];
    /// let [one, other] = errors.map(|result| result.unwrap_err().to_string());
    /// assert_eq!(one, other);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn decrypt(
        &self,
        algorithm: &EncryptionAlgorithm,
        ciphertext: &[u8],
        iv: Option<&[u8]>,
        tag: Option<&[u8]>,
        aad: &[u8],
    ) -> Result<SecretBytes> {
        match &self.key.material {
            Material::Rsa(key) => {
                let padding = rsa::encryption(algorithm, self.rsa1_5)?;
                refuse::extras(algorithm, iv, tag, aad)?;
                key.decrypt(padding, ciphertext)
            }
            Material::Ec(key) => Err(refuse::encryption(algorithm, key)),
            Material::Oct(key) => key.decrypt(algorithm, ciphertext, iv, tag, aad),
        }
    }

    /// Wraps another key: encrypts it by RSA, or by AES key wrap (RFC 3394).
    ///
    /// # Errors
    /// The algorithm does not fit the key; `key` is too long for an RSA key, or for `A*KW` shorter than
    /// 16 bytes or no multiple of 8.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
    ///
    /// let key = LocalKey::new(&JsonWebKey::oct([7; 24]))?;
    /// let wrapped = key.wrap_key(&EncryptionAlgorithm::A192Kw, &[1; 32])?;
    /// assert_eq!(wrapped.len(), 40);
    /// assert_eq!(key.unwrap_key(&EncryptionAlgorithm::A192Kw, &wrapped)?.expose(), [1; 32]);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn wrap_key(&self, algorithm: &EncryptionAlgorithm, key: &[u8]) -> Result<Vec<u8>> {
        match &self.key.material {
            Material::Rsa(by) => by.encrypt(rsa::encryption(algorithm, self.rsa1_5)?, key),
            Material::Ec(by) => Err(refuse::encryption(algorithm, by)),
            Material::Oct(by) => by.wrap(algorithm, key),
        }
    }

    /// Unwraps a key that [`wrap_key`](Self::wrap_key) or the service has wrapped.
    ///
    /// # Errors
    /// The algorithm does not fit the key; the private part is missing; or the wrapped key was not
    /// made with this key: one error, as in [`decrypt`](Self::decrypt).
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
    ///
    /// // RFC 3394, 4.1.
    /// let key = LocalKey::new(&JsonWebKey::oct((0..16).collect::<Vec<u8>>()))?;
    /// let wrapped = 0x1fa6_8b0a_8112_b447_aef3_4bd8_fb5a_7b82_u128.to_be_bytes();
    /// let wrapped = [&wrapped[..], &0x9d3e_8623_71d2_cfe5_u64.to_be_bytes()].concat();
    /// let unwrapped = key.unwrap_key(&EncryptionAlgorithm::A128Kw, &wrapped)?;
    /// assert_eq!(unwrapped.expose()[..3], [0x00, 0x11, 0x22]);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn unwrap_key(
        &self,
        algorithm: &EncryptionAlgorithm,
        wrapped: &[u8],
    ) -> Result<SecretBytes> {
        match &self.key.material {
            Material::Rsa(by) => by.decrypt(rsa::encryption(algorithm, self.rsa1_5)?, wrapped),
            Material::Ec(by) => Err(refuse::encryption(algorithm, by)),
            Material::Oct(by) => by.unwrap(algorithm, wrapped),
        }
    }

    /// Signs a digest; `HS*` compute their MAC of whatever is given.
    ///
    /// ECDSA gives `r || s`, which [`ecdsa`](crate::ecdsa) makes into DER; the salt of `PS*` is as
    /// long as the digest (RFC 7518, 3.5).
    ///
    /// # Errors
    /// The algorithm does not fit the key; the digest has another length than the algorithm's; the
    /// private part is missing.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, LocalKey, SignatureAlgorithm};
    ///
    /// let key = LocalKey::new(&JsonWebKey::oct([7; 32]))?;
    /// let mac = key.sign(&SignatureAlgorithm::HS256, b"message")?;
    /// assert!(key.verify(&SignatureAlgorithm::HS256, b"message", &mac)?);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn sign(&self, algorithm: &SignatureAlgorithm, digest: &[u8]) -> Result<Vec<u8>> {
        match &self.key.material {
            Material::Rsa(key) => key.sign(algorithm, digest),
            Material::Ec(key) => key.sign(algorithm, digest),
            Material::Oct(key) => key.sign(algorithm, digest),
        }
    }

    /// Whether `signature` is this key's signature of `digest`; one of another length is none.
    ///
    /// # Errors
    /// The algorithm does not fit the key, or the digest has another length than the algorithm's.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, LocalKey, SignatureAlgorithm::PS256};
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = LocalKey::new(&JsonWebKey::rsa(n, [1, 0, 1]))?;
    /// let digest = PS256.digest(b"message")?;
    /// assert!(!key.verify(&PS256, &digest, b"not a signature")?);
    /// assert!(key.verify(&PS256, b"not a digest", &[0; 256]).is_err());
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn verify(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        match &self.key.material {
            Material::Rsa(key) => key.verify(algorithm, digest, signature),
            Material::Ec(key) => key.verify(algorithm, digest, signature),
            Material::Oct(key) => key.verify(algorithm, digest, signature),
        }
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, private): (&dyn fmt::Display, bool) = match &self.key.material {
            Material::Rsa(key) => (&**key, key.has_private_part()),
            Material::Ec(key) => (&**key, key.has_private_part()),
            Material::Oct(key) => (&**key, true),
        };
        f.debug_struct("LocalKey")
            .field("kid", &self.jwk().kid())
            .field("kind", &format_args!("{kind}"))
            .field("private", &private)
            .finish_non_exhaustive()
    }
}
