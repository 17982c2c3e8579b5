//! A secret with its value: what set and get give.

use azvault_core::{
    ResourceId, Result, SecretBytes, SecretValue,
    object::{Tags, WireAttributes},
};
use serde::Deserialize;

use super::{Encoding, SecretProperties, properties::WireProperties};

/// A secret: its value and its properties. Its `Debug` shows the value as `[REDACTED]`, and the
/// value's memory is wiped on drop.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "WireBundle")]
pub struct SecretBundle {
    value: SecretValue,
    properties: SecretProperties,
}

impl SecretBundle {
    /// The value, which [`expose`](SecretValue::expose) gives as text.
    pub fn value(&self) -> &SecretValue {
        &self.value
    }

    /// The value as bytes, read as the content type says: as base64 where that is
    /// `application/x-pkcs12` or `application/octet-stream`, or has `base64` or `base64url` for a
    /// parameter (`image/png;base64`); as text in UTF-8 otherwise.
    ///
    /// # Errors
    /// `InvalidInput` if it is to be base64 and is not: with where, and nothing of the value.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// client.set_secret_bytes("seed", [0, 159, 146, 150]).await?;
    /// let secret = client.get_secret("seed").await?;
    /// assert_eq!(secret.value().expose(), "AJ+Slg==");
    /// assert_eq!(secret.bytes()?.expose(), [0, 159, 146, 150]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn bytes(&self) -> Result<SecretBytes> {
        Encoding::of(self.content_type()).decode(&self.value)
    }

    /// The value alone.
    pub fn into_value(self) -> SecretValue {
        self.value
    }

    /// The secret's identifier, with its version.
    pub fn id(&self) -> &ResourceId {
        self.properties.id()
    }

    /// The secret's name.
    pub fn name(&self) -> &str {
        self.properties.name()
    }

    /// The version: 32 hexadecimal digits.
    pub fn version(&self) -> Option<&str> {
        self.properties.version()
    }

    /// What the value is, in the words of whoever set it; a media type for a certificate's secret.
    pub fn content_type(&self) -> Option<&str> {
        self.properties.content_type()
    }

    /// The key of the certificate that the secret belongs to, if it does.
    pub fn key_id(&self) -> Option<&ResourceId> {
        self.properties.key_id()
    }

    /// Everything that is known of the secret besides its value.
    pub fn properties(&self) -> &SecretProperties {
        &self.properties
    }
}

/// A bundle on the wire. Its members are written out: flattened ones would be read through a
/// buffer that is not wiped.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBundle {
    value: SecretValue,
    id: String,
    #[serde(default)]
    attributes: WireAttributes,
    tags: Option<Tags>,
    managed: Option<bool>,
    content_type: Option<String>,
    kid: Option<String>,
    previous_version: Option<String>,
}

impl TryFrom<WireBundle> for SecretBundle {
    type Error = String;

    fn try_from(wire: WireBundle) -> Result<Self, String> {
        let WireBundle {
            value,
            id,
            attributes,
            tags,
            managed,
            content_type,
            kid,
            previous_version,
        } = wire;
        let properties =
            WireProperties { id, attributes, tags, managed, content_type, kid, previous_version };
        Ok(Self { value, properties: properties.try_into()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_as_recorded() {
        // The service's recorded answer to a PUT of a value alone, with another host and value.
        let secret: SecretBundle = serde_json::from_str(
            r#"{"value":"tab\tand \u00e4","id":"https://v.vault.azure.net/secrets/s/0123456789abcdef0123456789abcdef","attributes":{"enabled":true,"created":1648664000,"updated":1648664000,"recoveryLevel":"CustomizedRecoverable+Purgeable","recoverableDays":7}}"#,
        )
        .unwrap();
        assert_eq!(secret.value().expose(), "tab\tand ä");
        assert_eq!((secret.content_type(), secret.key_id()), (None, None));
        assert!(secret.properties().tags().is_empty());
        assert_eq!(secret.into_value().expose(), "tab\tand ä");
    }

    fn bundle(value: &str, content_type: &str) -> SecretBundle {
        let (value, content_type) = (value.escape_default(), content_type.escape_default());
        serde_json::from_str(&format!(
            r#"{{"value":"{value}","contentType":"{content_type}","id":"https://v.vault.azure.net/secrets/s","attributes":{{}}}}"#
        ))
        .unwrap()
    }

    #[test]
    fn the_content_type_says_how_the_bytes_are_read() {
        for (content_type, bytes) in [
            ("text/plain", b"aGk=".as_slice()),
            ("application/x-pkcs12", b"hi"),
            ("text/plain; base64", b"hi"),
        ] {
            assert_eq!(bundle("aGk=", content_type).bytes().unwrap().expose(), bytes);
        }
    }

    #[test]
    fn a_value_that_is_not_what_its_content_type_says_is_named_by_the_reason_alone() {
        let error = bundle("canary!", "application/octet-stream").bytes().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("not base64: character 7 of 7"), "{shown}");
        assert!(!shown.contains("canary"), "{shown}");
    }

    #[test]
    fn a_bundle_without_a_value_is_none() {
        let text = r#"{"id":"https://v.vault.azure.net/secrets/s","attributes":{"enabled":true}}"#;
        assert!(serde_json::from_str::<SecretBundle>(text).is_err());
        assert!(serde_json::from_str::<SecretProperties>(text).is_ok());
    }
}
