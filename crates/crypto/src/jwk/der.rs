//! Keys from and to DER.
//!
//! Formats are read by RustCrypto's crates and written by aws-lc-rs.

use aws_lc_rs::{
    encoding::AsDer,
    signature::{EcdsaKeyPair, KeyPair, ParsedPublicKey, RsaPublicKeyComponents},
};
use azvault_core::{Error, Result, SecretBytes};
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use pkcs8::{
    ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef,
    der::{Decode, Encode, Reader, SliceReader, asn1::OctetStringRef},
    spki::AlgorithmIdentifierRef,
};
use sec1::{EcParameters, EcPrivateKey};
use zeroize::Zeroizing;

use super::JsonWebKey;
use crate::{
    curve::{self, Curve},
    local,
};

/// Longer than any key that can be computed with: 8192 bits need some 5 KB.
const LIMIT: usize = 32 * 1024;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

impl JsonWebKey {
    /// Reads a key from DER: SubjectPublicKeyInfo (RFC 5280), PKCS#8 (RFC 5208, RFC 5958), PKCS#1
    /// (RFC 8017) or SEC1 (RFC 5915), told apart by their structure.
    ///
    /// # Errors
    /// It is none of these; an encrypted PKCS#8, which has to be decrypted first; a key that is
    /// neither RSA nor EC, or on a curve that is not known here; a private EC key that does not fit
    /// its public key; more than 32 KB.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyCurve};
    ///
    /// # let file = JsonWebKey::rsa([vec![0xc0], vec![0; 254], vec![1]].concat(), [1, 0, 1])
    /// #     .to_public_key_der()?;
    /// let key = JsonWebKey::from_der(&file)?;
    /// assert_eq!(key.rsa_bits(), Some(2048));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn from_der(der: &[u8]) -> Result<Self> {
        if der.len() > LIMIT {
            return Err(Error::invalid_input(format!(
                "a key in DER has up to {LIMIT} bytes, and these are {}",
                der.len()
            )));
        }
        if let Ok(info) = SubjectPublicKeyInfoRef::from_der(der) {
            let key = info.subject_public_key.as_bytes().unwrap_or_default();
            return public(&info.algorithm, key);
        }
        if let Ok(info) = PrivateKeyInfoRef::from_der(der) {
            return private(&info.algorithm, info.private_key.as_bytes());
        }
        if let Ok(key) = RsaPrivateKeyRef::from_der(der) {
            return rsa_private(&key);
        }
        if let Ok(key) = EcPrivateKey::from_der(der) {
            return ec_private(&key, None);
        }
        if let Ok(key) = RsaPublicKeyRef::from_der(der) {
            return Ok(Self::rsa(key.modulus.as_bytes(), key.public_exponent.as_bytes()));
        }
        if is_encrypted(der) {
            return Err(encrypted());
        }
        Err(Error::invalid_input(
            "this is no key in DER: SubjectPublicKeyInfo, PKCS#8, PKCS#1 or SEC1",
        ))
    }

    /// The public part as SubjectPublicKeyInfo (RFC 5280) in DER.
    ///
    /// # Errors
    /// Members are missing or are no key, or it is a symmetric key, which has no public part.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = JsonWebKey::rsa(n, [1, 0, 1]);
    /// assert_eq!(JsonWebKey::from_der(&key.to_public_key_der()?)?, key);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn to_public_key_der(&self) -> Result<Vec<u8>> {
        let der = if self.kty.is_rsa() {
            let (n, e) = self.rsa_numbers()?;
            AsDer::as_der(&RsaPublicKeyComponents { n, e }).ok()
        } else if self.kty.is_ec() {
            let (curve, x, y) = self.ec_point()?;
            let point = [&[4], x.as_slice(), y.as_slice()].concat();
            ParsedPublicKey::new(curve.verification, point).ok().and_then(|key| key.as_der().ok())
        } else {
            return Err(Error::invalid_input(format!(
                "a key of type {} has no public key to write as DER",
                self.kty.briefly()
            )));
        };
        let der = der.ok_or_else(|| {
            Error::invalid_input("the public members are no key: see what LocalKey::new says of it")
        })?;
        Ok(der.as_ref().to_vec())
    }

    /// The private key as PKCS#8 (RFC 5208) in DER, not encrypted.
    ///
    /// # Errors
    /// The private part is missing or does not fit the public one, or it is a symmetric key.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// # fn example(key: JsonWebKey) -> azvault_core::Result<()> {
    /// let der = key.to_private_key_der()?;
    /// assert_eq!(JsonWebKey::from_der(der.expose())?, key);
    /// # Ok(())
    /// # }
    /// ```
    pub fn to_private_key_der(&self) -> Result<SecretBytes> {
        if self.kty.is_oct() || !self.has_private_part() {
            return Err(Error::invalid_input(
                "only an RSA or EC key with its private part can be written as PKCS#8",
            ));
        }
        let failed = || Error::invalid_input("the key has no PKCS#8");
        if self.kty.is_rsa() {
            let der = AsDer::as_der(&local::rsa_pair(self)?).map_err(|_| failed())?;
            return Ok(SecretBytes::new(der.as_ref()));
        }
        let der = local::ec_pair(self)?.to_pkcs8v1().map_err(|_| failed())?;
        Ok(SecretBytes::new(der.as_ref()))
    }
}

