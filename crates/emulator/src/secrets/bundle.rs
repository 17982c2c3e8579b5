//! Secrets as the service shows them, members in its order.

use std::borrow::Cow;

use serde::Serialize;

use super::{PEM, SecretContent, SecretObject, SecretVersion};
use crate::{
    certificates,
    objects::{AttributesView, Part, Tags},
    vault::Context,
};

/// The answer to everything but lists; the value is there only when it was read or set.
#[derive(Serialize)]
pub(super) struct SecretBundle<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Cow<'a, str>>,
    #[serde(flatten)]
    properties: SecretItem<'a>,
}

/// An item of a list: everything but the value.
#[derive(Serialize)]
pub(super) struct SecretItem<'a> {
    #[serde(rename = "contentType", skip_serializing_if = "Option::is_none")]
    content_type: Option<&'a str>,
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed: Option<bool>,
    attributes: AttributesView,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
    /// The key of the certificate that this is the file of.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<String>,
}

impl<'a> SecretBundle<'a> {
    pub(super) fn of(
        context: &Context<'_>,
        id: String,
        object: &SecretObject,
        version: &'a SecretVersion,
        part: Part,
    ) -> Self {
        let mut properties =
            SecretItem::of(context, id, version).with_kid(context, object, version);
        let content = &version.content;
        let value = part.has_value().then(|| match converted(context, content) {
            Some(pem) => {
                properties.content_type = Some(PEM);
                Cow::Owned(pem)
            }
            None => Cow::Borrowed(content.value.as_str()),
        });
        Self { value, properties }
    }
}

/// The file of a certificate as PEM, when that is asked for and it is none.
fn converted(context: &Context<'_>, content: &SecretContent) -> Option<String> {
    let wanted = context.query.out_content_type.as_deref() == Some(PEM);
    let other = content.content_type.as_deref() != Some(PEM);
    (wanted && other && content.managed).then(|| certificates::to_pem(&content.value)).flatten()
}

impl<'a> SecretItem<'a> {
    pub(super) fn of(context: &Context<'_>, id: String, version: &'a SecretVersion) -> Self {
        Self {
            content_type: version.content.content_type.as_deref(),
            id,
            attributes: version.attributes.view(context),
            tags: &version.tags,
            kid: None,
            managed: version.content.managed.then_some(true),
        }
    }

    fn with_kid(
        mut self,
        context: &Context<'_>,
        object: &SecretObject,
        version: &SecretVersion,
    ) -> Self {
        let kid = || context.url(&format!("keys/{}/{}", object.name, version.id));
        self.kid = version.content.managed.then(kid);
        self
    }
}
