//! Certificates that somebody brings with their private key.

use std::sync::Arc;

use serde::Deserialize;
use uuid::Uuid;

use super::{
    CertificateContent, CertificateSettings, Issued, Policy,
    container::{self, Contents},
    content::MAX_TAG_CHARS,
    create::check_name,
    issuers,
    policy::{KeyProps, PolicyBody},
    publish,
    x509::Leaf,
};
use crate::{
    crypto::KeySpec,
    locks::lock,
    objects::{AttributesBody, Content, Part, TagsBody, json, known_tags, reply},
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Deserialize)]
struct Body {
    value: Option<String>,
    pwd: Option<String>,
    policy: Option<PolicyBody>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
    #[serde(rename = "preserveCertOrder")]
    preserve_order: Option<bool>,
}

/// A new version at once: there is nobody to wait for.
pub(super) fn import(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(CertificateContent::KIND, Action::Import, Some(name))?;
    let body: Body = json(body)?;
    let value = body.value.ok_or_else(|| ServiceError::required("value"))?;
    let tags = known_tags(body.tags, MAX_TAG_CHARS)?.unwrap_or_default();
    let enabled = body.attributes.and_then(|attributes| attributes.enabled()).unwrap_or(true);
    let sent = body.policy.unwrap_or_default();
    let pem = sent.wants_pem().unwrap_or_else(|| container::is_pem(&value));
    let contents = container::read(&value, pem, body.pwd.as_deref().unwrap_or_default())
        .map_err(|_| unreadable(pem))?;
    let now = context.now();
    check_expiry(&contents, pem, now.unix_timestamp())?;
    if sent.wants_hsm() {
        context.check_hardware()?;
    }
    let policy = policy(&contents, sent, pem, now.unix_timestamp())?;
    issuers::check(context, &policy.issuer.name)?;
    let Contents { key, chain, order } = contents;
    let order = body.preserve_order.unwrap_or_default().then_some(order);
    let failed = |_| ServiceError::internal("The certificate could not be imported.");
    let version = Issued::of(&policy, Arc::new(key), chain, order)
        .and_then(|issued| {
            let id = Uuid::new_v4().simple().to_string();
            issued.version(id, enabled, tags, now.unix_timestamp())
        })
        .map_err(failed)?;
    let _turn = lock(&context.vault.certificates.turn);
    let mut store = lock(&context.vault.certificates.store);
    check_name(context, &mut store, name, now)?;
    let object = match store.writable(name, now) {
        Ok(object) => {
            publish::latest(context, object, version);
            object
        }
        Err(_) => {
            let object = store.add(name, version);
            publish::all(context, object);
            object
        }
    };
    object.settings =
        CertificateSettings { policy, operation: None, preserve_order: body.preserve_order };
    reply(context, object, &object.latest, Part::Whole)
}

/// As documented: what is over is not taken.
fn check_expiry(contents: &Contents, pem: bool, now: i64) -> Result<(), ServiceError> {
    let leaf = contents.chain.first().and_then(|der| Leaf::read(der).ok());
    let (_, exp) = leaf.ok_or_else(|| unreadable(pem))?.validity();
    if exp <= now {
        return Err(ServiceError::certificate_expired());
    }
    Ok(())
}

/// The policy for more such certificates, as far as the certificate tells.
fn policy(
    contents: &Contents,
    sent: PolicyBody,
    pem: bool,
    now: i64,
) -> Result<Policy, ServiceError> {
    let leaf = contents.chain.first().map(|der| Leaf::read(der));
    let props = leaf
        .and_then(Result::ok)
        .and_then(|leaf| leaf.props().ok())
        .ok_or_else(|| unreadable(pem))?;
    let (kty, key_size, crv) = match contents.key.spec() {
        KeySpec::Ec(curve) => ("EC", curve.bits(), Some(curve.name().to_owned())),
        KeySpec::Rsa { bits } => ("RSA", bits, None),
        // No certificate of a vault has such a key.
        KeySpec::Oct { .. } | KeySpec::Okp => return Err(unreadable(pem)),
    };
    let hsm = sent.wants_hsm();
    let key_props = KeyProps {
        exportable: sent.exportable().unwrap_or(!hsm),
        kty: if hsm { format!("{kty}-HSM") } else { kty.to_owned() },
        key_size,
        reuse_key: false,
        crv,
    };
    Policy::of_import(sent, key_props, props, pem, now)
}

fn unreadable(pem: bool) -> ServiceError {
    ServiceError::bad_parameter(if pem {
        "The specified PEM X.509 certificate content is in an unexpected format. Please check if certificate is in \
         valid PEM format."
    } else {
        "The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid \
         PKCS#12 format."
    })
}