pub(super) fn encrypted() -> Error {
    Error::invalid_input("the private key is encrypted, which is not read here")
        .with_advice("decrypt it first, by `openssl pkey` for instance")
}

/// Whether this is an EncryptedPrivateKeyInfo (RFC 5208, 6), by whatever scheme.
fn is_encrypted(der: &[u8]) -> bool {
    let read = |reader: &mut SliceReader<'_>| {
        reader.sequence(|inside| {
            AlgorithmIdentifierRef::decode(inside)?;
            <&OctetStringRef>::decode(inside).map(|_| ())
        })
    };
    SliceReader::new(der)
        .is_ok_and(|mut reader| read(&mut reader).is_ok_and(|()| reader.is_finished()))
}

fn public(algorithm: &AlgorithmIdentifierRef<'_>, key: &[u8]) -> Result<JsonWebKey> {
    match algorithm.oid {
        RSA => {
            let key = RsaPublicKeyRef::from_der(key).map_err(|_| malformed("RSA"))?;
            Ok(JsonWebKey::rsa(key.modulus.as_bytes(), key.public_exponent.as_bytes()))
        }
        EC => {
            let curve = named(algorithm.parameters_oid().ok())?;
            // By aws-lc-rs, since the point may be compressed. It would take a key in a key, too.
            let point = Some(key).filter(|key| matches!(key.first(), Some(2..=4)));
            let key = point.and_then(|point| ParsedPublicKey::new(curve.verification, point).ok());
            let der = key.and_then(|key| key.as_der().ok()).ok_or_else(|| malformed("EC"))?;
            let info =
                SubjectPublicKeyInfoRef::from_der(der.as_ref()).map_err(|_| malformed("EC"))?;
            JsonWebKey::ec_of_point(curve, info.subject_public_key.as_bytes().unwrap_or_default())
        }
        other => Err(of_another_kind(other)),
    }
}

fn private(algorithm: &AlgorithmIdentifierRef<'_>, key: &[u8]) -> Result<JsonWebKey> {
    match algorithm.oid {
        RSA => rsa_private(&RsaPrivateKeyRef::from_der(key).map_err(|_| malformed("RSA"))?),
        EC => {
            let key = EcPrivateKey::from_der(key).map_err(|_| malformed("EC"))?;
            ec_private(&key, algorithm.parameters_oid().ok())
        }
        other => Err(of_another_kind(other)),
    }
}

fn rsa_private(key: &RsaPrivateKeyRef<'_>) -> Result<JsonWebKey> {
    let secret = |number: &pkcs8::der::asn1::UintRef<'_>| SecretBytes::new(number.as_bytes());
    Ok(JsonWebKey::rsa(key.modulus.as_bytes(), key.public_exponent.as_bytes())
        .with_d(secret(&key.private_exponent))
        .with_primes(secret(&key.prime1), secret(&key.prime2))
        .with_crt(secret(&key.exponent1), secret(&key.exponent2), secret(&key.coefficient)))
}

/// A private EC key on the curve that it or what is around it names. Its public key may be missing;
/// if it is there, aws-lc-rs looks whether it fits.
fn ec_private(key: &EcPrivateKey<'_>, around: Option<ObjectIdentifier>) -> Result<JsonWebKey> {
    let inside = key.parameters.and_then(|parameters| parameters.named_curve());
    if inside.is_some() && around.is_some() && inside != around {
        return Err(malformed("EC"));
    }
    let curve = named(around.or(inside))?;
    let d = curve.number(key.private_key).ok_or_else(|| malformed("EC"))?;
    let d = SecretBytes::new(d);
    let whole = EcPrivateKey {
        private_key: d.expose(),
        parameters: Some(EcParameters::NamedCurve(curve.oid)),
        public_key: key.public_key,
    };
    let der = whole.to_der().map(Zeroizing::new).map_err(|_| malformed("EC"))?;
    let pair =
        EcdsaKeyPair::from_private_key_der(curve.signing, &der).map_err(|_| malformed("EC"))?;
    Ok(JsonWebKey::ec_of_point(curve, pair.public_key().as_ref())?.with_d(d))
}

fn named(oid: Option<ObjectIdentifier>) -> Result<&'static Curve> {
    curve::ALL.into_iter().find(|curve| Some(curve.oid) == oid).ok_or_else(|| {
        Error::invalid_input(
            "the EC key names no curve that is known here: P-256, P-384, P-521 or secp256k1",
        )
    })
}

fn malformed(kind: &str) -> Error {
    Error::invalid_input(format!("the {kind} key in it is malformed, or does not fit itself"))
}

fn of_another_kind(oid: ObjectIdentifier) -> Error {
    Error::invalid_input(format!("this is neither an RSA nor an EC key, but one of kind {oid}"))
}
