//! Secrets of a vault, as Resource Manager tells of them: never with their value.

use std::collections::BTreeMap;

use azvault_core::object::Attributes;
use serde::Deserialize;

use super::{Base, accessors, lenient, object_accessors, resource_accessors, tracked_accessors};

/// A secret of a vault. Resource Manager never tells its value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Secret {
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
    content_type: Option<String>,
    attributes: Option<Attributes>,
    secret_uri: Option<String>,
    secret_uri_with_version: Option<String>,
}

resource_accessors!(Secret);
tracked_accessors!(Secret);
accessors!(Secret {
    /// What its value is, in the words of whoever set it.
    content_type: [text] = properties.content_type;
    /// Its identifier at the vault, without a version.
    uri: [text] = properties.secret_uri;
    /// Its identifier at the vault, with the version.
    uri_with_version: [text] = properties.secret_uri_with_version;
});
object_accessors!(Secret);

impl Secret {
    fn attributes(&self) -> Option<&Attributes> {
        self.properties.attributes.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_told_all_the_same_is_kept_nowhere() {
        let secret: Secret = serde_json::from_str(
            r#"{"name":"s","properties":{"value":"canary","contentType":"text/plain","attributes":{"enabled":true,"exp":7},"secretUriWithVersion":"https://v/secrets/s/0123"}}"#,
        )
        .unwrap();
        assert!(!format!("{secret:?}").contains("canary"));
        assert_eq!((secret.version(), secret.content_type()), (Some("0123"), Some("text/plain")));
        assert_eq!(secret.expires_on().unwrap().unix_timestamp(), 7);
    }
}
