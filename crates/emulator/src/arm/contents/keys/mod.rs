//! Keys as resources: the first version is made here, the data plane makes the others.

mod view;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Body, Opened, check_name, json_body};
use crate::{
    arm::{error::ArmError, reply::Reply},
    keys::{self, KeyContent},
    objects::{Described, describe, describe_all, describe_versions},
    vault::{self, KeyRoute, ObjectRoute, ServiceError},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesBody {
    attributes: Option<Value>,
    kty: Option<String>,
    key_ops: Option<Vec<String>>,
    key_size: Option<u32>,
    curve_name: Option<String>,
    rotation_policy: Option<Value>,
    #[serde(rename = "release_policy")]
    release_policy: Option<Value>,
}

/// A key that is there is answered as it is, and nothing of the body is taken.
pub(super) async fn create_if_not_exist(
    opened: &Opened<'_>,
    name: &str,
) -> Result<Reply, ArmError> {
    check_name(name)?;
    let Body { tags, properties } = opened.context.json::<Body<PropertiesBody>>()?;
    // One at a time: two callers who find no key must not make two versions.
    let _turn = opened.context.router.arm.making_keys.lock().await;
    if described(opened, name, None).await.is_ok() {
        return get(opened, name, None).await;
    }
    let context = opened.behalf.context();
    let policy = properties.rotation_policy.map(|policy| json_body(&policy));
    if let Some(policy) = &policy {
        keys::check_rotation_policy(&context, policy).map_err(ArmError::of_vault)?;
    }
    let key_ops = properties.key_ops.map(|mut ops| {
        ops.iter_mut().for_each(view::to_vault);
        ops
    });
    let body = json_body(&json!({
        "kty": properties.kty, "crv": properties.curve_name, "key_size": properties.key_size,
        "key_ops": key_ops, "attributes": properties.attributes, "tags": tags,
        "release_policy": properties.release_policy,
    }));
    run(&context, KeyRoute::Create { name: name.to_owned() }, &body).await?;
    if let Some(policy) = &policy {
        run(&context, KeyRoute::SetRotationPolicy { name: name.to_owned() }, policy).await?;
    }
    get(opened, name, None).await
}

/// The version of that id, or the latest.
pub(super) async fn get(
    opened: &Opened<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Reply, ArmError> {
    let described = described(opened, name, version).await.map_err(ArmError::of_vault)?;
    let route = KeyRoute::RotationPolicy { name: name.to_owned() };
    let policy = run(&opened.behalf.context(), route, b"").await?;
    Reply::json(StatusCode::OK, &view::whole(opened, &described, &policy, version.is_some())?)
}

pub(super) async fn list(opened: &Opened<'_>) -> Result<Reply, ArmError> {
    let context = opened.behalf.context();
    keep_up(&context, ObjectRoute::List).await?;
    let query = opened.context.query;
    let page = describe_all::<KeyContent>(&context, &query.after, query.page_size())
        .map_err(ArmError::of_vault)?;
    let view = |item| view::item(opened, item, false);
    let value = page.items.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    opened.page("keys", value, page.last().map(|item| item.name.as_str()))
}

pub(super) async fn list_versions(opened: &Opened<'_>, name: &str) -> Result<Reply, ArmError> {
    let context = opened.behalf.context();
    keep_up(&context, ObjectRoute::Versions { name: name.to_owned() }).await?;
    let query = opened.context.query;
    let page = describe_versions::<KeyContent>(&context, name, &query.after, query.page_size())
        .map_err(ArmError::of_vault)?;
    let collection = format!("keys/{name}/versions");
    let view = |item| view::item(opened, item, true);
    let value = page.items.iter().map(view).collect::<Result<Vec<_>, _>>()?;
    opened.page(&collection, value, page.last().map(|item| item.version.as_str()))
}

async fn described(
    opened: &Opened<'_>,
    name: &str,
    version: Option<&str>,
) -> Result<Described, ServiceError> {
    let context = opened.behalf.context();
    let route = ObjectRoute::Get { name: name.to_owned(), version: None };
    keys::catch_up(&context, &KeyRoute::Object(route)).await?;
    describe::<KeyContent>(&context, name, version)
}

/// Brings about the rotations that are due.
async fn keep_up(context: &vault::Context<'_>, route: ObjectRoute) -> Result<(), ArmError> {
    keys::catch_up(context, &KeyRoute::Object(route)).await.map_err(ArmError::of_vault)
}

async fn run(
    context: &vault::Context<'_>,
    route: KeyRoute,
    body: &[u8],
) -> Result<Vec<u8>, ArmError> {
    match keys::answer(context, route, body).await.map_err(ArmError::of_vault)? {
        vault::Reply::Json(body) | vault::Reply::Other { body, .. } => Ok(body),
        vault::Reply::NoContent => Ok(Vec::new()),
    }
}
