//! Making a key, or a new version of one.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{
    KeyContent, KeyObject, KeySettings, KeyVersion,
    release_policy::ExportChange,
    request::{CreateBody, SECURE_UNWRAP},
};
use crate::{
    certificates,
    crypto::{KeyMaterial, KeySpec},
    heavy,
    host::VaultKind,
    locks::lock,
    objects::{Attributes, Content, Part, Store, Version, reply},
    vault::{Action, Context, Reply, ServiceError},
};

/// The most versions of a key in a managed HSM, as the documentation has it.
const MAX_HSM_VERSIONS: usize = 100;

pub(super) async fn create(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::Create, Some(name))?;
    certificates::check_free(context, KeyContent::KIND, name, "create")?;
    let body = CreateBody::parse(body, context.site.kind)?;
    body.export.check_tier(context)?;
    if body.hsm {
        context.check_hardware()?;
    }
    // Refused early, before seconds of work, and checked again when the key is there.
    let (hsm, export, now) = (body.hsm, body.export.clone(), context.now());
    settings(context, &mut lock(&context.vault.keys), name, now, export, hsm, &body.key_ops)?;
    let material = Arc::new(generate(body.spec).await?);
    let now = context.now();
    let attributes = Attributes::new(now.unix_timestamp(), &body.attributes);
    let content = KeyContent { material, hsm, key_ops: body.key_ops, managed: false };
    let version = Version::new(attributes, body.tags, content);
    // A certificate may have taken the name meanwhile.
    let _turn = certificates::claim(context, KeyContent::KIND, name, "create")?;
    add(context, name, now, version, body.export)
}

/// Refuses one version more than a key of a managed HSM may have.
pub(super) fn check_count(context: &Context<'_>, object: &KeyObject) -> Result<(), ServiceError> {
    if context.site.kind == VaultKind::ManagedHsm && object.count() >= MAX_HSM_VERSIONS {
        return Err(ServiceError::bad_parameter(format!(
            "A key of a managed HSM has at most {MAX_HSM_VERSIONS} versions."
        )));
    }
    Ok(())
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
    let settings = settings(context, &mut store, name, now, export, content.hsm, &content.key_ops)?;
    let object = store.add(name, version);
    object.settings = settings;
    reply(context, object, &object.latest, Part::Whole)
}

/// The settings of a key that is to get a version, refused when its name or its export forbids that.
fn settings(
    context: &Context<'_>,
    store: &mut Store<KeyContent>,
    name: &str,
    now: OffsetDateTime,
    export: ExportChange,
    hsm: bool,
    key_ops: &[String],
) -> Result<KeySettings, ServiceError> {
    store.check_name(name, now)?;
    let object = store.readable(name, now).ok();
    if let Some(object) = object {
        check_count(context, object)?;
    }
    let old = object.map(|object| object.settings.clone());
    let secure = key_ops.iter().any(|op| op == SECURE_UNWRAP);
    export.create(old.as_ref(), hsm, secure)
}

/// RSA keys are made off the runtime's threads; the others take less than the hand-over.
pub(crate) async fn generate(spec: KeySpec) -> Result<KeyMaterial, ServiceError> {
    let failed = || ServiceError::internal("The key could not be generated.");
    let material = match spec {
        KeySpec::Rsa { .. } => {
            heavy::generate(move || KeyMaterial::generate(spec)).await.map_err(|_| failed())?
        }
        KeySpec::Ec(_) | KeySpec::Oct { .. } | KeySpec::Okp => KeyMaterial::generate(spec),
    };
    material.map_err(|_| failed())
}
