//! Keys as the service shows them, members in its order. Public parts only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{KeyObject, KeyVersion, release_policy::ReleasePolicy};
use crate::{
    crypto::{ED25519_NAME, KeyMaterial},
    host::VaultKind,
    objects::{AttributesView, Tags},
    vault::Context,
};

/// The answer to create, get, update and the like.
#[derive(Debug, Serialize)]
pub(super) struct KeyBundle<'a> {
    key: JsonWebKey<'a>,
    attributes: KeyAttributesView,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
    #[serde(skip_serializing_if = "Option::is_none")]
    release_policy: Option<&'a ReleasePolicy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed: Option<bool>,
}

/// An item of a list.
#[derive(Debug, Serialize)]
pub(super) struct KeyItem<'a> {
    kid: String,
    attributes: KeyAttributesView,
    #[serde(skip_serializing_if = "Tags::is_empty")]
    tags: &'a Tags,
    #[serde(skip_serializing_if = "Option::is_none")]
    managed: Option<bool>,
}

/// The attributes that all objects have, and those of keys.
#[derive(Debug, Serialize)]
struct KeyAttributesView {
    #[serde(flatten)]
    common: AttributesView,
    #[serde(skip_serializing_if = "Option::is_none")]
    exportable: Option<bool>,
    /// `0`: software. `2`: an HSM, FIPS 140-3 level 3.
    #[serde(rename = "hsmPlatform", skip_serializing_if = "Option::is_none")]
    hsm_platform: Option<&'static str>,
    /// In bits, of symmetric keys only.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_size: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attestation: Option<KeyAttestation>,
}

/// What proves that a key is kept in hardware.
#[derive(Debug, Serialize)]
pub(super) struct KeyAttestation {
    /// A chain in PEM, in base64url.
    #[serde(rename = "certificatePemFile")]
    pub(super) certificate_pem_file: String,
    #[serde(rename = "privateKeyAttestation")]
    pub(super) private_key_attestation: String,
    #[serde(rename = "publicKeyAttestation")]
    pub(super) public_key_attestation: String,
    pub(super) version: &'static str,
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
    /// Of a released key only.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_hsm: Option<String>,
}

/// `kty` as answers and texts spell it.
pub(super) fn key_type(version: &KeyVersion) -> &'static str {
    match (&*version.content.material, version.content.hsm) {
        (KeyMaterial::Rsa(_), false) => "RSA",
        (KeyMaterial::Rsa(_), true) => "RSA-HSM",
        (KeyMaterial::Ec(_), false) => "EC",
        (KeyMaterial::Ec(_), true) => "EC-HSM",
        (KeyMaterial::Okp(_), false) => "OKP",
        (KeyMaterial::Okp(_), true) => "OKP-HSM",
        (KeyMaterial::Oct(_), false) => "oct",
        (KeyMaterial::Oct(_), true) => "oct-HSM",
    }
}

fn attributes(
    context: &Context<'_>,
    object: &KeyObject,
    version: &KeyVersion,
) -> KeyAttributesView {
    // Keys in hardware had it at 7.3 (September 2022), software keys since 7.4.
    let hsm = version.content.hsm;
    let shows_exportable = context.vault.kind == VaultKind::ManagedHsm
        || context.query.is_at_least_7_4()
        || (hsm && context.query.is_at_least_7_3());
    let shows_platform = context.vault.kind == VaultKind::Vault && context.query.is_at_least_7_5();
    let key_size = match &*version.content.material {
        KeyMaterial::Oct(key) => context.query.is_at_least_2026_04_01().then(|| key.bits()),
        _ => None,
    };
    KeyAttributesView {
        common: version.attributes.view(context),
        exportable: shows_exportable.then_some(object.settings.exportable),
        hsm_platform: shows_platform.then_some(if hsm { "2" } else { "0" }),
        key_size,
        attestation: None,
    }
}

impl<'a> KeyBundle<'a> {
    pub(super) fn of(
        context: &Context<'_>,
        kid: String,
        object: &'a KeyObject,
        version: &'a KeyVersion,
    ) -> Self {
        Self {
            key: JsonWebKey::of(context, kid, version),
            attributes: attributes(context, object, version),
            tags: &version.tags,
            release_policy: object.settings.release_policy.as_ref(),
            managed: version.content.managed.then_some(true),
        }
    }

    pub(super) fn with_attestation(mut self, attestation: KeyAttestation) -> Self {
        self.attributes.attestation = Some(attestation);
        self
    }

    /// With the wrapped key, as a release has it.
    pub(super) fn released(mut self, key_hsm: String) -> Self {
        self.key.key_hsm = Some(key_hsm);
        self.attributes.exportable = Some(true);
        self
    }
}

impl<'a> KeyItem<'a> {
    pub(super) fn of(
        context: &Context<'_>,
        kid: String,
        object: &KeyObject,
        version: &'a KeyVersion,
    ) -> Self {
        Self {
            kid,
            attributes: attributes(context, object, version),
            tags: &version.tags,
            managed: version.content.managed.then_some(true),
        }
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
            key_hsm: None,
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
            KeyMaterial::Okp(key) => {
                jwk.crv = Some(ED25519_NAME);
                jwk.x = base64url(key.x());
            }
            // A symmetric key has no public part.
            KeyMaterial::Oct(_) => {}
        }
        jwk
    }
}
