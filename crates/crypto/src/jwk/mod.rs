//! Keys as JSON web keys (RFC 7517): what one has, and what can be asked of it.

mod build;
mod der;
mod pem;
mod private;
mod thumbprint;

use std::fmt;

use aws_lc_rs::constant_time;
use azvault_core::{Base64Url, Error, Result, SecretBase64Url};
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    KeyCurve, KeyOperation, KeyType,
    curve::{Curve, without_leading_zeros},
};

/// A key as a JSON web key: an RSA or EC key, its public part or both, or a symmetric key.
///
/// `Serialize` writes the public members alone, whatever the key holds, and `Debug` shows no member
/// that is secret; [`to_private_json`](Self::to_private_json) is the one way to write them.
/// `Deserialize` reads all members. What it reads is not checked before the key is used, so that a
/// key which cannot be computed with here can still be looked at.
///
/// Words are the service's: `P-256K`, `RSA-HSM`, `EC-HSM` and `oct-HSM` where the standards have
/// `secp256k1`, `RSA`, `EC` and `oct`; `secp256k1` is read too.
///
/// Source: [JsonWebKey](https://learn.microsoft.com/rest/api/keyvault/keys/get-key/get-key#jsonwebkey),
/// RFC 7517, RFC 7518 section 6.
///
/// # Examples
/// ```
/// use azvault_crypto::{JsonWebKey, KeyType};
///
/// let key: JsonWebKey = serde_json::from_str(r#"{"kty":"oct","k":"c2VjcmV0"}"#)?;
/// assert_eq!(key.key_type(), &KeyType::Oct);
/// assert!(key.has_private_part());
/// assert_eq!(serde_json::to_string(&key)?, r#"{"kty":"oct"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct JsonWebKey {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    kty: KeyType,
    /// None at all is something else than nothing being said of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<KeyOperation>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<Base64Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<Base64Url>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "either_word")]
    crv: Option<KeyCurve>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<Base64Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<Base64Url>,
    #[serde(default, skip_serializing)]
    d: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    p: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    q: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    dp: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    dq: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    qi: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    k: Option<SecretBase64Url>,
    #[serde(default, skip_serializing)]
    key_hsm: Option<SecretBase64Url>,
}

impl JsonWebKey {
    /// The key's identifier: of a key in a vault its URL, with its version.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The kind of the key.
    pub fn key_type(&self) -> &KeyType {
        &self.kty
    }

    /// What the key may be used for; empty where nothing is said, and where nothing is permitted,
    /// which [`permits`](Self::permits) tells apart.
    pub fn key_ops(&self) -> &[KeyOperation] {
        self.key_ops.as_deref().unwrap_or_default()
    }

    /// Whether the key may be used for `operation`: one that says nothing of its operations may be
    /// used for all (RFC 7517, 4.3), one that names none for nothing.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyOperation};
    ///
    /// let key = JsonWebKey::oct([7; 32]);
    /// assert!(key.permits(&KeyOperation::WrapKey));
    /// assert!(!key.with_key_ops([KeyOperation::Encrypt]).permits(&KeyOperation::WrapKey));
    /// ```
    pub fn permits(&self, operation: &KeyOperation) -> bool {
        self.key_ops.as_ref().is_none_or(|named| named.contains(operation))
    }

    /// The RSA modulus, big-endian.
    pub fn n(&self) -> Option<&[u8]> {
        bytes(&self.n)
    }

    /// The RSA public exponent, big-endian; from some services with zeros before it.
    pub fn e(&self) -> Option<&[u8]> {
        bytes(&self.e)
    }

    /// The curve.
    pub fn curve(&self) -> Option<&KeyCurve> {
        self.crv.as_ref()
    }

    /// The point's first coordinate, big-endian; from some services without the zeros before it.
    pub fn x(&self) -> Option<&[u8]> {
        bytes(&self.x)
    }

    /// The point's second coordinate, big-endian; from some services without the zeros before it.
    pub fn y(&self) -> Option<&[u8]> {
        bytes(&self.y)
    }

    /// The size of an RSA key in bits.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// assert_eq!(JsonWebKey::rsa([0, 0xc0, 3], [1, 0, 1]).rsa_bits(), Some(16));
    /// ```
    pub fn rsa_bits(&self) -> Option<usize> {
        let n = without_leading_zeros(self.n()?);
        Some(n.len() * 8 - n.first()?.leading_zeros() as usize)
    }

    /// Whether the part that signs and decrypts is here: `d`, or `k` of a symmetric key.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// assert!(JsonWebKey::oct([7; 32]).has_private_part());
    /// assert!(!JsonWebKey::rsa([0xc0, 3], [1, 0, 1]).has_private_part());
    /// ```
    pub fn has_private_part(&self) -> bool {
        self.d.is_some() || self.k.is_some()
    }

    /// The key without its private members; nothing is left of a symmetric key but its name.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// let key = JsonWebKey::oct([7; 32]).with_kid("k");
    /// assert!(!key.to_public().has_private_part());
    /// assert_eq!(key.to_public().kid(), Some("k"));
    /// ```
    #[must_use]
    pub fn to_public(&self) -> Self {
        Self {
            kid: self.kid.clone(),
            key_ops: self.key_ops.clone(),
            n: self.n.clone(),
            e: self.e.clone(),
            crv: self.crv.clone(),
            x: self.x.clone(),
            y: self.y.clone(),
            ..Self::empty(self.kty.clone())
        }
    }

