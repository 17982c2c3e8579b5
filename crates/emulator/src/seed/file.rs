//! The seed as it is written: the same names in TOML and in JSON.

use std::{collections::BTreeMap, ops::Range};

use serde::Deserialize;

use crate::entra::ListedPrincipals;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) principals: Option<ListedPrincipals>,
    #[serde(default)]
    pub(super) vaults: Vec<Vault>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vault {
    pub(super) name: String,
    pub(super) resource_group: Option<String>,
    pub(super) location: Option<String>,
    pub(super) sku: Option<String>,
    pub(super) rbac: Option<bool>,
    pub(super) retention_days: Option<u16>,
    pub(super) purge_protection: Option<bool>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) access_policies: Option<Vec<Policy>>,
    pub(super) role_assignments: Option<Vec<Role>>,
    #[serde(default)]
    pub(super) secrets: Vec<Secret>,
    #[serde(default)]
    pub(super) keys: Vec<Key>,
    #[serde(default)]
    pub(super) certificates: Vec<Certificate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) object_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) user: Option<String>,
    #[serde(default)]
    pub(super) keys: Vec<String>,
    #[serde(default)]
    pub(super) secrets: Vec<String>,
    #[serde(default)]
    pub(super) certificates: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    pub(super) role: String,
    /// Below the vault: `secrets/db-password`.
    pub(super) scope: Option<String>,
    pub(super) object_id: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) user: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Secret {
    pub(super) name: String,
    pub(super) value: Option<String>,
    pub(super) value_from_env: Option<String>,
    pub(super) value_file: Option<String>,
    /// Oldest first, in place of a value.
    pub(super) versions: Option<Vec<SecretVersion>>,
    pub(super) content_type: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) enabled: Option<bool>,
    pub(super) not_before: Option<String>,
    pub(super) expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretVersion {
    pub(super) value: Option<String>,
    pub(super) value_from_env: Option<String>,
    pub(super) value_file: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) enabled: Option<bool>,
    pub(super) not_before: Option<String>,
    pub(super) expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) r#type: Option<String>,
    pub(super) size: Option<u32>,
    pub(super) curve: Option<String>,
    pub(super) pem: Option<String>,
    pub(super) pem_file: Option<String>,
    pub(super) jwk_file: Option<String>,
    pub(super) hsm: Option<bool>,
    pub(super) operations: Option<Vec<String>>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) enabled: Option<bool>,
    pub(super) not_before: Option<String>,
    pub(super) expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Certificate {
    pub(super) name: String,
    /// PFX, or PEM with the private key; a certificate is made when there is none.
    pub(super) file: Option<String>,
    pub(super) pem: Option<String>,
    pub(super) password: Option<String>,
    pub(super) password_from_env: Option<String>,
    pub(super) password_file: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) dns_names: Option<Vec<String>>,
    pub(super) validity_months: Option<u32>,
    pub(super) key_type: Option<String>,
    pub(super) key_size: Option<u32>,
    pub(super) curve: Option<String>,
    pub(super) exportable: Option<bool>,
    pub(super) content_type: Option<String>,
    pub(super) tags: Option<BTreeMap<String, String>>,
    pub(super) enabled: Option<bool>,
}

pub(super) fn json(text: &str) -> Result<File, String> {
    if text.trim_start().starts_with('[') {
        return Err("line 1: a seed is an object, with 'vaults' in it".to_owned());
    }
    serde_json::from_str(text).map_err(|error| wrong(error.line(), &error.to_string()))
}

pub(super) fn toml(text: &str) -> Result<File, String> {
    toml::from_str(text).map_err(|error| wrong(line(text, error.span()), error.message()))
}

fn line(text: &str, span: Option<Range<usize>>) -> usize {
    let before = span.and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// Says where it is wrong. Only names of fields and types are repeated: a value may be a secret.
fn wrong(line: usize, message: &str) -> String {
    let about_fields = ["unknown field", "missing field", "duplicate field"];
    if about_fields.iter().any(|start| message.starts_with(start)) {
        return format!("line {line}: {message}");
    }
    // "invalid type: string "s3cret", expected a boolean": what is expected comes last.
    let expected = message.rsplit_once(", expected ").map(|(_, expected)| expected);
    let expected = expected.filter(|_| message.starts_with("invalid type"));
    let expected = expected.map(|it| it.split(" at line ").next().unwrap_or(it));
    match expected {
        Some(expected) => format!("line {line}: a value has a wrong type; expected {expected}"),
        None => format!("line {line}: a syntax error, or a value of a wrong type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_told_by_its_line_without_its_value() {
        let toml = |text: &str| toml(text).err().unwrap();
        assert_eq!(
            toml("[[vaults]]\nname = 'kv-1'\npurge_protection = 'canary'"),
            "line 3: a value has a wrong type; expected a boolean"
        );
        let unknown = toml("[[vaults]]\nname = 'kv-1'\nsecret = 'canary'");
        assert!(unknown.starts_with("line 3: unknown field `secret`, expected one of `name`"));
        assert_eq!(toml("[[vaults]]\n\nretention_days = 7"), "line 1: missing field `name`");
        let syntax = toml("[[vaults]]\nname = canary");
        assert!(syntax.starts_with("line 2: a syntax error") && !syntax.contains("canary"));
        let json = json("{\"vaults\": [\n{\"name\": 5}]}").err().unwrap();
        assert_eq!(json, "line 2: a value has a wrong type; expected a string");
    }
}
