//! Under what conditions a key may leave the vault.

use std::fmt;

use azvault_core::Base64Url;
use serde::{Deserialize, Serialize};

/// The rules by which an exportable key is released to an attested environment.
///
/// Source: [Policy grammar](https://learn.microsoft.com/azure/key-vault/keys/policy-grammar).
///
/// # Examples
/// ```
/// use azvault_keys::KeyReleasePolicy;
///
/// let rules = r#"{"version":"1.0.0","anyOf":[{"authority":"https://attest.example","allOf":[
///     {"claim":"x-ms-compliance-status","equals":"azure-compliant-cvm"}]}]}"#;
/// let policy = KeyReleasePolicy::new(rules).immutable();
/// assert!(policy.is_immutable());
/// assert_eq!(policy.data(), Some(rules.as_bytes()));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyReleasePolicy {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    immutable: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Base64Url>,
}

impl KeyReleasePolicy {
    /// A policy that can be changed later; `data` is JSON in the policy grammar unless a content
    /// type says otherwise.
    pub fn new(data: impl Into<Vec<u8>>) -> Self {
        Self { content_type: None, immutable: None, data: Some(Base64Url(data.into())) }
    }

    /// Makes it a policy that nobody can change or take away any more.
    #[must_use]
    pub fn immutable(mut self) -> Self {
        self.immutable = Some(true);
        self
    }

    /// What `data` is, if it is not `application/json; charset=utf-8`.
    #[must_use]
    pub fn with_content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = Some(content_type.into());
        self
    }

    /// The rules.
    pub fn data(&self) -> Option<&[u8]> {
        self.data.as_ref().map(|data| data.0.as_slice())
    }

    /// What the rules are written in.
    pub fn content_type(&self) -> Option<&str> {
        self.content_type.as_deref()
    }

    /// Whether nobody can change it any more.
    pub fn is_immutable(&self) -> bool {
        self.immutable.unwrap_or(false)
    }
}

impl fmt::Debug for KeyReleasePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyReleasePolicy")
            .field("content_type", &self.content_type)
            .field("immutable", &self.immutable)
            .field("data", &self.data().map(String::from_utf8_lossy))
            .finish()
    }
}
