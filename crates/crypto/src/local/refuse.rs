//! Why something cannot be computed here: what was wrong, and what would be right; never a value.

use std::fmt::Display;

use aws_lc_rs::digest::{self, Digest};
use azvault_core::{Error, Result};

use crate::{EncryptionAlgorithm, KeyType, SignatureAlgorithm, curve};

pub(super) fn kind(kind: &KeyType) -> Error {
    Error::invalid_input(format!(
        "keys of type {} are not computed here: RSA, EC and oct are",
        kind.briefly()
    ))
}

/// `key`, which a phrase like "RSA key of 2048 bits" stands for, is not what `algorithm` needs.
pub(super) fn encryption(algorithm: &EncryptionAlgorithm, key: &dyn Display) -> Error {
    let needs = match (algorithm.mode(), algorithm.key_bits()) {
        (None, _) => return remote(algorithm),
        (Some(_), Some(bits)) => format!("a symmetric key of {bits} bits"),
        (Some(_), None) => "an RSA key".to_owned(),
    };
    Error::invalid_input(format!("algorithm {algorithm} needs {needs}, and this is an {key}"))
}

/// As [`encryption`], for signatures.
pub(super) fn signature(algorithm: &SignatureAlgorithm, key: &dyn Display) -> Error {
    use SignatureAlgorithm as A;
    let needs = match algorithm {
        A::RS256 | A::RS384 | A::RS512 | A::PS256 | A::PS384 | A::PS512 => "an RSA key".to_owned(),
        A::HS256 | A::HS384 | A::HS512 => "a symmetric key".to_owned(),
        A::RsNull | A::Unknown(_) => return remote(algorithm),
        _ => match curve::ALL.iter().find(|curve| curve.algorithm == *algorithm) {
            Some(curve) => format!("an EC key on {}", curve.name),
            None => return remote(algorithm),
        },
    };
    Error::invalid_input(format!("algorithm {algorithm} needs {needs}, and this is an {key}"))
}

fn remote(algorithm: &dyn Display) -> Error {
    Error::invalid_input(format!("algorithm {algorithm} is not computed here, only by the service"))
}

pub(super) fn rsa1_5() -> Error {
    Error::invalid_input(
        "algorithm RSA1_5 is not allowed for this key: who can tell whether a ciphertext decrypts can decrypt with it",
    )
    .with_advice("use RSA-OAEP-256, or allow it by allowing_rsa1_5 to read what was encrypted so")
}

/// The algorithm fits the key, but is for the other pair of operations.
pub(super) fn purpose(algorithm: &EncryptionAlgorithm, wraps: bool) -> Error {
    Error::invalid_input(if wraps {
        format!("algorithm {algorithm} wraps keys: use wrap_key and unwrap_key")
    } else {
        format!("algorithm {algorithm} wraps no keys: use encrypt and decrypt")
    })
}

pub(super) fn no_private_part(key: &dyn Display, operation: &str) -> Error {
    Error::invalid_input(format!(
        "to {operation} needs the private part of the key, and of this {key} only the public part is known here"
    ))
}

/// Refuses what an algorithm has no place for.
pub(super) fn extras(
    algorithm: &EncryptionAlgorithm,
    iv: Option<&[u8]>,
    tag: Option<&[u8]>,
    aad: &[u8],
) -> Result<()> {
    let what = match (iv, tag) {
        (Some(_), _) => "IV",
        (_, Some(_)) => "authentication tag",
        _ if !aad.is_empty() => "additional authenticated data",
        _ => return Ok(()),
    };
    Err(Error::invalid_input(format!("algorithm {algorithm} takes no {what}")))
}

/// Reads a digest of this algorithm's length.
pub(super) fn or_digest(
    algorithm: &SignatureAlgorithm,
    hash: &'static digest::Algorithm,
    bytes: &[u8],
) -> Result<Digest> {
    Digest::import_less_safe(bytes, hash).map_err(|_| {
        Error::invalid_input(format!(
            "algorithm {algorithm} signs a digest of {} bytes, and this one has {}",
            hash.output_len(),
            bytes.len()
        ))
    })
}

/// The one error of a decryption: it does not say why.
pub(super) fn decryption(algorithm: &EncryptionAlgorithm) -> Error {
    Error::invalid_input(format!(
        "decryption by {algorithm} failed: what was given was not encrypted so with this key"
    ))
}
