//! The public part of a key, as a JSON web key (RFC 7517).

use serde::{Deserialize, Serialize};

use azvault_core::Base64Url;

use crate::{KeyCurve, KeyOperation, KeyType};

/// The public part of a key, as the service gives it: never a private member.
///
/// It serialises as RFC 7517 says, with the service's `P-256K` and `oct-HSM` where a standard
/// reader expects other words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JsonWebKey {
    kid: String,
    kty: KeyType,
    #[serde(default)]
    key_ops: Vec<KeyOperation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    n: Option<Base64Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    e: Option<Base64Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crv: Option<KeyCurve>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    x: Option<Base64Url>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    y: Option<Base64Url>,
}

impl JsonWebKey {
    /// The key's identifier, with its version.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The kind of the key.
    pub fn key_type(&self) -> &KeyType {
        &self.kty
    }

    /// What the key may be used for.
    pub fn key_ops(&self) -> &[KeyOperation] {
        &self.key_ops
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

    /// The point's first coordinate, big-endian, as long as the curve's field.
    pub fn x(&self) -> Option<&[u8]> {
        bytes(&self.x)
    }

    /// The point's second coordinate, big-endian, as long as the curve's field.
    pub fn y(&self) -> Option<&[u8]> {
        bytes(&self.y)
    }

    /// The size of an RSA key in bits.
    pub fn rsa_bits(&self) -> Option<usize> {
        let n = self.n()?;
        let start = n.iter().position(|byte| *byte != 0)?;
        let first = n.get(start)?;
        Some((n.len() - start) * 8 - first.leading_zeros() as usize)
    }
}

fn bytes(value: &Option<Base64Url>) -> Option<&[u8]> {
    value.as_ref().map(|value| value.0.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_written_and_read() {
        let json = r#"{"kid":"https://v.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef","kty":"RSA","key_ops":["sign","a-new-one"],"n":"AMA","e":"AQAB"}"#;
        let key: JsonWebKey = serde_json::from_str(json).unwrap();
        assert_eq!(key.key_ops().last().map(KeyOperation::as_str), Some("a-new-one"));
        assert_eq!(key.rsa_bits(), Some(8));
        assert_eq!(serde_json::to_string(&key).unwrap(), json);
    }

    #[test]
    fn a_private_member_is_not_kept() {
        let json = r#"{"kid":"x","kty":"RSA","d":"Y2FuYXJ5","p":"Y2FuYXJ5"}"#;
        let key: JsonWebKey = serde_json::from_str(json).unwrap();
        assert!(!format!("{key:?}{}", serde_json::to_string(&key).unwrap()).contains("Y2FuYXJ5"));
    }
}
