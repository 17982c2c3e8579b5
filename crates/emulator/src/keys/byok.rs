//! Keys that come wrapped, out of somebody's own HSM, under a key exchange key of the vault.
//!
//! After Azure's "Bring your own key specification": `key_hsm` is a transfer blob in JSON, its ciphertext made by
//! PKCS #11's CKM_RSA_AES_KEY_WRAP from PKCS #8, or from a symmetric key's bytes.

use std::sync::Arc;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Deserialize;

use crate::{
    crypto::{Curve, KeyMaterial, TransferredKey},
    locks::lock,
    vault::{Context, ServiceError},
};

const SCHEMA: &str = "1.0.0";
const ENC: &str = "CKM_RSA_AES_KEY_WRAP";

#[derive(Deserialize)]
struct TransferBlob {
    schema_version: String,
    header: Header,
    ciphertext: String,
}

#[derive(Deserialize)]
struct Header {
    /// The exchange key, with its version.
    kid: String,
    alg: String,
    enc: String,
}

/// What the blob holds, when an exchange key of this vault opens it.
pub(super) fn unwrap(
    context: &Context<'_>,
    kty: &str,
    crv: Option<&str>,
    key_hsm: &str,
) -> Result<KeyMaterial, ServiceError> {
    let blob = read(key_hsm).ok_or_else(invalid)?;
    let exchange = exchange_key(context, &blob.header.kid)?;
    let kind = match kty {
        "RSA-HSM" => TransferredKey::Rsa,
        "EC-HSM" => TransferredKey::Ec(crv.map_or(Ok(Curve::P256), |name| {
            Curve::parse(name).ok_or_else(ServiceError::invalid_value)
        })?),
        "oct-HSM" => TransferredKey::Oct,
        _ => return Err(invalid()),
    };
    let ciphertext = URL_SAFE_NO_PAD.decode(&blob.ciphertext).map_err(|_| invalid())?;
    // Whatever is wrong inside reads the same: the exchange key must not become an oracle.
    exchange.transferred(kind, &ciphertext).map_err(|_| invalid())
}

/// The blob, in base64url or, as the Azure CLI sends it, in base64.
fn read(key_hsm: &str) -> Option<TransferBlob> {
    let bytes = URL_SAFE_NO_PAD.decode(key_hsm).or_else(|_| STANDARD.decode(key_hsm)).ok()?;
    serde_json::from_slice::<TransferBlob>(&bytes).ok().filter(|blob| {
        blob.schema_version == SCHEMA && blob.header.alg == "dir" && blob.header.enc == ENC
    })
}

/// An RSA key in hardware that is there for imports alone.
fn exchange_key(context: &Context<'_>, kid: &str) -> Result<Arc<KeyMaterial>, ServiceError> {
    let path = kid.strip_prefix(&context.url("keys/")).ok_or_else(invalid)?;
    let (name, version) = match path.split_once('/') {
        Some((name, version)) => (name, Some(version).filter(|version| !version.is_empty())),
        None => (path, None),
    };
    let mut store = lock(&context.vault.keys);
    let version = store.readable(name, context.now())?.version(version)?;
    let content = &version.content;
    if !version.attributes.enabled {
        return Err(ServiceError::key_disabled("import"));
    }
    if !content.hsm || !content.key_ops.iter().any(|op| op == "import") {
        return Err(ServiceError::operation_not_permitted("import"));
    }
    Ok(Arc::clone(&content.material))
}

fn invalid() -> ServiceError {
    ServiceError::bad_parameter("The property \"key_hsm\" must be a valid key transfer blob.")
}
