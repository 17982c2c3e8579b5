//! The algorithm names of the protocol, and what each stands for.

use aws_lc_rs::digest::{self, Digest};

use super::{CryptoError, Curve};

/// An algorithm of encrypt, decrypt, wrapKey and unwrapKey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EncryptionAlgorithm {
    Rsa(RsaPadding),
    /// RFC 3394, padded RFC 5649; `None` where the name tells no size.
    AesKeyWrap {
        bits: Option<u32>,
        padded: bool,
    },
    AesCbc {
        bits: u32,
        padded: bool,
    },
    AesGcm {
        bits: u32,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaPadding {
    Pkcs1,
    OaepSha1,
    OaepSha256,
}

/// An algorithm of sign and verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    RsaPkcs1(Hash),
    RsaPss(Hash),
    Ecdsa(Curve),
    Hmac(Hash),
    EdDsa,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl EncryptionAlgorithm {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RSA1_5" => Self::Rsa(RsaPadding::Pkcs1),
            "RSA-OAEP" => Self::Rsa(RsaPadding::OaepSha1),
            "RSA-OAEP-256" => Self::Rsa(RsaPadding::OaepSha256),
            "CKM_AES_KEY_WRAP" => Self::AesKeyWrap { bits: None, padded: false },
            "CKM_AES_KEY_WRAP_PAD" => Self::AesKeyWrap { bits: None, padded: true },
            _ => {
                let rest = name.strip_prefix('A')?;
                let (bits, mode) = rest.split_at_checked(3)?;
                let bits = match bits {
                    "128" => 128,
                    "192" => 192,
                    "256" => 256,
                    _ => return None,
                };
                match mode {
                    "KW" => Self::AesKeyWrap { bits: Some(bits), padded: false },
                    "KWPAD" => Self::AesKeyWrap { bits: Some(bits), padded: true },
                    "CBC" => Self::AesCbc { bits, padded: false },
                    "CBCPAD" => Self::AesCbc { bits, padded: true },
                    "GCM" => Self::AesGcm { bits },
                    _ => return None,
                }
            }
        })
    }

    /// An algorithm of the ordinary operations: `A*KWPAD` is for secure wrap alone.
    pub(crate) fn parse_ordinary(name: &str) -> Option<Self> {
        Self::parse(name).filter(|algorithm| {
            !matches!(algorithm, Self::AesKeyWrap { bits: Some(_), padded: true })
        })
    }

    /// An algorithm of secure wrap and unwrap.
    pub(crate) fn parse_secure(name: &str) -> Option<Self> {
        Self::parse(name).filter(|algorithm| {
            matches!(algorithm, Self::AesKeyWrap { .. } | Self::Rsa(RsaPadding::OaepSha256))
        })
    }

    /// Whether it may wrap and unwrap keys; key wrap may do nothing else.
    pub(crate) fn fits(self, wrapping: bool) -> bool {
        match self {
            Self::Rsa(_) => true,
            Self::AesKeyWrap { .. } => wrapping,
            Self::AesCbc { .. } | Self::AesGcm { .. } => !wrapping,
        }
    }
}

impl SignatureAlgorithm {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::RsaPkcs1(Hash::Sha256),
            "RS384" => Self::RsaPkcs1(Hash::Sha384),
            "RS512" => Self::RsaPkcs1(Hash::Sha512),
            "PS256" => Self::RsaPss(Hash::Sha256),
            "PS384" => Self::RsaPss(Hash::Sha384),
            "PS512" => Self::RsaPss(Hash::Sha512),
            "ES256" => Self::Ecdsa(Curve::P256),
            "ES384" => Self::Ecdsa(Curve::P384),
            "ES512" => Self::Ecdsa(Curve::P521),
            "ES256K" => Self::Ecdsa(Curve::P256K),
            "HS256" => Self::Hmac(Hash::Sha256),
            "HS384" => Self::Hmac(Hash::Sha384),
            "HS512" => Self::Hmac(Hash::Sha512),
            "EdDSA" => Self::EdDsa,
            _ => return None,
        })
    }

    /// What its input is a digest by; EdDSA takes the message, and hashes within.
    pub(crate) fn hash(self) -> Hash {
        match self {
            Self::RsaPkcs1(hash) | Self::RsaPss(hash) | Self::Hmac(hash) => hash,
            Self::Ecdsa(Curve::P256 | Curve::P256K) => Hash::Sha256,
            Self::Ecdsa(Curve::P384) => Hash::Sha384,
            Self::Ecdsa(Curve::P521) | Self::EdDsa => Hash::Sha512,
        }
    }
}

impl Hash {
    /// Length of a digest, in bytes.
    pub(crate) fn len(self) -> usize {
        self.algorithm().output_len()
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
        }
    }

    /// The library's form of a digest that the caller has computed.
    pub(super) fn import(self, digest: &[u8]) -> Result<Digest, CryptoError> {
        Digest::import_less_safe(digest, self.algorithm()).map_err(|_| CryptoError::InputLength)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_key_wrap_by_size_is_for_secure_wrap_alone() {
        assert_eq!(EncryptionAlgorithm::parse_ordinary("A256KWPAD"), None);
        assert!(EncryptionAlgorithm::parse_secure("A256KWPAD").is_some());
        assert!(EncryptionAlgorithm::parse_ordinary("CKM_AES_KEY_WRAP_PAD").is_some());
        for name in ["RSA-OAEP", "RSA1_5", "A256GCM"] {
            assert_eq!(EncryptionAlgorithm::parse_secure(name), None, "{name}");
        }
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(
            EncryptionAlgorithm::parse("A192CBCPAD"),
            Some(EncryptionAlgorithm::AesCbc { bits: 192, padded: true })
        );
        for name in ["A512KW", "a128kw", "RSA-OAEP-512", "", "A", "A128"] {
            assert_eq!(EncryptionAlgorithm::parse(name), None, "{name}");
        }
        for name in ["ES256k", "HS128", "RSNULL", ""] {
            assert_eq!(SignatureAlgorithm::parse(name), None, "{name}");
        }
    }
}
