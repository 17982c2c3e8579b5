//! Making a key, or a new version of one.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{
    KeyContent, KeySettings, KeyVersion,
    release_policy::ExportChange,
    request::{CreateBody, SECURE_UNWRAP},
};
use crate::{
    crypto::{KeyMaterial, KeySpec},
    locks::lock,
    objects::{Attributes, Content, Part, Store, Version, reply},
    vault::{Action, Context, Reply, ServiceError},
};

pub(super) async fn create(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::Create, Some(name))?;
    let body = CreateBody::parse(body, context.site.kind)?;
    // Refused early, before seconds of work, and checked again when the key is there.
    let (hsm, export, now) = (body.hsm, body.export.clone(), context.router.clock.now());
    settings(&mut lock(&context.vault.keys), name, now, export, hsm, &body.key_ops)?;
    let material = Arc::new(generate(body.spec).await?);
    let now = context.router.clock.now();
    let attributes = Attributes::new(now.unix_timestamp(), &body.attributes);
    let content = KeyContent { material, hsm, key_ops: body.key_ops };
    let version = Version::new(attributes, body.tags, content);
    add(context, name, now, version, body.export)
}

/// Makes `version` the latest of its key, if that may be.
pub(super) fn add(
    context: &Context<'_>,
    name: &str,
    now: OffsetDateTime,
    version: KeyVersion,
    export: ExportChange,
) -> Result<Reply, ServiceError> {
    let mut store = lock(&context.vault.keys);
    let content = &version.content;
    let settings = settings(&mut store, name, now, export, content.hsm, &content.key_ops)?;
    let object = store.add(name, version);
    object.settings = settings;
    reply(context, object, &object.latest, Part::Whole)
}

/// The settings of a key that is to get a version, refused when its name or its export forbids that.
fn settings(
    store: &mut Store<KeyContent>,
    name: &str,
    now: OffsetDateTime,
    export: ExportChange,
    hsm: bool,
    key_ops: &[String],
) -> Result<KeySettings, ServiceError> {
    store.check_name(name, now)?;
    let old = store.readable(name, now).ok().map(|object| object.settings.clone());
    let secure = key_ops.iter().any(|op| op == SECURE_UNWRAP);
    export.create(old.as_ref(), hsm, secure)
}

/// RSA keys are made off the runtime's threads; the others take less than the hand-over.
pub(super) async fn generate(spec: KeySpec) -> Result<KeyMaterial, ServiceError> {
    let failed = || ServiceError::internal("The key could not be generated.");
    let material = match spec {
        KeySpec::Rsa { .. } => tokio::task::spawn_blocking(move || KeyMaterial::generate(spec))
            .await
            .map_err(|_| failed())?,
        KeySpec::Ec(_) | KeySpec::Oct { .. } => KeyMaterial::generate(spec),
    };
    material.map_err(|_| failed())
}
