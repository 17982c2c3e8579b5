//! Secrets as resources. A value goes in and never comes out.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Body, Opened, Resource, check_name, json_body, read};
use crate::{
    arm::{error::ArmError, part::VaultPart, reply::Reply},
    objects::{Described, describe, describe_all},
    secrets::{self, SecretContent},
    vault::{ObjectRoute, SecretRoute},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesBody {
    value: Option<String>,
    content_type: Option<String>,
    attributes: Option<AttributesBody>,
}

#[derive(Default, Deserialize, Serialize)]
struct AttributesBody {
    enabled: Option<bool>,
    nbf: Option<i64>,
    exp: Option<i64>,
}

/// What the data plane tells of a secret.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    content_type: Option<String>,
    attributes: Attributes,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    attributes: Attributes,
    secret_uri: String,
    secret_uri_with_version: String,
}

#[derive(Serialize, Deserialize)]
struct Attributes {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    created: i64,
    updated: i64,
}

/// Issues and renews the certificates whose secrets are looked at.
pub(super) async fn catch_up(opened: &Opened<'_>, part: &VaultPart) -> Result<(), ArmError> {
    let route = match part {
        VaultPart::Secrets => ObjectRoute::List,
        VaultPart::Secret { name } => ObjectRoute::Get { name: name.clone(), version: None },
        _ => return Ok(()),
    };
    secrets::catch_up(&opened.behalf.context(), &SecretRoute::Object(route))
        .await
        .map_err(ArmError::of_vault)
}

/// Makes a new version, whatever was there: 200, as recorded, for a new secret too.
pub(super) fn put(opened: &Opened<'_>, name: &str) -> Result<Reply, ArmError> {
    check_name(name)?;
    let Body { tags, properties } = opened.context.json::<Body<PropertiesBody>>()?;
    let PropertiesBody { value, content_type, attributes } = properties;
    set(
        opened,
        name,
        &json!({
            "value": value, "contentType": content_type, "attributes": attributes, "tags": tags,
        }),
    )?;
    get(opened, name)
}

/// What the body leaves out stays; a value makes a new version.
pub(super) fn patch(opened: &Opened<'_>, name: &str) -> Result<Reply, ArmError> {
    check_name(name)?;
    let Body { tags, properties } = opened.context.json::<Body<Option<PropertiesBody>>>()?;
    let old: Told = read(&described(opened, name)?)?;
    let (value, content_type, attributes) = match properties {
        Some(PropertiesBody { value, content_type, attributes }) => {
            (value, content_type, attributes.unwrap_or_default())
        }
        None => (None, None, AttributesBody::default()),
    };
    let tags = tags.map(|tags| json!(tags));
    let Some(value) = value else {
        let body = json!({"contentType": content_type, "attributes": attributes, "tags": tags});
        let route = ObjectRoute::Update { name: name.to_owned(), version: None };
        let context = opened.behalf.context();
        secrets::answer(&context, SecretRoute::Object(route), &json_body(&body))
            .map_err(ArmError::of_vault)?;
        return get(opened, name);
    };
    set(
        opened,
        name,
        &json!({
            "value": value,
            "contentType": content_type.or(old.content_type),
            "attributes": AttributesBody {
                enabled: attributes.enabled.or(Some(old.attributes.enabled)),
                nbf: attributes.nbf.or(old.attributes.nbf),
                exp: attributes.exp.or(old.attributes.exp),
            },
            "tags": tags.unwrap_or_else(|| json!(old.tags)),
        }),
    )?;
    get(opened, name)
}

pub(super) fn get(opened: &Opened<'_>, name: &str) -> Result<Reply, ArmError> {
    let described = described(opened, name)?;
    Reply::json(StatusCode::OK, &view(opened, &described)?)
}

pub(super) fn list(opened: &Opened<'_>) -> Result<Reply, ArmError> {
    let query = opened.context.query;
    let context = opened.behalf.context();
    let page = describe_all::<SecretContent>(&context, &query.after, query.page_size())
        .map_err(ArmError::of_vault)?;
    let value = page.items.iter().map(|item| view(opened, item)).collect::<Result<Vec<_>, _>>()?;
    opened.page("secrets", value, page.last().map(|item| item.name.as_str()))
}

fn set(opened: &Opened<'_>, name: &str, body: &serde_json::Value) -> Result<(), ArmError> {
    let route = SecretRoute::Set { name: name.to_owned() };
    // The answer has the value: it goes no further.
    secrets::answer(&opened.behalf.context(), route, &json_body(body))
        .map(|_| ())
        .map_err(ArmError::of_vault)
}

fn described(opened: &Opened<'_>, name: &str) -> Result<Described, ArmError> {
    describe::<SecretContent>(&opened.behalf.context(), name, None).map_err(ArmError::of_vault)
}

fn view<'a>(
    opened: &'a Opened<'_>,
    described: &'a Described,
) -> Result<Resource<'a, Properties>, ArmError> {
    let Described { name, version, .. } = described;
    let Told { content_type, attributes, tags } = read(described)?;
    Ok(Resource {
        id: format!("{}/secrets/{name}", opened.path),
        name,
        r#type: format!("{}/secrets", opened.kind),
        location: opened.location.as_deref(),
        tags,
        properties: Properties {
            content_type,
            attributes,
            secret_uri: opened.uri(&format!("secrets/{name}")),
            secret_uri_with_version: opened.uri(&format!("secrets/{name}/{version}")),
        },
    })
}
