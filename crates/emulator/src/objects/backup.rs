//! Backup and restore: every version of an object with its id, attributes and tags, in one opaque blob.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Attributes, Content, Object, Part, Tags, Version, check_unmanaged, json, reply, version_id,
};
use crate::{
    backup::BlobError,
    locks::lock,
    vault::{Action, Context, Reply, ServiceError},
};

/// The most versions in one backup, as the documentation has it.
const MAX_VERSIONS: usize = 500;

#[derive(Serialize)]
struct BackupResult {
    value: String,
}

#[derive(Deserialize)]
struct RestoreBody {
    value: Option<String>,
}

/// What a blob holds.
#[derive(Serialize, Deserialize)]
struct Saved<S, T> {
    /// Where it may be restored.
    scope: String,
    name: String,
    settings: S,
    /// The latest is the last.
    versions: Vec<SavedVersion<T>>,
}

#[derive(Serialize, Deserialize)]
struct SavedVersion<T> {
    id: String,
    attributes: Attributes,
    tags: Tags,
    content: T,
}

pub(super) fn backup<C: Content>(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Backup, Some(name))?;
    let plain = {
        let mut store = lock(C::store(context.vault));
        let object = store.readable(name, context.now())?;
        check_unmanaged(object, "backup")?;
        let count = object.count();
        if count > MAX_VERSIONS {
            return Err(ServiceError::bad_parameter(format!(
                "The {} has {count} versions. At most {MAX_VERSIONS} can be backed up.",
                C::KIND.noun()
            )));
        }
        let versions: Result<Vec<_>, _> =
            object.earlier.values().chain([&object.latest]).map(save::<C>).collect();
        let saved = Saved {
            scope: context.backup_scope(),
            name: object.name.clone(),
            settings: object.settings.clone(),
            versions: versions?,
        };
        serde_json::to_vec(&saved).map_err(|_| failed())?
    };
    let label = C::KIND.backup_label();
    let value = context.router.backups.seal(label, &plain).ok_or_else(failed)?;
    Reply::json(context.site.kind, &BackupResult { value })
}

/// The answer shows the latest version; all have the ids and dates they had.
pub(super) fn restore<C: Content>(
    context: &Context<'_>,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(C::KIND, Action::Restore, None)?;
    let body: RestoreBody = json(body)?;
    let value = body.value.ok_or_else(|| ServiceError::required("value"))?;
    let plain =
        context.router.backups.open(C::KIND.backup_label(), &value).map_err(
            |error| match error {
                BlobError::Corrupt => ServiceError::corrupt_backup(),
                BlobError::Foreign => ServiceError::foreign_backup(),
            },
        )?;
    let saved: Saved<C::Settings, C::Saved> =
        serde_json::from_slice(&plain).map_err(|_| ServiceError::corrupt_backup())?;
    if saved.scope != context.backup_scope() {
        return Err(ServiceError::foreign_backup());
    }
    let object = load::<C>(saved).ok_or_else(ServiceError::corrupt_backup)?;
    C::check_restorable(context, &object)?;
    let mut store = lock(C::store(context.vault));
    let object = store.restore(object, context.now()).map_err(|refused| {
        ServiceError::restore_conflict(C::KIND, &version_id(context, &refused, &refused.latest))
    })?;
    C::restored(context, object);
    reply(context, object, &object.latest, Part::Properties)
}

fn save<C: Content>(version: &Version<C>) -> Result<SavedVersion<C::Saved>, ServiceError> {
    Ok(SavedVersion {
        id: version.id.clone(),
        attributes: version.attributes.clone(),
        tags: version.tags.clone(),
        content: version.content.save()?,
    })
}

fn load<C: Content>(saved: Saved<C::Settings, C::Saved>) -> Option<Object<C>> {
    let mut versions = saved.versions.into_iter().map(|version| {
        Some(Version {
            id: version.id,
            number: 0,
            attributes: version.attributes,
            tags: version.tags,
            content: C::load(version.content)?,
        })
    });
    let latest = versions.next_back()??;
    let mut object = Object::new(&saved.name, latest);
    object.settings = saved.settings;
    let earlier: Option<BTreeMap<_, _>> =
        versions.map(|version| version.map(|version| (version.id.clone(), version))).collect();
    object.earlier = earlier?;
    Some(object)
}

fn failed() -> ServiceError {
    ServiceError::internal("The backup could not be made.")
}
