//! Certificates as the service shows them, members in its order.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Serialize;

use super::{CertificateObject, CertificateVersion, policy::PolicyView};
use crate::{
    crypto::thumbprint,
    objects::{Attributes, AttributesView, Part, Tags},
    vault::Context,
};

/// The answer to everything but lists. One that is not issued yet has no certificate and names no key.
#[derive(Serialize)]
pub(super) struct CertificateBundle<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cer: Option<String>,
    attributes: AttributesView,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
    #[serde(rename = "preserveCertOrder", skip_serializing_if = "Option::is_none")]
    preserve_order: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<PolicyView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<Pending>,
}

/// Where the operation that made it, or makes the next, can be asked.
#[derive(Serialize)]
struct Pending {
    id: String,
}

/// An item of a list.
#[derive(Serialize)]
pub(super) struct CertificateItem<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5t: Option<String>,
    attributes: ItemAttributes,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
    /// Always empty, as recorded.
    subject: &'static str,
}

/// Without the recovery level, unlike all else.
#[derive(Serialize)]
struct ItemAttributes {
    enabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    created: i64,
    updated: i64,
}

impl<'a> CertificateBundle<'a> {
    pub(super) fn of(
        context: &Context<'_>,
        id: String,
        object: &'a CertificateObject,
        version: &'a CertificateVersion,
        part: Part,
    ) -> Self {
        let issued = version.content.issued.as_ref();
        let beside = |collection: &str| {
            issued.map(|_| context.url(&format!("{collection}/{}/{}", object.name, version.id)))
        };
        let settings = &object.settings;
        let operation = settings.operation.as_ref().filter(|_| part != Part::Version);
        let pending =
            || Pending { id: context.url(&format!("certificates/{}/pending", object.name)) };
        Self {
            id,
            kid: beside("keys"),
            sid: beside("secrets"),
            x5t: x5t(version),
            cer: issued.and_then(|issued| issued.chain.first()).map(|der| STANDARD.encode(der)),
            attributes: version.attributes.view(context),
            tags: &version.tags,
            preserve_order: settings.preserve_order.filter(|_| part != Part::Version),
            policy: part.has_policy().then(|| settings.policy.view(context, &object.name)),
            pending: operation.map(|_| pending()),
        }
    }
}

impl<'a> CertificateItem<'a> {
    pub(super) fn of(id: String, version: &'a CertificateVersion) -> Self {
        let Attributes { enabled, nbf, exp, created, updated } = version.attributes;
        Self {
            id,
            x5t: x5t(version),
            attributes: ItemAttributes { enabled, nbf, exp, created, updated },
            tags: &version.tags,
            subject: "",
        }
    }
}

fn x5t(version: &CertificateVersion) -> Option<String> {
    let der = version.content.issued.as_ref()?.chain.first()?;
    Some(URL_SAFE_NO_PAD.encode(thumbprint(der)))
}
