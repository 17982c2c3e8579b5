//! Soft delete: delete, read, recover and purge.

use super::bundle::{DeletedKeyBundle, KeyBundle};
use crate::{
    locks::lock,
    vault::{Action, Context, Reply, ServiceError, headers::REGION},
};

pub(super) fn delete(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(Action::Delete)?;
    let mut store = lock(&context.vault.keys);
    let (object, deletion) =
        store.delete(name, context.router.clock.now(), &context.vault.properties)?;
    Reply::json(context.site.kind, &DeletedKeyBundle::of(context, object, deletion))
}

pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(Action::Get)?;
    let mut store = lock(&context.vault.keys);
    let (object, deletion) = store.deleted(name, context.router.clock.now())?;
    Reply::json(context.site.kind, &DeletedKeyBundle::of(context, object, deletion))
}

/// Answers with the key at once, though it may be readable only after the recovery lag.
pub(super) fn recover(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(Action::Recover)?;
    let mut store = lock(&context.vault.keys);
    let object = store.recover(name, context.router.clock.now(), &context.vault.properties)?;
    Reply::json(context.site.kind, &KeyBundle::of(context, object, &object.latest))
}

pub(super) fn purge(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(Action::Purge)?;
    let now = context.router.clock.now();
    let mut store = lock(&context.vault.keys);
    if context.vault.properties.purge_protection {
        store.deleted(name, now)?;
        return Err(ServiceError::purge_protected(&context.vault.name, REGION));
    }
    store.purge(name, now)?;
    Ok(Reply::NoContent)
}
