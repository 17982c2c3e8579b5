//! Elliptic-curve keys. Signatures are r and s side by side, as JOSE has them, not DER.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING,
        ECDSA_P256K1_SHA256_ASN1_SIGNING, ECDSA_P256K1_SHA256_FIXED,
        ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_ASN1_SIGNING, ECDSA_P521_SHA512_FIXED,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        EcdsaVerificationAlgorithm, KeyPair, UnparsedPublicKey,
    },
};

use serde::{Deserialize, Serialize};

use super::{CryptoError, SignatureAlgorithm, jwk::significant};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Curve {
    P256,
    P384,
    P521,
    P256K,
}

impl Curve {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521, Self::P256K]
            .into_iter()
            .find(|curve| curve.name() == name)
    }

    /// As `crv` spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::P256K => "P-256K",
        }
    }

    /// Bits of the key, as policies of certificates count them.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::P256 | Self::P256K => 256,
            Self::P384 => 384,
            Self::P521 => 521,
        }
    }

    /// Bytes of a coordinate.
    fn field_len(self) -> usize {
        match self {
            Self::P256 | Self::P256K => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    fn signing(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_FIXED_SIGNING,
            Self::P256K => &ECDSA_P256K1_SHA256_FIXED_SIGNING,
        }
    }

    fn signing_in_der(self) -> &'static EcdsaSigningAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_ASN1_SIGNING,
            Self::P384 => &ECDSA_P384_SHA384_ASN1_SIGNING,
            Self::P521 => &ECDSA_P521_SHA512_ASN1_SIGNING,
            Self::P256K => &ECDSA_P256K1_SHA256_ASN1_SIGNING,
        }
    }

    fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
            Self::P256K => &ECDSA_P256K1_SHA256_FIXED,
        }
    }
}

#[derive(Debug)]
pub(crate) struct EcKey {
    curve: Curve,
    pair: EcdsaKeyPair,
}

impl EcKey {
    pub(super) fn generate(curve: Curve) -> Result<Self, CryptoError> {
        let pair = EcdsaKeyPair::generate(curve.signing()).map_err(|_| CryptoError::Internal)?;
        Ok(Self { curve, pair })
    }

    /// A key from its parts, as long as their encoder wrote them: some write a sign in front, or no zeros.
    pub(super) fn import(curve: Curve, d: &[u8], x: &[u8], y: &[u8]) -> Result<Self, CryptoError> {
        let len = curve.field_len();
        let pad = |number: &[u8]| {
            let number = significant(number);
            let zeros = len.checked_sub(number.len()).ok_or(CryptoError::InvalidKey)?;
            Ok([vec![0; zeros].as_slice(), number].concat())
        };
        let point = [&[4], pad(x)?.as_slice(), pad(y)?.as_slice()].concat();
        EcdsaKeyPair::from_private_key_and_public_key(curve.signing(), &pad(d)?, &point)
            .map(|pair| Self { curve, pair })
            .map_err(|_| CryptoError::InvalidKey)
    }

    pub(super) fn from_pkcs8(curve: Curve, pkcs8: &[u8]) -> Result<Self, CryptoError> {
        EcdsaKeyPair::from_pkcs8(curve.signing(), pkcs8)
            .map(|pair| Self { curve, pair })
            .map_err(|_| CryptoError::InvalidKey)
    }

    pub(super) fn to_pkcs8(&self) -> Result<Vec<u8>, CryptoError> {
        self.pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()).map_err(|_| CryptoError::Internal)
    }

    /// A SubjectPublicKeyInfo (RFC 5280).
    pub(super) fn public_der(&self) -> Result<Vec<u8>, CryptoError> {
        AsDer::<PublicKeyX509Der<'_>>::as_der(self.pair.public_key())
            .map(|der| der.as_ref().to_vec())
            .map_err(|_| CryptoError::Internal)
    }

    /// In DER and over the curve's own digest, as certificates are signed.
    pub(super) fn sign_message(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        EcdsaKeyPair::from_pkcs8(self.curve.signing_in_der(), &self.to_pkcs8()?)
            .map_err(|_| CryptoError::Internal)?
            .sign(&SystemRandom::new(), message)
            .map(|signature| signature.as_ref().to_vec())
            .map_err(|_| CryptoError::Internal)
    }

    pub(crate) fn curve(&self) -> Curve {
        self.curve
    }

    /// The public point's coordinates, big-endian, each as long as the field.
    pub(crate) fn point(&self) -> (&[u8], &[u8]) {
        // The uncompressed form: one byte 4, then x, then y.
        let xy = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        xy.split_at_checked(xy.len() / 2).unwrap_or_default()
    }

    pub(super) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        if algorithm != SignatureAlgorithm::Ecdsa(self.curve) {
            return Err(CryptoError::Incompatible);
        }
        let digest = algorithm.hash().import(digest)?;
        let signature = self.pair.sign_digest(&digest).map_err(|_| CryptoError::Internal)?;
        Ok(signature.as_ref().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoError> {
        if algorithm != SignatureAlgorithm::Ecdsa(self.curve) {
            return Err(CryptoError::Incompatible);
        }
        let digest = algorithm.hash().import(digest)?;
        let public =
            UnparsedPublicKey::new(self.curve.verification(), self.pair.public_key().as_ref());
        Ok(public.verify_digest(&digest, signature).is_ok())
    }
}
