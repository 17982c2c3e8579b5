//! Asking for a certificate: its key and its request are made now, the certificate later.

use std::sync::Arc;

use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    CertificateContent, CertificateObject, CertificateVersion, Operation, Policy,
    content::MAX_TAG_CHARS, issuers, policy::PolicyBody, x509,
};
use crate::{
    crypto::KeyMaterial,
    keys,
    locks::lock,
    objects::{Attributes, AttributesBody, Content, Store, TagsBody, Version, json, known_tags},
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Deserialize)]
struct Body {
    policy: Option<PolicyBody>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
    #[serde(rename = "preserveCertOrder")]
    preserve_order: Option<bool>,
}

pub(super) async fn create(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Create, Some(name))?;
    let body: Body = json(body)?;
    let tags = known_tags(body.tags, MAX_TAG_CHARS)?.unwrap_or_default();
    let enabled = body.attributes.and_then(|attributes| attributes.enabled()).unwrap_or(true);
    let begun = context.now();
    let is_sent = body.policy.is_some();
    // Refused early, before seconds of work, and checked again when the key is there.
    let (policy, reused) = {
        let mut store = lock(&context.vault.certificates.store);
        check_name(context, &mut store, name, begun)?;
        let object = store.readable(name, begun).ok();
        let policy = policy(body.policy, object, begun)?;
        issuers::check(context, &policy.issuer.name)?;
        let reused = object.and_then(|object| reusable(object, &policy));
        (policy, reused)
    };
    if policy.hsm() {
        context.check_hardware()?;
    }
    let key = match reused {
        Some(key) => key,
        None => Arc::new(keys::generate(policy.key_spec()).await?),
    };
    let csr = x509::request(&policy.x509_props, &key)
        .map_err(|_| ServiceError::internal("The certificate request could not be made."))?;
    let operation = Operation::new(policy, key, csr, enabled, tags, begun)
        .with_preserved_order(body.preserve_order);
    let _turn = lock(&context.vault.certificates.turn);
    let mut store = lock(&context.vault.certificates.store);
    check_name(context, &mut store, name, context.now())?;
    let reply = operation.accepted(context, name)?;
    begin(&mut store, name, operation, is_sent);
    Ok(reply)
}

/// What was sent replaces the policy of an older version; nothing sent keeps it.
fn policy(
    body: Option<PolicyBody>,
    object: Option<&CertificateObject>,
    now: OffsetDateTime,
) -> Result<Policy, ServiceError> {
    let now = now.unix_timestamp();
    match (body, object) {
        (Some(body), object) => {
            let mut policy = Policy::of(body, None, now)?;
            if let Some(object) = object {
                policy.attributes.created = object.settings.policy.attributes.created;
            }
            Ok(policy)
        }
        (None, Some(object)) => Ok(object.settings.policy.clone()),
        (None, None) => Err(ServiceError::required("policy")),
    }
}

/// The key of the latest version, if the policy wants it again.
pub(super) fn reusable(object: &CertificateObject, policy: &Policy) -> Option<Arc<KeyMaterial>> {
    let issued = object.latest.content.issued.as_ref()?;
    let same = issued.key.spec() == policy.key_spec() && issued.hsm == policy.hsm();
    (policy.key_props.reuse_key && same).then(|| Arc::clone(&issued.key))
}

/// Refuses a name that no version of a certificate can be made of now.
pub(super) fn check_name(
    context: &Context<'_>,
    store: &mut Store<CertificateContent>,
    name: &str,
    now: OffsetDateTime,
) -> Result<(), ServiceError> {
    store.check_name(name, now)?;
    match store.readable(name, now) {
        Ok(object) if object.settings.operation.as_ref().is_some_and(Operation::is_in_progress) => {
            Err(ServiceError::certificate_in_progress())
        }
        Ok(object) if object.latest.content.issued.is_some() => Ok(()),
        // The first version: nobody else's key or secret may be there.
        _ => {
            lock(&context.vault.keys).check_absent(name, now)?;
            lock(&context.vault.secrets).check_absent(name, now)
        }
    }
}

/// Shows the operation at its certificate. The first comes with a version without a certificate, which is disabled.
/// A policy that was not sent stays what somebody may have made of it while the key was being made.
fn begin(
    store: &mut Store<CertificateContent>,
    name: &str,
    operation: Operation,
    is_policy_sent: bool,
) {
    let begun = operation.begun;
    let (object, is_new) = match store.writable(name, begun) {
        Ok(object) => {
            if object.latest.content.issued.is_none() {
                object.replace(unissued(&operation));
            }
            (object, false)
        }
        Err(_) => (store.add(name, unissued(&operation)), true),
    };
    if is_policy_sent || is_new {
        object.settings.policy = operation.policy.clone();
    }
    object.settings.preserve_order = operation.preserve_order;
    object.settings.operation = Some(operation);
}

fn unissued(operation: &Operation) -> CertificateVersion {
    let begun = operation.begun;
    let validity = x509::Validity::of(begun, operation.policy.x509_props.validity_months);
    let mut attributes = Attributes::new(begun.unix_timestamp(), &AttributesBody::default());
    attributes.enabled = false;
    attributes.nbf = Some(validity.not_before.unix_timestamp());
    attributes.exp = Some(validity.not_after.unix_timestamp());
    let (id, tags) = (operation.version.clone(), operation.tags.clone());
    Version { id, number: 0, attributes, tags, content: CertificateContent { issued: None } }
}
