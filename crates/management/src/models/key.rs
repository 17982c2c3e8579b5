//! Keys of a vault or a managed HSM, as Resource Manager tells of them: without any key material.

use std::collections::BTreeMap;

use azvault_core::{
    Base64Url,
    object::{Attributes, RecoveryLevel},
};
use serde::{Deserialize, Serialize};

use super::{Base, accessors, lenient, object_accessors, resource_accessors, tracked_accessors};
use crate::{KeyCurve, KeyOperation, KeyType, RotationPolicy};

/// A key of a vault or a managed HSM, without any key material.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Key {
    #[serde(flatten)]
    base: Base,
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    properties: Properties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    attributes: Option<KeyAttributes>,
    kty: Option<KeyType>,
    key_ops: Option<Vec<KeyOperation>>,
    key_size: Option<u32>,
    curve_name: Option<KeyCurve>,
    key_uri: Option<String>,
    key_uri_with_version: Option<String>,
    rotation_policy: Option<RotationPolicy>,
    #[serde(rename = "release_policy")]
    release_policy: Option<KeyReleasePolicy>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct KeyAttributes {
    #[serde(flatten)]
    common: Attributes,
    exportable: Option<bool>,
}

resource_accessors!(Key);
tracked_accessors!(Key);
accessors!(Key {
    /// Its type.
    key_type: [ref KeyType] = properties.kty;
    /// What it may be used for.
    operations: [list KeyOperation] = properties.key_ops;
    /// Its size in bits; none of a key on a curve.
    size: [copy u32] = properties.key_size;
    /// Its curve; none of other keys.
    curve: [ref KeyCurve] = properties.curve_name;
    /// Its identifier at the vault, without a version.
    uri: [text] = properties.key_uri;
    /// Its identifier at the vault, with the version; not in lists.
    uri_with_version: [text] = properties.key_uri_with_version;
    /// When new versions of it are made.
    rotation_policy: [ref RotationPolicy] = properties.rotation_policy;
    /// To whom it may be released.
    release_policy: [ref KeyReleasePolicy] = properties.release_policy;
});
object_accessors!(Key);

impl Key {
    /// Whether its private part may be released.
    pub fn exportable(&self) -> bool {
        self.properties.attributes.as_ref().and_then(|it| it.exportable).unwrap_or(false)
    }

    /// What becomes of it when it is deleted.
    pub fn recovery_level(&self) -> Option<&RecoveryLevel> {
        self.attributes()?.recovery_level.as_ref()
    }

    fn attributes(&self) -> Option<&Attributes> {
        self.properties.attributes.as_ref().map(|it| &it.common)
    }
}

/// To whom a key may be released, as a document of the attestation service's grammar.
///
/// Source: [Azure Key Vault secure key release policy grammar](https://learn.microsoft.com/azure/key-vault/keys/policy-grammar).
///
/// # Examples
/// ```
/// use azvault_management::KeyReleasePolicy;
///
/// let policy = KeyReleasePolicy::new(br#"{"version":"1.0.0","anyOf":[]}"#);
/// assert!(policy.data().starts_with(b"{"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyReleasePolicy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Base64Url>,
}

impl KeyReleasePolicy {
    /// A policy in JSON.
    pub fn new(data: impl AsRef<[u8]>) -> Self {
        let content_type = Some("application/json; charset=utf-8".to_owned());
        Self { content_type, data: Some(Base64Url(data.as_ref().to_vec())) }
    }

    /// The policy itself.
    pub fn data(&self) -> &[u8] {
        self.data.as_ref().map(|data| data.0.as_slice()).unwrap_or_default()
    }
}

accessors!(KeyReleasePolicy {
    /// What the policy is written in.
    content_type: [text] = content_type;
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_with_all_that_is_told_of_it() {
        let key: Key = serde_json::from_str(
            r#"{"id":"/k","name":"k","type":"Microsoft.KeyVault/vaults/keys","location":"eastus","tags":{"a":"1"},"properties":{"attributes":{"enabled":false,"nbf":1,"exp":2,"created":3,"updated":4,"recoveryLevel":"Recoverable+Purgeable","exportable":true},"kty":"rsa-hsm","keyOps":["sign","fly"],"keySize":4096,"curveName":null,"keyUri":"https://v/keys/k","keyUriWithVersion":"https://v/keys/k/0123","rotationPolicy":{},"release_policy":{"contentType":"text/x","data":"e30"}}}"#,
        )
        .unwrap();
        assert!(!key.enabled() && key.exportable());
        assert_eq!(key.key_type(), Some(&KeyType::RsaHsm));
        assert_eq!(key.operations()[1].as_str(), "fly");
        assert_eq!((key.size(), key.curve(), key.version()), (Some(4096), None, Some("0123")));
        assert_eq!(key.release_policy().unwrap().data(), b"{}");
        assert_eq!(key.expires_on().unwrap().unix_timestamp(), 2);
        assert_eq!(key.recovery_level(), Some(&RecoveryLevel::RecoverablePurgeable));
    }

    #[test]
    fn a_key_of_which_nothing_is_told_is_still_one() {
        let key: Key = serde_json::from_str(r#"{"properties":{"attributes":null}}"#).unwrap();
        assert_eq!((key.key_type(), key.version(), key.operations().len()), (None, None, 0));
    }
}
