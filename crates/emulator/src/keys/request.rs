//! The bodies that callers send, checked as far as that needs no key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::release_policy::{ExportChange, ReleasePolicyBody};
use crate::{
    crypto::{Curve, ED25519_NAME, KeySpec},
    host::VaultKind,
    objects::{AttributesBody, Change, Tags, TagsBody, json, known_tags},
    vault::ServiceError,
};

const KEY_OPERATIONS: [&str; 8] =
    ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey", "import", "export"];
/// Of managed HSMs.
const SECURE_OPERATIONS: [&str; 2] = [SECURE_WRAP, SECURE_UNWRAP];
pub(super) const SECURE_WRAP: &str = "secureWrapKey";
pub(super) const SECURE_UNWRAP: &str = "secureUnwrapKey";
const MAX_TAG_CHARS: usize = 256;

/// The exponent of every RSA key that aws-lc makes.
const PUBLIC_EXPONENT: u64 = 65_537;

/// What a create body asks for.
#[derive(Debug)]
pub(super) struct CreateBody {
    pub(super) spec: KeySpec,
    /// Kept in hardware, as far as its answers tell.
    pub(super) hsm: bool,
    pub(super) key_ops: Vec<String>,
    pub(super) attributes: AttributesBody,
    pub(super) tags: Tags,
    pub(super) export: ExportChange,
}

/// What an update changes of a key besides attributes and tags.
#[derive(Debug)]
pub(crate) struct KeyChange {
    pub(super) key_ops: Option<Vec<String>>,
    pub(super) export: ExportChange,
}

#[derive(Deserialize)]
struct RawCreate {
    kty: Option<String>,
    key_size: Option<u32>,
    crv: Option<String>,
    key_ops: Option<Vec<String>>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
    public_exponent: Option<u64>,
    release_policy: Option<ReleasePolicyBody>,
}

#[derive(Deserialize)]
struct RawUpdate {
    key_ops: Option<Vec<String>>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
    release_policy: Option<ReleasePolicyBody>,
}

impl CreateBody {
    pub(super) fn parse(body: &[u8], kind: VaultKind) -> Result<Self, ServiceError> {
        let raw: RawCreate = json(body)?;
        let attributes = raw.attributes.unwrap_or_default();
        let export = ExportChange::parse(attributes.exportable, raw.release_policy)?;
        let kty = raw.kty.as_deref().unwrap_or_default();
        let (base, hsm) = match kty.strip_suffix("-HSM") {
            Some(base) => (base, true),
            None => (kty, kind == VaultKind::ManagedHsm),
        };
        let spec = match (base, kind) {
            ("RSA", _) => KeySpec::Rsa { bits: rsa_bits(raw.key_size, raw.public_exponent)? },
            ("EC", _) => KeySpec::Ec(match raw.crv.as_deref() {
                None => Curve::P256,
                Some(name) => Curve::parse(name).ok_or_else(ServiceError::invalid_value)?,
            }),
            ("OKP", VaultKind::ManagedHsm)
                if raw.crv.as_deref().is_none_or(|crv| crv == ED25519_NAME) =>
            {
                KeySpec::Okp
            }
            ("oct", VaultKind::ManagedHsm) => KeySpec::Oct { bits: oct_bits(raw.key_size)? },
            // On record: `oct` is refused by its name (2023), `oct-HSM` like a word that is not known (2022).
            ("oct", VaultKind::Vault) if !hsm => {
                return Err(ServiceError::key_type_not_supported(kty));
            }
            _ => return Err(ServiceError::invalid_value()),
        };
        let key_ops = match raw.key_ops {
            Some(key_ops) => known_operations(key_ops, kind)?,
            None => default_operations(spec, kind).iter().map(|op| (*op).to_owned()).collect(),
        };
        Ok(Self {
            spec,
            hsm,
            key_ops,
            attributes,
            tags: key_tags(raw.tags)?.unwrap_or_default(),
            export,
        })
    }
}

pub(super) fn update(body: &[u8], kind: VaultKind) -> Result<Change<KeyChange>, ServiceError> {
    let raw: RawUpdate = json(body)?;
    let attributes = raw.attributes.unwrap_or_default();
    let export = ExportChange::parse(attributes.exportable, raw.release_policy)?;
    let key_ops = raw.key_ops.map(|key_ops| known_operations(key_ops, kind)).transpose()?;
    Ok(Change { attributes, tags: key_tags(raw.tags)?, content: KeyChange { key_ops, export } })
}

pub(super) fn key_tags(tags: Option<TagsBody>) -> Result<Option<Tags>, ServiceError> {
    known_tags(tags, MAX_TAG_CHARS)
}

/// A required base64url property.
pub(super) fn required_bytes(property: &str, value: Option<&str>) -> Result<Vec<u8>, ServiceError> {
    optional_bytes(property, value)?.ok_or_else(|| ServiceError::required(property))
}

/// A base64url property that may be left out; padding is refused.
pub(super) fn optional_bytes(
    property: &str,
    value: Option<&str>,
) -> Result<Option<Vec<u8>>, ServiceError> {
    value
        .map(|value| {
            URL_SAFE_NO_PAD.decode(value).map_err(|_| ServiceError::not_base64url(property))
        })
        .transpose()
}

fn rsa_bits(key_size: Option<u32>, public_exponent: Option<u64>) -> Result<u32, ServiceError> {
    if public_exponent.is_some_and(|exponent| exponent != PUBLIC_EXPONENT && exponent != 0) {
        return Err(ServiceError::bad_parameter(format!(
            "This emulator makes RSA keys with the public exponent {PUBLIC_EXPONENT} only."
        )));
    }
    match key_size.unwrap_or(2048) {
        bits @ (2048 | 3072 | 4096) => Ok(bits),
        bits => Err(key_size_error(bits, "2048, 3072, 4096")),
    }
}

fn oct_bits(key_size: Option<u32>) -> Result<u32, ServiceError> {
    match key_size.unwrap_or(256) {
        bits @ (128 | 192 | 256) => Ok(bits),
        bits => Err(key_size_error(bits, "128, 192, 256")),
    }
}

pub(super) fn key_size_error(bits: u32, supported: &str) -> ServiceError {
    ServiceError::bad_parameter(format!(
        "Unsupported key size ({bits}). Supported sizes are [{supported}]"
    ))
}

pub(super) fn default_operations(spec: KeySpec, kind: VaultKind) -> &'static [&'static str] {
    match (spec, kind) {
        (KeySpec::Rsa { .. }, VaultKind::Vault) => {
            &["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]
        }
        // The order recorded from a pool, which is not a vault's.
        (KeySpec::Rsa { .. }, VaultKind::ManagedHsm) => {
            &["wrapKey", "decrypt", "encrypt", "unwrapKey", "sign", "verify"]
        }
        (KeySpec::Ec(_), _) => &["sign", "verify"],
        // As recorded from a pool; a vault has no such keys.
        (KeySpec::Okp, _) => &["verify", "sign"],
        // As well.
        (KeySpec::Oct { .. }, _) => &["wrapKey", "unwrapKey", "decrypt", "encrypt"],
    }
}

pub(super) fn known_operations(
    key_ops: Vec<String>,
    kind: VaultKind,
) -> Result<Vec<String>, ServiceError> {
    let known = |op: &str| {
        KEY_OPERATIONS.contains(&op)
            || (kind == VaultKind::ManagedHsm && SECURE_OPERATIONS.contains(&op))
    };
    if key_ops.iter().all(|op| known(op)) {
        Ok(key_ops)
    } else {
        Err(ServiceError::invalid_value())
    }
}
