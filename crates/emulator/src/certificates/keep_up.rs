//! What the clock has brought about: certificates that are issued by now, and renewals.

use std::sync::Arc;

use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    CertificateObject, CertificateVersion, Issued, Operation, Policy,
    create::reusable,
    issuers,
    operation::State,
    publish,
    x509::{self, Validity, X509Error},
};
use crate::{
    crypto::KeyMaterial,
    keys,
    locks::lock,
    objects::Tags,
    vault::{Context, ServiceError},
};

/// The most versions that are made up for when a clock jumped; the earliest are left out.
const CAUGHT_UP: usize = 12;
/// Where counting what is overdue ends.
const COUNTED: usize = 10_000;

/// Which certificates a request looks at.
#[derive(Clone, Copy)]
pub(crate) enum Looked<'a> {
    Nothing,
    At(&'a str),
    AtAll,
}

/// Issues and renews what is due by now, as far as the request looks at it.
pub(crate) async fn keep_up(context: &Context<'_>, looked: Looked<'_>) -> Result<(), ServiceError> {
    let name = match looked {
        Looked::Nothing => return Ok(()),
        Looked::At(name) => Some(name),
        Looked::AtAll => None,
    };
    // Most vaults have none, and every read of a secret comes by.
    if lock(&context.vault.certificates.store).is_empty() {
        return Ok(());
    }
    let now = context.now();
    issue_due(context, name, now);
    while let Some(due) = next_renewal(context, name, now) {
        let key = match due.key {
            Some(key) => key,
            // Boxed, so that requests that renew nothing do not carry it.
            None => Arc::new(Box::pin(keys::generate(due.policy.key_spec())).await?),
        };
        let failed = |_| ServiceError::internal("The certificate could not be renewed.");
        let issued = sign(context, &due.policy, key, due.at).map_err(failed)?;
        let id = Uuid::new_v4().simple().to_string();
        let version =
            issued.version(id, true, due.tags, due.at.unix_timestamp()).map_err(failed)?;
        let _turn = lock(&context.vault.certificates.turn);
        let mut store = lock(&context.vault.certificates.store);
        // Another request may have been faster, or deleted the certificate.
        if let Ok(object) = store.writable(&due.name, now)
            && object.latest.id == due.version
        {
            publish::latest(context, object, version);
        }
    }
    Ok(())
}

/// Ends the operations whose issuers are done. Nobody waits for a certificate that is being signed.
fn issue_due(context: &Context<'_>, name: Option<&str>, now: OffsetDateTime) {
    while let Some((name, operation)) = next_operation(context, name, now) {
        let made = issue(context, &operation);
        let _turn = lock(&context.vault.certificates.turn);
        let mut store = lock(&context.vault.certificates.store);
        let Ok(object) = store.writable(&name, now) else {
            continue;
        };
        // Another request may have been faster, or ended the operation.
        if !object.settings.operation.as_ref().is_some_and(|held| held.is_still(&operation)) {
            continue;
        }
        let state = match made.and_then(|version| check_beside(context, object, version, now)) {
            Ok(version) => {
                publish::latest(context, object, version);
                State::Completed
            }
            Err(message) => State::Failed(message.into()),
        };
        if let Some(operation) = &mut object.settings.operation {
            operation.state = state;
        }
    }
}

/// The next operation that is to end with a certificate; those that were cancelled end here.
fn next_operation(
    context: &Context<'_>,
    name: Option<&str>,
    now: OffsetDateTime,
) -> Option<(String, Operation)> {
    let mut store = lock(&context.vault.certificates.store);
    let names: Vec<String> = match name {
        Some(name) => vec![name.to_owned()],
        None => store
            .live_after("", now)
            .filter(|(_, object)| is_in_progress(object))
            .map(|(name, _)| name.to_owned())
            .collect(),
    };
    names.into_iter().find_map(|name| {
        // Most looks change nothing: only what changes is to be written.
        store.readable(&name, now).ok().filter(|object| is_in_progress(object))?;
        let operation = store.writable(&name, now).ok()?.settings.operation.as_mut()?;
        operation.is_due(context, now).then(|| (name, operation.clone()))
    })
}

