//! Keys that somebody brings: `PUT /keys/{name}` with a private JWK.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    KeyContent, byok,
    create::add,
    release_policy::{ExportChange, ReleasePolicyBody},
    request::{default_operations, key_size_error, key_tags, known_operations, optional_bytes},
};
use crate::{
    certificates,
    crypto::{Curve, ED25519_NAME, ImportedKey, KeyMaterial, KeySpec, RsaParts},
    host::VaultKind,
    objects::{Attributes, AttributesBody, Content, TagsBody, Version, json},
    vault::{Action, Context, Reply, ServiceError},
};

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "Hsm")]
    hsm: Option<bool>,
    key: Option<Jwk>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
    release_policy: Option<ReleasePolicyBody>,
}

/// All numbers in base64url.
#[derive(Deserialize)]
struct Jwk {
    kty: Option<String>,
    key_ops: Option<Vec<String>>,
    n: Option<String>,
    e: Option<String>,
    d: Option<String>,
    p: Option<String>,
    q: Option<String>,
    dp: Option<String>,
    dq: Option<String>,
    qi: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    k: Option<String>,
    key_hsm: Option<String>,
}

/// No long work: checking a key's parts takes milliseconds.
pub(super) fn import(
    context: &Context<'_>,
    name: &str,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::Import, Some(name))?;
    certificates::check_free(context, KeyContent::KIND, name, "import")?;
    let kind = context.site.kind;
    let body: Body = json(body)?;
    let jwk = body.key.ok_or_else(|| ServiceError::required("key"))?;
    let attributes = body.attributes.unwrap_or_default();
    let export = ExportChange::parse(attributes.exportable, body.release_policy)?;
    let kty = jwk.kty.as_deref().unwrap_or_default();
    let hsm = kind == VaultKind::ManagedHsm || kty.ends_with("-HSM") || body.hsm == Some(true);
    export.check_tier(context)?;
    if hsm {
        context.check_hardware()?;
    }
    let material = match &jwk.key_hsm {
        Some(key_hsm) => byok::unwrap(context, kty, jwk.crv.as_deref(), key_hsm)?,
        None => jwk.material(kind)?,
    };
    check_size(&material, kind)?;
    let key_ops = match jwk.key_ops {
        Some(key_ops) => known_operations(key_ops, kind)?,
        None => {
            default_operations(material.spec(), kind).iter().map(|op| (*op).to_owned()).collect()
        }
    };
    let tags = key_tags(body.tags)?.unwrap_or_default();
    let now = context.now();
    let attributes = Attributes::new(now.unix_timestamp(), &attributes);
    let content = KeyContent { material: Arc::new(material), hsm, key_ops, managed: false };
    let _turn = certificates::claim(context, KeyContent::KIND, name, "import")?;
    add(context, name, now, Version::new(attributes, tags, content), export)
}

/// Sizes that a key may have here; curves all are known.
fn check_size(material: &KeyMaterial, kind: VaultKind) -> Result<(), ServiceError> {
    match (material.spec(), kind) {
        (KeySpec::Rsa { bits: 2048 | 3072 | 4096 } | KeySpec::Ec(_), _)
        | (KeySpec::Oct { .. } | KeySpec::Okp, VaultKind::ManagedHsm) => Ok(()),
        (KeySpec::Rsa { bits }, _) => Err(key_size_error(bits, "2048, 3072, 4096")),
        // A vault holds neither symmetric keys nor those of Edwards curves.
        (KeySpec::Oct { .. } | KeySpec::Okp, VaultKind::Vault) => Err(invalid_jwk()),
    }
}

impl Jwk {
    fn material(&self, kind: VaultKind) -> Result<KeyMaterial, ServiceError> {
        let imported = self.key(kind)?;
        KeyMaterial::import(&imported).map_err(|_| match imported {
            ImportedKey::Rsa(_) => ServiceError::bad_parameter(
                "RSA key is not valid - cannot instantiate crypto service",
            ),
            ImportedKey::Ec { .. } | ImportedKey::Oct(_) | ImportedKey::Okp { .. } => invalid_jwk(),
        })
    }

    fn key(&self, kind: VaultKind) -> Result<ImportedKey, ServiceError> {
        let kty = self.kty.as_deref().unwrap_or_default();
        match (kty.strip_suffix("-HSM").unwrap_or(kty), kind) {
            ("RSA", _) => {
                let parts = RsaParts {
                    n: required("n", self.n.as_deref())?,
                    e: required("e", self.e.as_deref())?,
                    d: private("d", self.d.as_deref())?,
                    p: private("p", self.p.as_deref())?,
                    q: private("q", self.q.as_deref())?,
                    dp: private("dp", self.dp.as_deref())?,
                    dq: private("dq", self.dq.as_deref())?,
                    qi: private("qi", self.qi.as_deref())?,
                };
                match parts.bits() {
                    2048 | 3072 | 4096 => Ok(ImportedKey::Rsa(Box::new(parts))),
                    bits => Err(key_size_error(bits, "2048, 3072, 4096")),
                }
            }
            ("EC", _) => {
                let curve = self.crv.as_deref().and_then(Curve::parse).ok_or_else(invalid_jwk)?;
                Ok(ImportedKey::Ec {
                    curve,
                    d: required("d", self.d.as_deref())?,
                    x: required("x", self.x.as_deref())?,
                    y: required("y", self.y.as_deref())?,
                })
            }
            ("OKP", VaultKind::ManagedHsm) if self.crv.as_deref() == Some(ED25519_NAME) => {
                Ok(ImportedKey::Okp {
                    d: required("d", self.d.as_deref())?,
                    x: required("x", self.x.as_deref())?,
                })
            }
            ("oct", VaultKind::ManagedHsm) => {
                Ok(ImportedKey::Oct(required("k", self.k.as_deref())?))
            }
            // A vault holds no symmetric keys.
            _ => Err(invalid_jwk()),
        }
    }
}

/// A number without which the JWK is none.
fn required(property: &str, value: Option<&str>) -> Result<Vec<u8>, ServiceError> {
    optional_bytes(property, value)?.filter(|bytes| !bytes.is_empty()).ok_or_else(invalid_jwk)
}

/// A number without which an RSA key is a public one.
fn private(property: &str, value: Option<&str>) -> Result<Vec<u8>, ServiceError> {
    Ok(optional_bytes(property, value)?.unwrap_or_default())
}

fn invalid_jwk() -> ServiceError {
    ServiceError::bad_parameter("The property \"key\" must be a valid JsonWebKey object.")
}
