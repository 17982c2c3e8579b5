//! The bodies that callers send, checked as far as that needs no key.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use crate::{
    crypto::{Curve, KeySpec},
    host::VaultKind,
    objects::{AttributesBody, Change, Tags, TagsBody, json, known_tags},
    vault::ServiceError,
};

const KEY_OPERATIONS: [&str; 8] =
    ["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey", "import", "export"];
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
    release_policy: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct RawUpdate {
    key_ops: Option<Vec<String>>,
    attributes: Option<AttributesBody>,
    tags: Option<TagsBody>,
    release_policy: Option<serde_json::Value>,
}

impl CreateBody {
    pub(super) fn parse(body: &[u8], kind: VaultKind) -> Result<Self, ServiceError> {
        let raw: RawCreate = json(body)?;
        let attributes = raw.attributes.unwrap_or_default();
        refuse_export(&attributes, raw.release_policy.as_ref())?;
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
            ("oct", VaultKind::ManagedHsm) => KeySpec::Oct { bits: oct_bits(raw.key_size)? },
            // Symmetric keys on a vault get this text too.
            _ => return Err(ServiceError::invalid_value()),
        };
        let key_ops = match raw.key_ops {
            Some(key_ops) => known_operations(key_ops)?,
            None => default_operations(spec, kind).iter().map(|op| (*op).to_owned()).collect(),
        };
        Ok(Self {
            spec,
            hsm,
            key_ops,
            attributes,
            tags: known_tags(raw.tags, MAX_TAG_CHARS)?.unwrap_or_default(),
        })
    }
}

pub(super) fn update(body: &[u8]) -> Result<Change<Option<Vec<String>>>, ServiceError> {
    let raw: RawUpdate = json(body)?;
    let attributes = raw.attributes.unwrap_or_default();
    refuse_export(&attributes, raw.release_policy.as_ref())?;
    Ok(Change {
        attributes,
        tags: known_tags(raw.tags, MAX_TAG_CHARS)?,
        content: raw.key_ops.map(known_operations).transpose()?,
    })
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

fn key_size_error(bits: u32, supported: &str) -> ServiceError {
    ServiceError::bad_parameter(format!(
        "Unsupported key size ({bits}). Supported sizes are [{supported}]"
    ))
}

fn default_operations(spec: KeySpec, kind: VaultKind) -> &'static [&'static str] {
    match (spec, kind) {
        (KeySpec::Rsa { .. }, VaultKind::Vault) => {
            &["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]
        }
        // The order recorded from a pool, which is not a vault's.
        (KeySpec::Rsa { .. }, VaultKind::ManagedHsm) => {
            &["wrapKey", "decrypt", "encrypt", "unwrapKey", "sign", "verify"]
        }
        (KeySpec::Ec(_), _) => &["sign", "verify"],
        (KeySpec::Oct { .. }, _) => &["encrypt", "decrypt", "wrapKey", "unwrapKey"],
    }
}

fn known_operations(key_ops: Vec<String>) -> Result<Vec<String>, ServiceError> {
    if key_ops.iter().all(|op| KEY_OPERATIONS.contains(&op.as_str())) {
        Ok(key_ops)
    } else {
        Err(ServiceError::invalid_value())
    }
}

fn refuse_export(
    attributes: &AttributesBody,
    release_policy: Option<&serde_json::Value>,
) -> Result<(), ServiceError> {
    match (attributes.exportable, release_policy) {
        (Some(true), None) => Err(ServiceError::bad_parameter(
            "AKV.SKR.1004: Exportable keys must have release policy.",
        )),
        (_, Some(_)) => {
            Err(ServiceError::bad_parameter("Release policies are not supported by this emulator."))
        }
        _ => Ok(()),
    }
}