fn is_in_progress(object: &CertificateObject) -> bool {
    object.settings.operation.as_ref().is_some_and(Operation::is_in_progress)
}

fn issue(context: &Context<'_>, operation: &Operation) -> Result<CertificateVersion, &'static str> {
    if issuers::check(context, &operation.policy.issuer.name).is_err() {
        return Err("The issuer is not there, or is disabled.");
    }
    let at = operation.issued_at(context);
    sign(context, &operation.policy, Arc::clone(&operation.key), at)
        .and_then(|issued| {
            let (id, tags) = (operation.version.clone(), operation.tags.clone());
            issued.version(id, operation.enabled, tags, at.unix_timestamp())
        })
        .map_err(|_| "The certificate could not be made.")
}

/// Refuses a first version beside somebody else's key or secret.
fn check_beside(
    context: &Context<'_>,
    object: &CertificateObject,
    version: CertificateVersion,
    now: OffsetDateTime,
) -> Result<CertificateVersion, &'static str> {
    if object.latest.content.issued.is_none() {
        let taken =
            |_| "A key or a secret of the certificate's name has come into being meanwhile.";
        lock(&context.vault.keys).check_absent(&object.name, now).map_err(taken)?;
        lock(&context.vault.secrets).check_absent(&object.name, now).map_err(taken)?;
    }
    Ok(version)
}

/// A certificate of that moment, by the policy's issuer.
fn sign(
    context: &Context<'_>,
    policy: &Policy,
    key: Arc<KeyMaterial>,
    at: OffsetDateTime,
) -> Result<Issued, X509Error> {
    let props = &policy.x509_props;
    let validity = Validity::of(at, props.validity_months);
    let chain = if policy.is_self_signed() {
        vec![x509::self_signed(props, &key, validity)?]
    } else {
        context.router.certificate_issuer.issue(props, &key, validity)?
    };
    Issued::of(policy, key, chain, None)
}

struct Due {
    name: String,
    /// The latest version, which is to be followed.
    version: String,
    at: OffsetDateTime,
    policy: Policy,
    key: Option<Arc<KeyMaterial>>,
    tags: Tags,
}

fn next_renewal(context: &Context<'_>, name: Option<&str>, now: OffsetDateTime) -> Option<Due> {
    let mut store = lock(&context.vault.certificates.store);
    match name {
        Some(name) => renewal(context, store.readable(name, now).ok()?, now),
        None => store.live_after("", now).find_map(|(_, object)| renewal(context, object, now)),
    }
}

/// What is next to be renewed of a certificate; nothing while somebody asks for a version of it.
fn renewal(context: &Context<'_>, object: &CertificateObject, now: OffsetDateTime) -> Option<Due> {
    let policy = &object.settings.policy;
    let trigger = policy.renewal()?;
    let latest = &object.latest;
    latest.content.issued.as_ref()?;
    if is_in_progress(object) || !latest.attributes.enabled || !policy.attributes.enabled {
        return None;
    }
    issuers::check(context, &policy.issuer.name).ok()?;
    let due = |nbf: i64, exp: i64| {
        trigger.due(nbf, exp).and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok())
    };
    let next = |at: &OffsetDateTime| {
        let validity = Validity::of(*at, policy.x509_props.validity_months);
        due(validity.not_before.unix_timestamp(), validity.not_after.unix_timestamp())
            .filter(|next| next > at)
    };
    // Every change is preceded by a look: what was due before it could not be done then, and is done after it.
    let changed = latest.attributes.updated.max(policy.attributes.updated);
    let changed = OffsetDateTime::from_unix_timestamp(changed).ok()?;
    let first = due(latest.attributes.nbf?, latest.attributes.exp?)?.max(changed);
    let overdue: Vec<_> = std::iter::successors(Some(first), next)
        .take_while(|at| *at <= now)
        .take(COUNTED)
        .collect();
    let at = *overdue.get(overdue.len().saturating_sub(CAUGHT_UP))?;
    // At the calendar's end a new version would be as overdue as this one.
    next(&at)?;
    Some(Due {
        name: object.name.clone(),
        version: latest.id.clone(),
        at,
        policy: policy.clone(),
        key: reusable(object, policy),
        tags: latest.tags.clone(),
    })
}