    /// The modulus and the exponent as short as they can be written.
    pub(crate) fn rsa_numbers(&self) -> Result<(&[u8], &[u8])> {
        let n = without_leading_zeros(self.n().unwrap_or_default());
        let e = without_leading_zeros(self.e().unwrap_or_default());
        if n.is_empty() || e.is_empty() {
            return Err(Error::invalid_input(format!(
                "a key of type {} needs the members n and e, which are not zero",
                self.kty.briefly()
            )));
        }
        Ok((n, e))
    }

    /// The curve, and the coordinates as long as its numbers.
    pub(crate) fn ec_point(&self) -> Result<(&'static Curve, Vec<u8>, Vec<u8>)> {
        let (Some(crv), Some(x), Some(y)) = (&self.crv, self.x(), self.y()) else {
            return Err(Error::invalid_input(format!(
                "a key of type {} needs the members crv, x and y",
                self.kty.briefly()
            )));
        };
        let curve = Curve::of(crv)?;
        let (Some(x), Some(y)) = (curve.number(x), curve.number(y)) else {
            return Err(Error::invalid_input(format!(
                "x or y has more than the {} bytes of {}",
                curve.len, curve.name
            )));
        };
        Ok((curve, x, y))
    }

    pub(crate) fn d(&self) -> Option<&[u8]> {
        secret(&self.d)
    }

    pub(crate) fn k(&self) -> Option<&[u8]> {
        secret(&self.k)
    }

    /// Whether there is any private member of an RSA key.
    pub(crate) fn has_rsa_secrets(&self) -> bool {
        [&self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi].into_iter().any(Option::is_some)
    }

    /// `d`, `p`, `q`, `dp`, `dq` and `qi`.
    pub(crate) fn rsa_secrets(&self) -> Result<[&[u8]; 6]> {
        let members = [&self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi].map(secret);
        let [Some(d), Some(p), Some(q), Some(dp), Some(dq), Some(qi)] = members else {
            return Err(Error::invalid_input(
                "a private RSA key needs all of the members d, p, q, dp, dq and qi",
            ));
        };
        Ok([d, p, q, dp, dq, qi])
    }

    /// The private members by name, whether there or not.
    fn secrets(&self) -> [(&'static str, Option<&[u8]>); 8] {
        [
            ("d", secret(&self.d)),
            ("p", secret(&self.p)),
            ("q", secret(&self.q)),
            ("dp", secret(&self.dp)),
            ("dq", secret(&self.dq)),
            ("qi", secret(&self.qi)),
            ("k", secret(&self.k)),
            ("key_hsm", secret(&self.key_hsm)),
        ]
    }

    fn same_secrets(&self, other: &Self) -> bool {
        self.secrets().iter().zip(other.secrets()).all(|((_, a), (_, b))| match (a, b) {
            (Some(a), Some(b)) => constant_time::verify_slices_are_equal(a, b).is_ok(),
            (None, None) => true,
            _ => false,
        })
    }

    fn empty(kty: KeyType) -> Self {
        Self {
            kid: None,
            kty,
            key_ops: None,
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
            d: None,
            p: None,
            q: None,
            dp: None,
            dq: None,
            qi: None,
            k: None,
            key_hsm: None,
        }
    }
}

/// Member by member, private ones in a time that does not depend on their value.
impl PartialEq for JsonWebKey {
    fn eq(&self, other: &Self) -> bool {
        self.kid == other.kid
            && self.kty == other.kty
            && self.key_ops == other.key_ops
            && self.n == other.n
            && self.e == other.e
            && self.crv == other.crv
            && self.x == other.x
            && self.y == other.y
            && self.same_secrets(other)
    }
}

impl Eq for JsonWebKey {}

impl fmt::Debug for JsonWebKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("JsonWebKey");
        debug.field("kid", &self.kid).field("kty", &self.kty).field("key_ops", &self.key_ops());
        if let Some(bits) = self.rsa_bits() {
            debug.field("rsa_bits", &bits);
        }
        if let Some(curve) = &self.crv {
            debug.field("crv", curve);
        }
        for (name, value) in self.secrets() {
            if value.is_some() {
                debug.field(name, &format_args!("[REDACTED]"));
            }
        }
        debug.finish_non_exhaustive()
    }
}

fn bytes(value: &Option<Base64Url>) -> Option<&[u8]> {
    value.as_ref().map(|value| value.0.as_slice())
}

fn secret(value: &Option<SecretBase64Url>) -> Option<&[u8]> {
    value.as_ref().map(|value| value.0.expose())
}

/// Reads a curve by the service's word and by that of RFC 8812.
fn either_word<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<KeyCurve>, D::Error> {
    Ok(Option::<KeyCurve>::deserialize(deserializer)?.map(by_the_services_word))
}

fn by_the_services_word(curve: KeyCurve) -> KeyCurve {
    match curve {
        KeyCurve::Unknown(word) if word == "secp256k1" => KeyCurve::P256K,
        other => other,
    }
}

#[cfg(test)]
mod tests;
