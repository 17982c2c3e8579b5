//! Ending an operation with a certificate that somebody else signed.

use std::sync::Arc;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{StatusCode, header};
use serde::Deserialize;

use super::{
    CertificateContent, Issued,
    container::{leaf_first, read_certificates},
    content::MAX_TAG_CHARS,
    operation::{State, find},
    publish,
    x509::Leaf,
};
use crate::{
    locks::lock,
    objects::{AttributesBody, Content, Part, TagsBody, json, known_tags, reply},
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Deserialize)]
struct Body {
    x5c: Option<Vec<String>>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
}

pub(super) fn merge(context: &Context<'_>, name: &str, body: &[u8]) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Create, Some(name))?;
    let _turn = lock(&context.vault.certificates.turn);
    let mut store = lock(&context.vault.certificates.store);
    // Before the body is looked at, as recorded.
    let (_, operation) = find(&mut store, context, name, not_found)?;
    let operation = match operation.state {
        State::Completed => return Err(not_found(name)),
        State::InProgress if !operation.policy.is_signed_elsewhere() => {
            let issuer = &operation.policy.issuer.name;
            return Err(ServiceError::merge_forbidden(issuer));
        }
        // As documented: a certificate that came by another way ends a request that was given up, too.
        State::InProgress | State::Cancelled | State::Failed(_) => operation.clone(),
    };
    let body: Body = json(body)?;
    let chain = chain(body.x5c)?;
    let certificates: Result<Vec<_>, _> = chain.iter().map(|der| Leaf::read(der)).collect();
    let certificates = certificates.map_err(|_| unreadable())?;
    // In whatever order they come: https://github.com/polymind-inc/acmebot/pull/1141
    let at = certificates.iter().position(|certificate| certificate.is_of(&operation.key));
    let (at, leaf) = at.and_then(|at| Some((at, certificates.get(at)?))).ok_or_else(other_key)?;
    let now = context.now();
    if leaf.validity().1 <= now.unix_timestamp() {
        return Err(ServiceError::certificate_expired());
    }
    let sent = body.attributes.and_then(|attributes| attributes.enabled());
    let tags = known_tags(body.tags, MAX_TAG_CHARS)?.unwrap_or(operation.tags);
    let failed = |_| ServiceError::internal("The certificate could not be merged.");
    let order = operation.preserve_order.unwrap_or_default().then(|| chain.clone());
    let chain = leaf_first(chain, at);
    let version = Issued::of(&operation.policy, Arc::clone(&operation.key), chain, order)
        .and_then(|issued| {
            let enabled = sent.unwrap_or(operation.enabled);
            issued.version(operation.version, enabled, tags, now.unix_timestamp())
        })
        .map_err(failed)?;
    let object = store.writable(name, now)?;
    if object.latest.content.issued.is_none() {
        lock(&context.vault.keys).check_absent(name, now)?;
        lock(&context.vault.secrets).check_absent(name, now)?;
    }
    publish::latest(context, object, version);
    if let Some(operation) = &mut object.settings.operation {
        operation.state = State::Completed;
    }
    let api_version = &context.query.api_version;
    let location = context.url(&format!("certificates/{}?api-version={api_version}", object.name));
    Ok(reply(context, object, &object.latest, Part::Whole)?
        .with_status(StatusCode::CREATED)
        .with_header(header::LOCATION, &location))
}

/// Certificates or files of such, in base64; clients send either alphabet.
fn chain(x5c: Option<Vec<String>>) -> Result<Vec<Vec<u8>>, ServiceError> {
    let x5c = x5c.filter(|x5c| !x5c.is_empty()).ok_or_else(|| ServiceError::required("x5c"))?;
    let mut chain = Vec::new();
    for text in x5c {
        let text = text.trim();
        let file = STANDARD
            .decode(text)
            .or_else(|_| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')))
            .map_err(|_| unreadable())?;
        chain.extend(read_certificates(&file).map_err(|_| unreadable())?);
    }
    Ok(chain)
}

fn other_key() -> ServiceError {
    ServiceError::bad_parameter(
        "The public key of the end-entity certificate in the specified X.509 certificate content does not match the \
         public part of the specified private key. Please check if certificate is valid.",
    )
}

fn unreadable() -> ServiceError {
    ServiceError::bad_parameter("Property x5c has no X.509 certificate that can be read.")
}

fn not_found(name: &str) -> ServiceError {
    ServiceError::pending_not_found(format!("Pending Certificate not found: {name}"))
}
