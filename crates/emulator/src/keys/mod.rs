//! The Keys operations: what a routed request does to a vault's keys.
//!
//! [`store`] holds the life of a key, [`request`] and [`bundle`] its wire forms.

mod attributes;
mod bundle;
mod create;
mod deleted;
mod lists;
mod operations;
mod request;
mod store;

pub(crate) use store::KeyStore;

use crate::{
    locks::lock,
    vault::{Action, Context, KeyRoute, Reply, ServiceError},
};
use bundle::KeyBundle;
use request::UpdateBody;

pub(crate) async fn answer(
    context: &Context<'_>,
    route: KeyRoute,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    match route {
        KeyRoute::Create { name } => create::create(context, &name, body).await,
        KeyRoute::Get { name, version } => get(context, &name, version.as_deref()),
        KeyRoute::Update { name, version } => update(context, &name, version.as_deref(), body),
        KeyRoute::List => lists::keys(context),
        KeyRoute::Versions { name } => lists::versions(context, &name),
        KeyRoute::Delete { name } => deleted::delete(context, &name),
        KeyRoute::ListDeleted => lists::deleted(context),
        KeyRoute::GetDeleted { name } => deleted::get(context, &name),
        KeyRoute::Recover { name } => deleted::recover(context, &name),
        KeyRoute::Purge { name } => deleted::purge(context, &name),
        KeyRoute::Crypto { name, version, operation } => {
            operations::run(context, &name, version.as_deref(), operation, body)
        }
    }
}

/// A disabled key can still be read: only its use is refused.
fn get(context: &Context<'_>, name: &str, version: Option<&str>) -> Result<Reply, ServiceError> {
    context.authorize(Action::Get)?;
    let mut store = lock(&context.vault.keys);
    let object = store.readable(name, context.router.clock.now())?;
    let version = object.version(version)?;
    Reply::json(context.site.kind, &KeyBundle::of(context, object, version))
}

/// What the body leaves out stays; tags are replaced as a whole; the version stays the same.
fn update(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(Action::Update)?;
    let body = UpdateBody::parse(body)?;
    let now = context.router.clock.now();
    let mut store = lock(&context.vault.keys);
    let object = store.writable(name, now)?;
    {
        let version = object.version_mut(version)?;
        body.attributes.apply(&mut version.attributes);
        if let Some(key_ops) = body.key_ops {
            version.key_ops = key_ops;
        }
        if let Some(tags) = body.tags {
            version.tags = tags;
        }
        version.attributes.updated = now.unix_timestamp();
    }
    let version = object.version(version)?;
    Reply::json(context.site.kind, &KeyBundle::of(context, object, version))
}
