//! Keys as this plane shows them: camel case, lower-case actions, and a `release_policy` in snake case.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::{Opened, Resource, read};
use crate::{arm::error::ArmError, objects::Described};

/// What may be done with an exportable key, as the planes call it.
const RELEASE: (&str, &str) = ("release", "export");

/// What the data plane tells of a key.
#[derive(Deserialize)]
struct Told {
    key: JsonWebKey,
    attributes: Attributes,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    release_policy: Option<Value>,
}

#[derive(Deserialize)]
struct JsonWebKey {
    kty: String,
    key_ops: Vec<String>,
    n: Option<String>,
    crv: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    lifetime_actions: Vec<Value>,
    attributes: Option<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Whole {
    attributes: Attributes,
    kty: String,
    key_ops: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    curve_name: Option<String>,
    key_uri: String,
    key_uri_with_version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rotation_policy: Option<Value>,
    #[serde(rename = "release_policy", skip_serializing_if = "Option::is_none")]
    release_policy: Option<Value>,
}

/// What a list tells of a key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    attributes: Attributes,
    key_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_uri_with_version: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    created: i64,
    updated: i64,
    recovery_level: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    exportable: Option<bool>,
}

/// An operation as the data plane calls it.
pub(super) fn to_vault(operation: &mut String) {
    if operation == RELEASE.0 {
        RELEASE.1.clone_into(operation);
    }
}

fn from_vault(operation: String) -> String {
    if operation == RELEASE.1 { RELEASE.0.to_owned() } else { operation }
}

/// A key; `policy` is the data plane's answer that has its rotation policy.
pub(super) fn whole<'a>(
    opened: &'a Opened<'_>,
    described: &'a Described,
    policy: &[u8],
    of_version: bool,
) -> Result<Resource<'a, Whole>, ArmError> {
    let Told { key, attributes, tags, release_policy } = read(described)?;
    let (key_uri, with_version) = uris(opened, described);
    let properties = Whole {
        attributes,
        kty: key.kty,
        key_ops: key.key_ops.into_iter().map(from_vault).collect(),
        key_size: key.n.and_then(|n| Some(URL_SAFE_NO_PAD.decode(n).ok()?.len() * 8)),
        curve_name: key.crv,
        key_uri,
        key_uri_with_version: with_version,
        rotation_policy: rotation_policy(policy)?,
        release_policy,
    };
    Ok(resource(opened, described, of_version, tags, properties))
}

/// A key or a version as a list has it.
pub(super) fn item<'a>(
    opened: &'a Opened<'_>,
    described: &'a Described,
    of_version: bool,
) -> Result<Resource<'a, Item>, ArmError> {
    let Told { attributes, tags, .. } = read(described)?;
    let (key_uri, with_version) = uris(opened, described);
    let key_uri_with_version = of_version.then_some(with_version);
    let properties = Item { attributes, key_uri, key_uri_with_version };
    Ok(resource(opened, described, of_version, tags, properties))
}

fn uris(opened: &Opened<'_>, Described { name, version, .. }: &Described) -> (String, String) {
    (opened.uri(&format!("keys/{name}")), opened.uri(&format!("keys/{name}/{version}")))
}

fn resource<'a, T>(
    opened: &'a Opened<'_>,
    Described { name, version, .. }: &'a Described,
    of_version: bool,
    tags: BTreeMap<String, String>,
    properties: T,
) -> Resource<'a, T> {
    let key = format!("{}/keys/{name}", opened.path);
    let (id, name, r#type) = if of_version {
        (format!("{key}/versions/{version}"), version, format!("{}/keys/versions", opened.kind))
    } else {
        (key, name, format!("{}/keys", opened.kind))
    };
    Resource { id, name, r#type, location: opened.location.as_deref(), tags, properties }
}

/// `None` for a policy that nobody has set.
fn rotation_policy(policy: &[u8]) -> Result<Option<Value>, ArmError> {
    let policy: Policy = serde_json::from_slice(policy).map_err(|_| ArmError::internal())?;
    let Some(attributes) = policy.attributes else {
        return Ok(None);
    };
    let mut actions = policy.lifetime_actions;
    for action in &mut actions {
        if let Some(name) = action.pointer_mut("/action/type")
            && let Some(text) = name.as_str().map(str::to_ascii_lowercase)
        {
            *name = text.into();
        }
    }
    Ok(Some(json!({"attributes": attributes, "lifetimeActions": actions})))
}
