//! What is known of each curve.

use aws_lc_rs::{digest, signature};
use azvault_core::{Error, Result};
use pkcs8::ObjectIdentifier;

use crate::{KeyCurve, SignatureAlgorithm};

/// A curve that is computed here.
pub(crate) struct Curve {
    pub(crate) name: KeyCurve,
    /// The word of RFC 7518 and RFC 8812, which is not always the service's.
    pub(crate) standard_name: &'static str,
    pub(crate) oid: ObjectIdentifier,
    /// The length of a coordinate, of `r`, of `s` and of the private scalar, in bytes.
    pub(crate) len: usize,
    /// The one algorithm that this curve is for.
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) digest: &'static digest::Algorithm,
    pub(crate) signing: &'static signature::EcdsaSigningAlgorithm,
    pub(crate) verification: &'static signature::EcdsaVerificationAlgorithm,
}

impl Curve {
    pub(crate) fn of(curve: &KeyCurve) -> Result<&'static Self> {
        match curve {
            KeyCurve::P256 => Ok(&P256),
            KeyCurve::P384 => Ok(&P384),
            KeyCurve::P521 => Ok(&P521),
            KeyCurve::P256K => Ok(&P256K),
            KeyCurve::Unknown(_) => Err(Error::invalid_input(
                "the curve is not known here: P-256, P-384, P-521 and P-256K (secp256k1) are",
            )),
        }
    }

    /// A number of this curve's length, big-endian: shorter ones are filled up with zeros before
    /// them, which some writers leave out, and zeros too many are dropped.
    pub(crate) fn number(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let bytes = without_leading_zeros(bytes);
        let mut number = vec![0; self.len.checked_sub(bytes.len())?];
        number.reserve_exact(bytes.len());
        number.extend_from_slice(bytes);
        Some(number)
    }
}

/// A big-endian number as short as it can be written; nothing for zero.
pub(crate) fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
    bytes.get(start..).unwrap_or_default()
}

pub(crate) static ALL: [&Curve; 4] = [&P256, &P384, &P521, &P256K];

static P256: Curve = Curve {
    name: KeyCurve::P256,
    standard_name: "P-256",
    oid: ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
    len: 32,
    algorithm: SignatureAlgorithm::ES256,
    digest: &digest::SHA256,
    signing: &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
    verification: &signature::ECDSA_P256_SHA256_FIXED,
};

static P384: Curve = Curve {
    name: KeyCurve::P384,
    standard_name: "P-384",
    oid: ObjectIdentifier::new_unwrap("1.3.132.0.34"),
    len: 48,
    algorithm: SignatureAlgorithm::ES384,
    digest: &digest::SHA384,
    signing: &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    verification: &signature::ECDSA_P384_SHA384_FIXED,
};

static P521: Curve = Curve {
    name: KeyCurve::P521,
    standard_name: "P-521",
    oid: ObjectIdentifier::new_unwrap("1.3.132.0.35"),
    len: 66,
    algorithm: SignatureAlgorithm::ES512,
    digest: &digest::SHA512,
    signing: &signature::ECDSA_P521_SHA512_FIXED_SIGNING,
    verification: &signature::ECDSA_P521_SHA512_FIXED,
};

static P256K: Curve = Curve {
    name: KeyCurve::P256K,
    standard_name: "secp256k1",
    oid: ObjectIdentifier::new_unwrap("1.3.132.0.10"),
    len: 32,
    algorithm: SignatureAlgorithm::ES256K,
    digest: &digest::SHA256,
    signing: &signature::ECDSA_P256K1_SHA256_FIXED_SIGNING,
    verification: &signature::ECDSA_P256K1_SHA256_FIXED,
};
