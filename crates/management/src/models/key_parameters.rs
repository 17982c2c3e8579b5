//! What a key is made to be.

use std::collections::BTreeMap;

use azure_core::time::OffsetDateTime;
use azvault_core::{Error, Result, object::AttributesUpdate};
use serde::Serialize;

use crate::{KeyCurve, KeyOperation, KeyReleasePolicy, KeyType, RotationPolicy};

/// What a key is made to be, if there is none of that name.
///
/// # Examples
/// ```
/// use azvault_management::{KeyCreateParameters, KeyOperation, KeyType};
///
/// let parameters = KeyCreateParameters::new(KeyType::Rsa)
///     .size(3072)
///     .operations([KeyOperation::WrapKey, KeyOperation::UnwrapKey])
///     .tag("team", "payments");
/// # let _ = parameters;
/// ```
#[derive(Clone, Debug, Serialize)]
#[must_use]
pub struct KeyCreateParameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<BTreeMap<String, String>>,
    properties: Properties,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(skip_serializing_if = "Attributes::is_empty")]
    attributes: Attributes,
    kty: KeyType,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: Option<Vec<KeyOperation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve_name: Option<KeyCurve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_policy: Option<RotationPolicy>,
    #[serde(rename = "release_policy", skip_serializing_if = "Option::is_none")]
    release_policy: Option<KeyReleasePolicy>,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Attributes {
    #[serde(flatten)]
    common: AttributesUpdate,
    #[serde(skip_serializing_if = "Option::is_none")]
    exportable: Option<bool>,
}

impl Attributes {
    fn is_empty(&self) -> bool {
        self.common.is_empty() && self.exportable.is_none()
    }
}

impl KeyCreateParameters {
    /// A key of that type; the service chooses what is not set.
    pub fn new(key_type: KeyType) -> Self {
        let properties = Properties {
            attributes: Attributes::default(),
            kty: key_type,
            key_ops: None,
            key_size: None,
            curve_name: None,
            rotation_policy: None,
            release_policy: None,
        };
        Self { tags: None, properties }
    }

    /// The size in bits, of RSA and symmetric keys.
    pub fn size(mut self, bits: u32) -> Self {
        self.properties.key_size = Some(bits);
        self
    }

    /// The curve, of elliptic-curve keys.
    pub fn curve(mut self, curve: KeyCurve) -> Self {
        self.properties.curve_name = Some(curve);
        self
    }

    /// What the key may be used for.
    pub fn operations(mut self, operations: impl IntoIterator<Item = KeyOperation>) -> Self {
        self.properties.key_ops = Some(operations.into_iter().collect());
        self
    }

    /// Whether the key may be used.
    pub fn enabled(mut self, enabled: bool) -> Self {
        self.properties.attributes.common.set_enabled(enabled);
        self
    }

    /// The time before which the key is not meant to be used, in whole seconds.
    pub fn not_before(mut self, time: OffsetDateTime) -> Self {
        self.properties.attributes.common.set_not_before(time);
        self
    }

    /// The time after which the key is not meant to be used, in whole seconds.
    pub fn expires_on(mut self, time: OffsetDateTime) -> Self {
        self.properties.attributes.common.set_expires_on(time);
        self
    }

    /// Lets the private part be released as `policy` says.
    pub fn exportable(mut self, policy: KeyReleasePolicy) -> Self {
        self.properties.attributes.exportable = Some(true);
        self.properties.release_policy = Some(policy);
        self
    }

    /// When new versions are made by themselves.
    pub fn rotation_policy(mut self, policy: RotationPolicy) -> Self {
        self.properties.rotation_policy = Some(policy);
        self
    }

    /// Adds a tag.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.get_or_insert_default().insert(name.into(), value.into());
        self
    }

    /// Refuses what contradicts itself.
    pub(crate) fn check(&self) -> Result<()> {
        let Properties { kty, key_size, curve_name, rotation_policy, .. } = &self.properties;
        let on_a_curve = matches!(kty, KeyType::Ec | KeyType::EcHsm);
        if on_a_curve && key_size.is_some() {
            return Err(Error::invalid_input(format!(
                "a size for a key of type {kty}: its curve is its size"
            )));
        }
        let known = !matches!(kty, KeyType::Unknown(_));
        if !on_a_curve && known && curve_name.is_some() {
            return Err(Error::invalid_input(format!("a curve for a key of type {kty}")));
        }
        rotation_policy.as_ref().map_or(Ok(()), RotationPolicy::check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_set_is_sent() {
        let sent = |parameters| serde_json::to_string(&parameters).unwrap();
        assert_eq!(sent(KeyCreateParameters::new(KeyType::Ec)), r#"{"properties":{"kty":"EC"}}"#);
        let parameters = KeyCreateParameters::new(KeyType::RsaHsm)
            .size(2048)
            .operations([KeyOperation::UnwrapKey])
            .enabled(false)
            .exportable(KeyReleasePolicy::new("{}"))
            .tag("a", "1");
        assert_eq!(
            sent(parameters),
            r#"{"tags":{"a":"1"},"properties":{"attributes":{"enabled":false,"exportable":true},"kty":"RSA-HSM","keyOps":["unwrapKey"],"keySize":2048,"release_policy":{"contentType":"application/json; charset=utf-8","data":"e30"}}}"#
        );
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        assert!(KeyCreateParameters::new(KeyType::Ec).size(256).check().is_err());
        assert!(KeyCreateParameters::new(KeyType::Rsa).curve(KeyCurve::P256).check().is_err());
        assert!(KeyCreateParameters::new(KeyType::EcHsm).curve(KeyCurve::P521).check().is_ok());
    }
}
