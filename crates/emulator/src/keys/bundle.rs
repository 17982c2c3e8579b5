//! Keys as the service shows them, members in its order. Public parts only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::KeyVersion;
use crate::{
    crypto::KeyMaterial,
    host::VaultKind,
    objects::{AttributesView, Tags},
    vault::Context,
};

/// The answer to create, get and update.
#[derive(Debug, Serialize)]
pub(super) struct KeyBundle<'a> {
    key: JsonWebKey<'a>,
    attributes: AttributesView,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
}

/// An item of a list.
#[derive(Debug, Serialize)]
pub(super) struct KeyItem<'a> {
    kid: String,
    attributes: AttributesView,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
}

#[derive(Debug, Serialize)]
struct JsonWebKey<'a> {
    kid: String,
    kty: &'static str,
    key_ops: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

/// `kty` as answers and texts spell it.
pub(super) fn key_type(version: &KeyVersion) -> &'static str {
    match (&*version.content.material, version.content.hsm) {
        (KeyMaterial::Rsa(_), false) => "RSA",
        (KeyMaterial::Rsa(_), true) => "RSA-HSM",
        (KeyMaterial::Ec(_), false) => "EC",
        (KeyMaterial::Ec(_), true) => "EC-HSM",
        (KeyMaterial::Oct(_), false) => "oct",
        (KeyMaterial::Oct(_), true) => "oct-HSM",
    }
}

fn attributes(context: &Context<'_>, version: &KeyVersion) -> AttributesView {
    let shows_exportable =
        context.vault.kind == VaultKind::ManagedHsm || context.query.is_at_least_7_4();
    // Exportable keys need a release policy, which this emulator refuses.
    version.attributes.view(context).with_exportable(shows_exportable.then_some(false))
}

impl<'a> KeyBundle<'a> {
    pub(super) fn of(context: &Context<'_>, kid: String, version: &'a KeyVersion) -> Self {
        Self {
            key: JsonWebKey::of(context, kid, version),
            attributes: attributes(context, version),
            tags: &version.tags,
        }
    }
}

impl<'a> KeyItem<'a> {
    pub(super) fn of(context: &Context<'_>, kid: String, version: &'a KeyVersion) -> Self {
        Self { kid, attributes: attributes(context, version), tags: &version.tags }
    }
}

impl<'a> JsonWebKey<'a> {
    fn of(context: &Context<'_>, kid: String, version: &'a KeyVersion) -> Self {
        let base64url = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let mut jwk = Self {
            kid,
            kty: key_type(version),
            key_ops: &version.content.key_ops,
            n: None,
            e: None,
            crv: None,
            x: None,
            y: None,
        };
        match &*version.content.material {
            KeyMaterial::Rsa(key) => {
                jwk.n = base64url(key.n());
                // A premium vault's hardware keys show the exponent in four bytes.
                jwk.e = if version.content.hsm && context.vault.kind == VaultKind::Vault {
                    base64url(&[&[0], key.e()].concat())
                } else {
                    base64url(key.e())
                };
            }
            KeyMaterial::Ec(key) => {
                let (x, y) = key.point();
                jwk.crv = Some(key.curve().name());
                jwk.x = base64url(x);
                jwk.y = base64url(y);
            }
            // A symmetric key has no public part.
            KeyMaterial::Oct(_) => {}
        }
        jwk
    }
}
