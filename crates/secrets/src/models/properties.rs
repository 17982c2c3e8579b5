//! A secret without its value: what lists, updates and recoveries give.

use azvault_core::{
    ResourceId, attribute_accessors,
    object::{Attributes, Tags, WireAttributes},
};
use serde::Deserialize;

/// What is known of a secret besides its value. Outside the times it is meant to be used in, a
/// secret can still be read; a disabled one cannot.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireProperties")]
pub struct SecretProperties {
    id: ResourceId,
    attributes: Attributes,
    tags: Tags,
    managed: bool,
    content_type: Option<String>,
    key_id: Option<ResourceId>,
    previous_version: Option<String>,
}

attribute_accessors!(SecretProperties);

impl SecretProperties {
    /// What the value is, in the words of whoever set it; a media type for a certificate's secret.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// The key of the certificate that the secret belongs to; not told by lists.
    pub fn key_id(&self) -> Option<&ResourceId> {
        self.key_id.as_ref()
    }

    /// The version before this one, of a certificate's secret; not told by lists.
    pub fn previous_version(&self) -> Option<&str> {
        self.previous_version.as_deref()
    }
}

/// Properties on the wire. Nothing here is flattened and the value is no member: serde skips it
/// where it is, without a copy.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireProperties {
    pub(super) id: String,
    #[serde(default)]
    pub(super) attributes: WireAttributes,
    pub(super) tags: Option<Tags>,
    pub(super) managed: Option<bool>,
    pub(super) content_type: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) previous_version: Option<String>,
}

impl TryFrom<WireProperties> for SecretProperties {
    type Error = String;

    fn try_from(wire: WireProperties) -> Result<Self, String> {
        Ok(Self {
            id: id(&wire.id)?,
            attributes: wire.attributes.try_into()?,
            tags: wire.tags.unwrap_or_default(),
            managed: wire.managed.unwrap_or(false),
            content_type: wire.content_type,
            key_id: wire.kid.as_deref().map(id).transpose()?,
            previous_version: wire.previous_version,
        })
    }
}

fn id(text: &str) -> Result<ResourceId, String> {
    text.parse().map_err(|error: azvault_core::Error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_a_list_is_read() {
        let item: SecretProperties = serde_json::from_str(
            r#"{"contentType":"password","id":"https://v.vault.azure.net/secrets/s","attributes":{"enabled":true,"nbf":1422864000,"exp":2527401600,"created":1644459396,"updated":1644459396,"recoveryLevel":"CustomizedRecoverable+Purgeable","recoverableDays":7},"tags":{"a":"1"}}"#,
        )
        .unwrap();
        assert_eq!((item.name(), item.version()), ("s", None));
        assert_eq!(item.content_type(), Some("password"));
        assert_eq!(item.recoverable_days(), Some(7));
        assert_eq!(item.tags().get("a").map(String::as_str), Some("1"));
        assert!(item.key_id().is_none() && !item.managed());
    }

    #[test]
    fn a_bundle_is_read_as_properties_without_its_value() {
        let properties: SecretProperties = serde_json::from_str(
            r#"{"value":"canary","id":"https://v.vault.azure.net/secrets/s/0123456789abcdef0123456789abcdef","attributes":{"enabled":true}}"#,
        )
        .unwrap();
        assert_eq!(properties.version().map(str::len), Some(32));
        assert!(!format!("{properties:?}").contains("canary"));
    }

    #[test]
    fn a_certificates_secret_tells_its_key() {
        let properties: SecretProperties = serde_json::from_str(
            r#"{"id":"https://v.vault.azure.net/secrets/c/0123456789abcdef0123456789abcdef","kid":"https://v.vault.azure.net/keys/c/0123456789abcdef0123456789abcdef","contentType":"application/x-pkcs12","managed":true,"previousVersion":"fedcba9876543210fedcba9876543210","attributes":{"enabled":true}}"#,
        )
        .unwrap();
        assert!(properties.managed());
        assert_eq!(properties.key_id().map(ResourceId::collection), Some("keys"));
        assert_eq!(properties.previous_version(), Some("fedcba9876543210fedcba9876543210"));
    }

    #[test]
    fn an_id_that_is_none_is_an_error() {
        for id in ["s", "https://v.vault.azure.net/secrets", "http://v.vault.azure.net/secrets/s"] {
            let text = format!(r#"{{"id":"{id}","attributes":{{}}}}"#);
            assert!(serde_json::from_str::<SecretProperties>(&text).is_err(), "{id}");
        }
    }
}
