//! Bytes as base64url without padding, which is how the service writes them.
//!
//! Plumbing of the service crates: what their wire types hold.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::SecretBytes;

/// Writes no padding, and reads with or without.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes that are no secret.
#[expect(clippy::exhaustive_structs, reason = "a wrapper of what it writes, nothing more")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base64Url(pub Vec<u8>);

impl Serialize for Base64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&ENGINE.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Base64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        ENGINE.decode(text.as_bytes()).map(Self).map_err(|_| not_base64url())
    }
}

/// Bytes that are secret: the text is wiped too.
#[expect(clippy::exhaustive_structs, reason = "a wrapper of what it writes, nothing more")]
#[derive(Clone, Debug)]
pub struct SecretBase64Url(pub SecretBytes);

impl Serialize for SecretBase64Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(ENGINE.encode(self.0.expose())))
    }
}

impl<'de> Deserialize<'de> for SecretBase64Url {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer).map_err(|_| not_base64url());
        let text = Zeroizing::new(text?);
        let bytes = ENGINE.decode(text.as_bytes()).map_err(|_| not_base64url())?;
        Ok(Self(SecretBytes::new(bytes)))
    }
}

// Without the text at fault, which may be secret.
fn not_base64url<E: serde::de::Error>() -> E {
    E::custom("a value is not base64url")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_without_padding_and_read_with_or_without() {
        assert_eq!(serde_json::to_string(&Base64Url(vec![0xfb, 0xff])).unwrap(), "\"-_8\"");
        for text in ["\"-_8\"", "\"-_8=\""] {
            assert_eq!(serde_json::from_str::<Base64Url>(text).unwrap().0, [0xfb, 0xff]);
        }
    }

    #[test]
    fn an_error_does_not_repeat_a_secret_that_is_no_text() {
        for json in ["1234567", "true", "1.5e9", "[1234567]"] {
            let key = serde_json::from_str::<SecretBase64Url>(json).unwrap_err().to_string();
            let value = serde_json::from_str::<crate::SecretValue>(json).unwrap_err().to_string();
            for text in [key, value] {
                assert!(!text.contains("1234567") && !text.contains("15000"), "{text}");
            }
        }
    }

    #[test]
    fn an_error_does_not_repeat_the_value() {
        let error = serde_json::from_str::<SecretBase64Url>("\"canary!\"").unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
