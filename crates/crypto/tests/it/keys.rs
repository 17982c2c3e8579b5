//! Keys to test with, and what belongs to a curve.

use aws_lc_rs::{
    encoding::AsDer,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
    },
};
use azvault_crypto::{JsonWebKey, KeyCurve, SignatureAlgorithm};

/// A new private EC key.
pub(crate) fn ec(curve: &KeyCurve) -> JsonWebKey {
    let algorithm = match curve {
        KeyCurve::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
        KeyCurve::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        KeyCurve::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
        KeyCurve::P256K => &ECDSA_P256K1_SHA256_FIXED_SIGNING,
        other => panic!("{other} is no curve to test with"),
    };
    let pair = EcdsaKeyPair::generate(algorithm).unwrap();
    JsonWebKey::from_der(pair.to_pkcs8v1().unwrap().as_ref()).unwrap()
}

/// A new private RSA key of 2048 bits.
pub(crate) fn rsa() -> JsonWebKey {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    JsonWebKey::from_der(AsDer::as_der(&pair).unwrap().as_ref()).unwrap()
}

pub(crate) fn algorithm_of(curve: &KeyCurve) -> SignatureAlgorithm {
    match curve {
        KeyCurve::P256 => SignatureAlgorithm::ES256,
        KeyCurve::P384 => SignatureAlgorithm::ES384,
        KeyCurve::P521 => SignatureAlgorithm::ES512,
        KeyCurve::P256K => SignatureAlgorithm::ES256K,
        other => panic!("{other} is no curve to test with"),
    }
}

/// The length of a curve's numbers in bytes.
pub(crate) fn len_of(curve: &KeyCurve) -> usize {
    match curve {
        KeyCurve::P256 | KeyCurve::P256K => 32,
        KeyCurve::P384 => 48,
        KeyCurve::P521 => 66,
        other => panic!("{other} is no curve to test with"),
    }
}
