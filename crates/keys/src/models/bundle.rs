//! A key with its public material: what create, get and update give.

use azvault_core::ResourceId;
use azvault_crypto::{JsonWebKey, KeyOperation, KeyType};
use serde::Deserialize;

use super::{KeyProperties, KeyReleasePolicy, properties::About};

/// A key: its public material and its properties.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WireBundle")]
pub struct KeyBundle {
    key: JsonWebKey,
    properties: KeyProperties,
    release_policy: Option<KeyReleasePolicy>,
}

impl KeyBundle {
    /// The key's identifier, with its version.
    pub fn id(&self) -> &ResourceId {
        self.properties.id()
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        self.properties.name()
    }

    /// The version: 32 hexadecimal digits.
    pub fn version(&self) -> Option<&str> {
        self.properties.version()
    }

    /// The kind of the key.
    pub fn key_type(&self) -> &KeyType {
        self.key.key_type()
    }

    /// What the key may be used for.
    pub fn key_ops(&self) -> &[KeyOperation] {
        self.key.key_ops()
    }

    /// The public material.
    pub fn jwk(&self) -> &JsonWebKey {
        &self.key
    }

    /// The public material alone.
    pub fn into_jwk(self) -> JsonWebKey {
        self.key
    }

    /// Everything else that is known of the key.
    pub fn properties(&self) -> &KeyProperties {
        &self.properties
    }

    /// The rules by which the key may be released, if it is exportable.
    pub fn release_policy(&self) -> Option<&KeyReleasePolicy> {
        self.release_policy.as_ref()
    }
}

/// A bundle on the wire.
#[derive(Deserialize)]
pub(super) struct WireBundle {
    key: JsonWebKey,
    release_policy: Option<KeyReleasePolicy>,
    #[serde(flatten)]
    about: About,
}

impl TryFrom<WireBundle> for KeyBundle {
    type Error = String;

    fn try_from(wire: WireBundle) -> Result<Self, String> {
        let kid = wire.key.kid().ok_or("the key has no kid")?;
        let properties = wire.about.of(kid)?;
        Ok(Self { key: wire.key, properties, release_policy: wire.release_policy })
    }
}
