//! Soft delete: delete, read, recover and purge.

use serde::Serialize;

use super::{
    Content, Part, check_unmanaged,
    object::{Deletion, Object},
    reply, version_id,
};
use crate::{
    locks::lock,
    vault::{Action, Context, Reply, ServiceError},
};

/// What a deleted object has besides.
#[derive(Debug, Serialize)]
pub(super) struct Recovery {
    #[serde(rename = "recoveryId")]
    recovery_id: String,
    #[serde(rename = "deletedDate")]
    deleted_date: i64,
    #[serde(rename = "scheduledPurgeDate")]
    scheduled_purge_date: i64,
}

/// A bundle or an item of something deleted.
#[derive(Serialize)]
pub(super) struct Deleted<T> {
    #[serde(flatten)]
    pub(super) recovery: Recovery,
    #[serde(flatten)]
    pub(super) shown: T,
}

impl Recovery {
    pub(super) fn of<C: Content>(
        context: &Context<'_>,
        object: &Object<C>,
        deletion: Deletion,
    ) -> Self {
        let collection = C::KIND.deleted_collection();
        Self {
            recovery_id: context.url(&format!("{collection}/{}", object.name)),
            deleted_date: deletion.deleted_date,
            scheduled_purge_date: deletion.scheduled_purge_date,
        }
    }
}

pub(super) fn delete<C: Content>(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Delete, Some(name))?;
    let now = context.now();
    let mut store = lock(C::store(context.vault));
    check_unmanaged(store.writable(name, now)?, "delete")?;
    let (object, deletion) = store.delete(name, now, context.properties)?;
    deleted_reply(context, object, deletion)
}

pub(super) fn get<C: Content>(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Get, Some(name))?;
    let mut store = lock(C::store(context.vault));
    let (object, deletion) = store.deleted(name, context.now())?;
    C::check_readable(&object.latest)?;
    deleted_reply(context, object, deletion)
}

/// Answers with the object at once, though it may be readable only after the recovery lag.
pub(super) fn recover<C: Content>(
    context: &Context<'_>,
    name: &str,
) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Recover, Some(name))?;
    let now = context.now();
    let mut store = lock(C::store(context.vault));
    if let Ok((object, _)) = store.deleted(name, now) {
        check_unmanaged(object, "recover")?;
    }
    let object = store.recover(name, now, context.properties)?;
    reply(context, object, &object.latest, Part::Properties)
}

pub(super) fn purge<C: Content>(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Purge, Some(name))?;
    let now = context.now();
    let mut store = lock(C::store(context.vault));
    if let Ok((object, _)) = store.deleted(name, now) {
        check_unmanaged(object, "purge")?;
    }
    if context.properties.purge_protection {
        store.deleted(name, now)?;
        return Err(ServiceError::purge_protected(&context.vault.name, context.region()));
    }
    store.purge(name, now, context.properties)?;
    Ok(Reply::NoContent)
}

fn deleted_reply<C: Content>(
    context: &Context<'_>,
    object: &Object<C>,
    deletion: Deletion,
) -> Result<Reply, ServiceError> {
    let id = version_id(context, object, &object.latest);
    let shown = C::bundle(context, id, object, &object.latest, Part::Properties);
    let recovery = Recovery::of(context, object, deletion);
    Reply::json(context.site.kind, &Deleted { recovery, shown })
}
