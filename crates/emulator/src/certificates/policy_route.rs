//! Reading and changing a certificate's policy, which counts from its next version on.

use super::{CertificateContent, Policy, issuers, policy::PolicyBody};
use crate::{
    locks::lock,
    objects::{Content, json},
    vault::{Action, Context, Reply, ServiceError},
};

pub(super) fn get(context: &Context<'_>, name: &str) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Get, Some(name))?;
    let mut store = lock(&context.vault.certificates.store);
    let object = store.readable(name, context.now())?;
    Reply::json(context.site.kind, &object.settings.policy.view(context, &object.name))
}

pub(super) fn update(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Update, Some(name))?;
    let body: PolicyBody = json(body)?;
    let now = context.now();
    let mut store = lock(&context.vault.certificates.store);
    let object = store.writable(name, now)?;
    let policy = Policy::of(body, Some(&object.settings.policy), now.unix_timestamp())?;
    issuers::check(context, &policy.issuer.name)?;
    object.settings.policy = policy;
    Reply::json(context.site.kind, &object.settings.policy.view(context, &object.name))
}
