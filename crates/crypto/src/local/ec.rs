//! EC keys.

use std::fmt;

use aws_lc_rs::signature::{EcdsaKeyPair, ParsedPublicKey};
use azvault_core::{Error, ErrorKind, Result};

use super::refuse;
use crate::{JsonWebKey, SignatureAlgorithm, curve::Curve};

pub(crate) struct EcKey {
    curve: &'static Curve,
    public: ParsedPublicKey,
    pair: Option<EcdsaKeyPair>,
}

impl EcKey {
    pub(crate) fn new(jwk: &JsonWebKey) -> Result<Self> {
        let (curve, point) = point(jwk)?;
        let public = ParsedPublicKey::new(curve.verification, &point).map_err(|_| {
            Error::invalid_input(format!("the point of x and y is not on the curve {}", curve.name))
        })?;
        let pair = jwk.d().is_some().then(|| pair_at(jwk, curve, &point)).transpose()?;
        Ok(Self { curve, public, pair })
    }

    pub(super) fn curve(&self) -> &'static Curve {
        self.curve
    }

    pub(super) fn has_private_part(&self) -> bool {
        self.pair.is_some()
    }

    pub(super) fn sign(&self, algorithm: &SignatureAlgorithm, digest: &[u8]) -> Result<Vec<u8>> {
        self.check(algorithm)?;
        let Some(pair) = &self.pair else { return Err(refuse::no_private_part(self, "sign")) };
        let digest = refuse::or_digest(algorithm, self.curve.digest, digest)?;
        let signature = pair
            .sign_digest(&digest)
            .map_err(|_| Error::new(ErrorKind::Other, "the digest could not be signed"))?;
        Ok(signature.as_ref().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: &SignatureAlgorithm,
        digest: &[u8],
        signature: &[u8],
    ) -> Result<bool> {
        self.check(algorithm)?;
        let digest = refuse::or_digest(algorithm, self.curve.digest, digest)?;
        Ok(self.public.verify_digest_sig(&digest, signature).is_ok())
    }

    fn check(&self, algorithm: &SignatureAlgorithm) -> Result<()> {
        if self.curve.algorithm == *algorithm {
            return Ok(());
        }
        Err(refuse::signature(algorithm, self))
    }
}

/// The key pair of a private EC key, checked.
pub(crate) fn pair(jwk: &JsonWebKey) -> Result<EcdsaKeyPair> {
    let (curve, point) = point(jwk)?;
    pair_at(jwk, curve, &point)
}

fn pair_at(jwk: &JsonWebKey, curve: &Curve, point: &[u8]) -> Result<EcdsaKeyPair> {
    let d =
        jwk.d().and_then(|d| curve.number(d)).map(zeroize::Zeroizing::new).ok_or_else(|| {
            Error::invalid_input(format!(
                "a private EC key on {} needs a member d of {} bytes",
                curve.name, curve.len
            ))
        })?;
    EcdsaKeyPair::from_private_key_and_public_key(curve.signing, &d, point)
        .map_err(|_| Error::invalid_input("the member d of the EC key does not fit crv, x and y"))
}

fn point(jwk: &JsonWebKey) -> Result<(&'static Curve, Vec<u8>)> {
    let (curve, x, y) = jwk.ec_point()?;
    Ok((curve, [&[4], x.as_slice(), y.as_slice()].concat()))
}

impl fmt::Display for EcKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EC key on {}", self.curve.name)
    }
}
