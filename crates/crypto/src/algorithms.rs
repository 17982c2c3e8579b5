//! The algorithms that the service offers.

use aws_lc_rs::digest;
use azvault_core::{Error, Result};

azvault_core::service_enum! {
    /// How to sign. All take the digest that their name ends with, not the message; for what is
    /// special about `HS*` see [`digest`](Self::digest).
    ///
    /// Source: [JsonWebKeySignatureAlgorithm](https://learn.microsoft.com/rest/api/keyvault/keys/sign/sign#jsonwebkeysignaturealgorithm).
    pub enum SignatureAlgorithm {
        /// RSASSA-PKCS1-v1_5 with SHA-256.
        RS256 = "RS256",
        /// RSASSA-PKCS1-v1_5 with SHA-384.
        RS384 = "RS384",
        /// RSASSA-PKCS1-v1_5 with SHA-512.
        RS512 = "RS512",
        /// RSASSA-PSS with SHA-256 and MGF1 of it.
        PS256 = "PS256",
        /// RSASSA-PSS with SHA-384 and MGF1 of it.
        PS384 = "PS384",
        /// RSASSA-PSS with SHA-512 and MGF1 of it.
        PS512 = "PS512",
        /// ECDSA on P-256 with SHA-256.
        ES256 = "ES256",
        /// ECDSA on P-384 with SHA-384.
        ES384 = "ES384",
        /// ECDSA on P-521 with SHA-512.
        ES512 = "ES512",
        /// ECDSA on secp256k1 with SHA-256.
        ES256K = "ES256K",
        /// HMAC with SHA-256; managed HSMs only.
        HS256 = "HS256",
        /// HMAC with SHA-384; managed HSMs only.
        HS384 = "HS384",
        /// HMAC with SHA-512; managed HSMs only.
        HS512 = "HS512",
        /// RSASSA-PKCS1-v1_5 over what is given, for TLS before 1.2.
        RsNull = "RSNULL",
    }
}

impl SignatureAlgorithm {
    /// The length of the digest to sign, in bytes, where there is one: not for `HS*`, which take
    /// whatever is given, nor for `RSNULL`.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::SignatureAlgorithm;
    ///
    /// assert_eq!(SignatureAlgorithm::ES512.digest_len(), Some(64));
    /// assert_eq!(SignatureAlgorithm::HS512.digest_len(), None);
    /// ```
    pub fn digest_len(&self) -> Option<usize> {
        match self {
            Self::RS256 | Self::PS256 | Self::ES256 | Self::ES256K => Some(32),
            Self::RS384 | Self::PS384 | Self::ES384 => Some(48),
            Self::RS512 | Self::PS512 | Self::ES512 => Some(64),
            _ => None,
        }
    }

    /// Hashes `data` as this algorithm wants it: by SHA-256, SHA-384 or SHA-512, as its name ends.
    ///
    /// `HS*` are MACs of whatever is given to them, so that [`digest_len`](Self::digest_len) has
    /// no length for them. Their `digest` is here because the official clients' "sign data" hashes
    /// first and lets the service compute the HMAC of the hash; do so to agree with them. For an
    /// `HS256` of JOSE (RFC 7518, 3.2) sign the message itself.
    ///
    /// # Errors
    /// `RSNULL` and algorithms that are not known here have no digest.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::SignatureAlgorithm;
    ///
    /// let digest = SignatureAlgorithm::ES384.digest(b"message")?;
    /// assert_eq!(Some(digest.len()), SignatureAlgorithm::ES384.digest_len());
    /// assert!(SignatureAlgorithm::RsNull.digest(b"message").is_err());
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn digest(&self, data: &[u8]) -> Result<Vec<u8>> {
        let algorithm = self.hash().ok_or_else(|| {
            Error::invalid_input(format!("{self} does not say what to hash the data by"))
                .with_advice("hash the data as its receiver expects, and sign the digest")
        })?;
        Ok(digest::digest(algorithm, data).as_ref().to_vec())
    }

    pub(crate) fn hash(&self) -> Option<&'static digest::Algorithm> {
        match self {
            Self::RS256 | Self::PS256 | Self::ES256 | Self::ES256K | Self::HS256 => {
                Some(&digest::SHA256)
            }
            Self::RS384 | Self::PS384 | Self::ES384 | Self::HS384 => Some(&digest::SHA384),
            Self::RS512 | Self::PS512 | Self::ES512 | Self::HS512 => Some(&digest::SHA512),
            Self::RsNull | Self::Unknown(_) => None,
        }
    }
}

azvault_core::service_enum! {
    /// How to encrypt, or to wrap a key.
    ///
    /// Source: [JsonWebKeyEncryptionAlgorithm](https://learn.microsoft.com/rest/api/keyvault/keys/encrypt/encrypt#jsonwebkeyencryptionalgorithm).
    pub enum EncryptionAlgorithm {
        /// RSAES-OAEP with SHA-256: the one to choose for RSA.
        RsaOaep256 = "RSA-OAEP-256",
        /// RSAES-OAEP with SHA-1, for what was encrypted so. Microsoft recommends RSA-OAEP-256.
        RsaOaep = "RSA-OAEP",
        /// RSAES-PKCS1-v1_5, for what was encrypted so: who can tell a wrong padding from another
        /// error can decrypt with it. Microsoft recommends RSA-OAEP-256.
        Rsa1_5 = "RSA1_5",
        /// AES-GCM with a key of 128 bits.
        A128Gcm = "A128GCM",
        /// AES-GCM with a key of 192 bits.
        A192Gcm = "A192GCM",
        /// AES-GCM with a key of 256 bits.
        A256Gcm = "A256GCM",
        /// AES key wrap (RFC 3394) with a key of 128 bits.
        A128Kw = "A128KW",
        /// AES key wrap (RFC 3394) with a key of 192 bits.
        A192Kw = "A192KW",
        /// AES key wrap (RFC 3394) with a key of 256 bits.
        A256Kw = "A256KW",
        /// AES-CBC without padding, with a key of 128 bits. Unauthenticated.
        A128Cbc = "A128CBC",
        /// AES-CBC without padding, with a key of 192 bits. Unauthenticated.
        A192Cbc = "A192CBC",
        /// AES-CBC without padding, with a key of 256 bits. Unauthenticated.
        A256Cbc = "A256CBC",
        /// AES-CBC with PKCS#7 padding, with a key of 128 bits. Unauthenticated.
        A128CbcPad = "A128CBCPAD",
        /// AES-CBC with PKCS#7 padding, with a key of 192 bits. Unauthenticated.
        A192CbcPad = "A192CBCPAD",
        /// AES-CBC with PKCS#7 padding, with a key of 256 bits. Unauthenticated.
        A256CbcPad = "A256CBCPAD",
        /// PKCS#11's AES key wrap; managed HSMs only.
        CkmAesKeyWrap = "CKM_AES_KEY_WRAP",
        /// PKCS#11's AES key wrap with padding; managed HSMs only.
        CkmAesKeyWrapPad = "CKM_AES_KEY_WRAP_PAD",
    }
}
