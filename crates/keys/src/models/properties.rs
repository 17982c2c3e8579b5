//! A key without its material: what lists give.

use azvault_core::{
    ResourceId, attribute_accessors,
    object::{Attributes, Tags},
};
use serde::Deserialize;

use super::attributes::{ExternalKey, KeyAttestation, WireKeyAttributes};

/// What is known of a key besides its material. Outside the times it is meant to be used in, a
/// key still decrypts, unwraps and verifies.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireItem")]
pub struct KeyProperties {
    id: ResourceId,
    attributes: Attributes,
    tags: Tags,
    managed: bool,
    exportable: Option<bool>,
    hsm_platform: Option<String>,
    attestation: Option<KeyAttestation>,
    external_key: Option<ExternalKey>,
    key_size: Option<u32>,
}

attribute_accessors!(KeyProperties);

impl KeyProperties {
    /// Whether the key may be released under its release policy; not told by old services.
    pub fn exportable(&self) -> Option<bool> {
        self.exportable
    }

    /// The hardware it is kept in: `0` none, `1` FIPS 140-2, `2` FIPS 140-3.
    pub fn hsm_platform(&self) -> Option<&str> {
        self.hsm_platform.as_deref()
    }

    /// What the managed HSM attests of how the key is kept: from
    /// [`get_key_attestation`](crate::KeyClient::get_key_attestation) alone.
    pub fn attestation(&self) -> Option<&KeyAttestation> {
        self.attestation.as_ref()
    }

    /// The id of the key in a key manager outside of Azure, if it is kept there.
    pub fn external_key(&self) -> Option<&str> {
        self.external_key.as_ref().map(|key| key.id.as_str())
    }

    /// The size of a symmetric key in bits.
    pub fn key_size(&self) -> Option<u32> {
        self.key_size
    }
}

/// An item of a list, on the wire.
#[derive(Deserialize)]
pub(super) struct WireItem {
    kid: String,
    #[serde(flatten)]
    about: About,
}

/// What items and bundles have in common, on the wire.
#[derive(Deserialize)]
pub(super) struct About {
    #[serde(default)]
    attributes: WireKeyAttributes,
    tags: Option<Tags>,
    managed: Option<bool>,
}

impl About {
    pub(super) fn of(self, kid: &str) -> Result<KeyProperties, String> {
        Ok(KeyProperties {
            id: kid.parse().map_err(|error: azvault_core::Error| error.to_string())?,
            attributes: self.attributes.common.try_into()?,
            tags: self.tags.unwrap_or_default(),
            managed: self.managed.unwrap_or(false),
            exportable: self.attributes.exportable,
            hsm_platform: self.attributes.hsm_platform,
            attestation: self.attributes.attestation,
            external_key: self.attributes.external_key,
            key_size: self.attributes.key_size,
        })
    }
}

impl TryFrom<WireItem> for KeyProperties {
    type Error = String;

    fn try_from(wire: WireItem) -> Result<Self, String> {
        wire.about.of(&wire.kid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_a_list_is_read_as_recorded() {
        // The service's recorded answer to GET /deletedkeys, with another host and less.
        let item: KeyProperties = serde_json::from_str(
            r#"{"kid":"https://v.vault.azure.net/keys/k","attributes":{"enabled":true,"exp":2537049600,"created":1644459396,"updated":1644459396,"recoveryLevel":"Recoverable+Purgeable","recoverableDays":90,"exportable":false}}"#,
        )
        .unwrap();
        assert_eq!((item.name(), item.version()), ("k", None));
        assert_eq!(item.recoverable_days(), Some(90));
        assert_eq!(item.exportable(), Some(false));
        assert!(!item.managed());
    }
    #[test]
    fn what_newer_services_say_of_a_key_is_read() {
        let item: KeyProperties = serde_json::from_str(
            r#"{"kid":"https://v.managedhsm.azure.net/keys/k","attributes":{"enabled":true,"hsmPlatform":"2","key_size":256,"external_key":{"id":"ext-1"},"attestation":{"certificatePemFile":"UEVN","privateKeyAttestation":"cHJpdg","publicKeyAttestation":"cHVi","version":"1.0"}}}"#,
        )
        .unwrap();
        assert_eq!((item.key_size(), item.external_key()), (Some(256), Some("ext-1")));
        assert_eq!(item.hsm_platform(), Some("2"));
        let attestation = item.attestation().unwrap();
        assert_eq!(attestation.certificate_pem_file(), Some(&b"PEM"[..]));
        assert_eq!(attestation.private_key_attestation(), Some(&b"priv"[..]));
        assert_eq!(attestation.public_key_attestation(), Some(&b"pub"[..]));
        assert_eq!(attestation.version(), Some("1.0"));
    }
}
