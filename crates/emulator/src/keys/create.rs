//! Making a key, or a new version of one.

use std::sync::Arc;

use super::{KeyContent, request::CreateBody};
use crate::{
    crypto::{KeyMaterial, KeySpec},
    locks::lock,
    objects::{Attributes, Content, Part, Version, reply},
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
    lock(&context.vault.keys).check_name(name, context.router.clock.now())?;
    let material = Arc::new(generate(body.spec).await?);
    let now = context.router.clock.now();
    let attributes = Attributes::new(now.unix_timestamp(), &body.attributes);
    let content = KeyContent { material, hsm: body.hsm, key_ops: body.key_ops };
    let mut store = lock(&context.vault.keys);
    store.check_name(name, now)?;
    let object = store.add(name, Version::new(attributes, body.tags, content));
    reply(context, object, &object.latest, Part::Whole)
}

/// RSA keys are made off the runtime's threads; the others take less than the hand-over.
async fn generate(spec: KeySpec) -> Result<KeyMaterial, ServiceError> {
    let failed = || ServiceError::internal("The key could not be generated.");
    let material = match spec {
        KeySpec::Rsa { .. } => tokio::task::spawn_blocking(move || KeyMaterial::generate(spec))
            .await
            .map_err(|_| failed())?,
        KeySpec::Ec(_) | KeySpec::Oct { .. } => KeyMaterial::generate(spec),
    };
    material.map_err(|_| failed())
}
