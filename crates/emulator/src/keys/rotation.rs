//! New versions of a key by rotation: when asked for, and when its policy says so.
//!
//! Nothing runs in the background: what a policy has brought about since is done when the key is next looked at.

use std::sync::Arc;

use time::OffsetDateTime;

use super::{
    KeyContent, KeyObject, KeyVersion, Looked,
    create::{check_count, generate},
};
use crate::{
    crypto::{KeyMaterial, KeySpec},
    locks::lock,
    objects::{Attributes, AttributesBody, Content, Part, Version, check_unmanaged, reply},
    vault::{Action, Context, KeyRoute, Reply, ServiceError},
};

/// The most versions that are made up for when a clock jumped; the earliest are left out.
const CAUGHT_UP: usize = 12;
/// Where counting what is overdue ends: two centuries of weeks.
const COUNTED: usize = 10_000;

pub(super) async fn rotate(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::Rotate, Some(name))?;
    let spec = {
        let mut store = lock(&context.vault.keys);
        let object = store.writable(name, context.now())?;
        check_unmanaged(object, "rotate")?;
        check_count(context, object)?;
        object.latest.content.material.spec()
    };
    let material = generate(spec).await?;
    let now = context.now();
    let mut store = lock(&context.vault.keys);
    // What happened to the key meanwhile counts: it may be deleted, or have a newer version.
    let object = store.writable(name, now)?;
    check_unmanaged(object, "rotate")?;
    check_count(context, object)?;
    push(object, material, now);
    reply(context, object, &object.latest, Part::Whole)
}

/// Rotates the keys that `route` looks at, as far as their policies are overdue.
pub(crate) async fn keep_up(context: &Context<'_>, route: &KeyRoute) -> Result<(), ServiceError> {
    let name = match route.looked() {
        Looked::Nothing => return Ok(()),
        Looked::At(name) => Some(name),
        Looked::AtAll => None,
    };
    let now = context.now();
    while let Some(due) = next_due(context, name, now) {
        // Boxed, so that requests that rotate nothing do not carry it.
        let material = Box::pin(generate(due.spec)).await?;
        let mut store = lock(&context.vault.keys);
        // Another request may have been faster, or deleted the key.
        if let Ok(object) = store.writable(&due.name, now)
            && object.latest.id == due.version
        {
            push(object, material, due.at);
        }
    }
    Ok(())
}

struct Due {
    name: String,
    /// The latest version, which is to be followed.
    version: String,
    at: OffsetDateTime,
    spec: KeySpec,
}

fn next_due(context: &Context<'_>, name: Option<&str>, now: OffsetDateTime) -> Option<Due> {
    let mut store = lock(&context.vault.keys);
    match name {
        Some(name) => due(context, store.readable(name, now).ok()?, now),
        None => store.live_after("", now).find_map(|(_, object)| due(context, object, now)),
    }
}

fn due(context: &Context<'_>, object: &KeyObject, now: OffsetDateTime) -> Option<Due> {
    // A key that is full stays as it is.
    check_count(context, object).ok()?;
    let policy = object.settings.rotation.as_ref()?;
    let time = |seconds: i64| OffsetDateTime::from_unix_timestamp(seconds).ok();
    let attributes = &object.latest.attributes;
    let first = policy.due(time(attributes.created)?, attributes.exp.and_then(time))?;
    let next = |at: &OffsetDateTime| policy.due(*at, policy.expiry(*at)).filter(|next| next > at);
    let overdue: Vec<_> = std::iter::successors(Some(first), next)
        .take_while(|at| *at <= now)
        .take(COUNTED)
        .collect();
    let at = *overdue.get(overdue.len().saturating_sub(CAUGHT_UP))?;
    Some(Due {
        name: object.name.clone(),
        version: object.latest.id.clone(),
        at,
        spec: object.latest.content.material.spec(),
    })
}

/// A version like the latest, with new material and the expiry that the policy gives it.
fn push(object: &mut KeyObject, material: KeyMaterial, at: OffsetDateTime) {
    let latest = &object.latest;
    let mut attributes = Attributes::new(at.unix_timestamp(), &AttributesBody::default());
    let expiry = object.settings.rotation.as_ref().and_then(|policy| policy.expiry(at));
    attributes.exp = expiry.map(OffsetDateTime::unix_timestamp);
    let content = KeyContent {
        material: Arc::new(material),
        hsm: latest.content.hsm,
        key_ops: latest.content.key_ops.clone(),
        managed: false,
    };
    let version: KeyVersion = Version::new(attributes, latest.tags.clone(), content);
    object.push(version);
}
