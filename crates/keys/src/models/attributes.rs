//! What only keys have among their attributes.

use azure_core::time::OffsetDateTime;
use azvault_core::{
    Base64Url, Error, Result,
    object::{AttributesUpdate, WireAttributes},
};
use serde::{Deserialize, Serialize};

/// The attributes of a key, on the wire.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireKeyAttributes {
    #[serde(flatten)]
    pub(super) common: WireAttributes,
    pub(super) exportable: Option<bool>,
    pub(super) hsm_platform: Option<String>,
    pub(super) attestation: Option<KeyAttestation>,
    #[serde(rename = "external_key")]
    pub(super) external_key: Option<ExternalKey>,
    #[serde(rename = "key_size")]
    pub(super) key_size: Option<u32>,
}

/// A key in a key manager outside of Azure, by its id there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ExternalKey {
    pub(super) id: String,
}

/// What a managed HSM says of how a key is kept, for those who verify it.
///
/// Source: [KeyAttestation](https://learn.microsoft.com/rest/api/keyvault/keys/get-key-attestation/get-key-attestation#keyattestation).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyAttestation {
    certificate_pem_file: Option<Base64Url>,
    private_key_attestation: Option<Base64Url>,
    public_key_attestation: Option<Base64Url>,
    version: Option<String>,
}

fn bytes(value: &Option<Base64Url>) -> Option<&[u8]> {
    value.as_ref().map(|value| value.0.as_slice())
}

impl KeyAttestation {
    /// The certificates to verify the attestations by, as PEM.
    pub fn certificate_pem_file(&self) -> Option<&[u8]> {
        bytes(&self.certificate_pem_file)
    }

    /// What is attested of the private part.
    pub fn private_key_attestation(&self) -> Option<&[u8]> {
        bytes(&self.private_key_attestation)
    }

    /// What is attested of the public part.
    pub fn public_key_attestation(&self) -> Option<&[u8]> {
        bytes(&self.public_key_attestation)
    }

    /// The version of the attestations' format.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

/// The attributes that a caller sets; what is not set is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct KeyAttributesUpdate {
    #[serde(flatten)]
    common: AttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    exportable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_key: Option<ExternalKey>,
}

impl KeyAttributesUpdate {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn set_enabled(&mut self, enabled: bool) {
        self.common.set_enabled(enabled);
    }

    pub(crate) fn set_not_before(&mut self, time: OffsetDateTime) {
        self.common.set_not_before(time);
    }

    pub(crate) fn set_expires_on(&mut self, time: OffsetDateTime) {
        self.common.set_expires_on(time);
    }

    pub(crate) fn set_exportable(&mut self, exportable: bool) {
        self.exportable = Some(exportable);
    }

    pub(crate) fn set_external_key(&mut self, id: String) {
        self.external_key = Some(ExternalKey { id });
    }

    /// Refuses an id of an external key that cannot be one.
    pub(crate) fn check(&self) -> Result<()> {
        let Some(ExternalKey { id }) = &self.external_key else { return Ok(()) };
        let fits = (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if fits {
            return Ok(());
        }
        Err(Error::invalid_input(
            "the id of the external key cannot be one: it has 1 to 64 letters a-z or A-Z, digits and hyphens",
        ))
    }
}
