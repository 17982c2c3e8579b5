//! Using a key: encrypt, decrypt, wrapKey, unwrapKey, sign, verify.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    KeyContent, KeyVersion,
    bundle::key_type,
    request::{optional_bytes, required_bytes},
};
use crate::{
    crypto::{CipherInput, CryptoError, EncryptionAlgorithm, KeyMaterial, SignatureAlgorithm},
    heavy,
    host::VaultKind,
    locks::lock,
    objects::{Content, json, version_id},
    vault::{Action, Context, Operation, Reply, ServiceError},
};

#[derive(Deserialize)]
struct Body {
    alg: Option<String>,
    value: Option<String>,
    digest: Option<String>,
    iv: Option<String>,
    aad: Option<String>,
    tag: Option<String>,
}

#[derive(Serialize)]
struct KeyOperationResult<'a> {
    #[serde(flatten)]
    pool: PoolResult<'a>,
    kid: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    iv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aad: Option<String>,
}

#[derive(Serialize)]
struct VerifyResult<'a> {
    #[serde(flatten)]
    pool: PoolResult<'a>,
    /// A vault does not say which key.
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<&'a str>,
    value: bool,
}

/// What a managed HSM's results have besides, as recorded by azure-sdk-for-js in 2021 and 2022.
#[derive(Serialize)]
struct PoolResult<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alg: Option<&'a str>,
}

impl<'a> PoolResult<'a> {
    fn of(context: &Context<'_>, alg: &'a str) -> Self {
        Self { alg: (context.site.kind == VaultKind::ManagedHsm).then_some(alg) }
    }
}

/// The key as an operation needs it, free of the vault's lock.
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) kty: &'static str,
    pub(super) material: Arc<KeyMaterial>,
}

pub(super) async fn run(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
    operation: Operation,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    let action = match operation {
        Operation::Encrypt => Action::Encrypt,
        Operation::Decrypt => Action::Decrypt,
        Operation::WrapKey => Action::WrapKey,
        Operation::UnwrapKey => Action::UnwrapKey,
        Operation::Sign => Action::Sign,
        Operation::Verify => Action::Verify,
    };
    context.authorize(KeyContent::KIND, action, Some(name))?;
    let body: Body = json(body)?;
    let key = {
        let now = context.now();
        let mut store = lock(&context.vault.keys);
        let object = store.readable(name, now)?;
        let version = object.version(version)?;
        check_use(version, operation, now.unix_timestamp())?;
        Key {
            kid: version_id(context, object, version),
            kty: key_type(version),
            material: Arc::clone(&version.content.material),
        }
    };
    match operation {
        Operation::Encrypt | Operation::WrapKey => encrypt(context, key, operation, &body),
        Operation::Decrypt | Operation::UnwrapKey => decrypt(context, key, operation, &body).await,
        Operation::Sign => sign(context, key, &body).await,
        Operation::Verify => verify(context, &key, &body),
    }
}

/// Reading what was protected stays possible where protecting anew does not, with one exception: a
/// disabled key refuses what needs its private part.
fn check_use(version: &KeyVersion, operation: Operation, now: i64) -> Result<(), ServiceError> {
    let name = operation.name();
    let attributes = &version.attributes;
    let private = matches!(operation, Operation::Decrypt | Operation::UnwrapKey | Operation::Sign);
    if !attributes.enabled && private {
        return Err(ServiceError::key_disabled(name));
    }
    if !version.content.key_ops.iter().any(|op| op == name) {
        return Err(ServiceError::operation_not_permitted(name));
    }
    let protects = matches!(operation, Operation::Encrypt | Operation::WrapKey | Operation::Sign);
    if protects && attributes.nbf.is_some_and(|nbf| now < nbf) {
        return Err(ServiceError::key_not_yet_valid(name));
    }
    if protects && attributes.exp.is_some_and(|exp| now >= exp) {
        return Err(ServiceError::key_expired(name));
    }
    Ok(())
}

fn encrypt(
    context: &Context<'_>,
    key: Key,
    operation: Operation,
    body: &Body,
) -> Result<Reply, ServiceError> {
    let (name, algorithm) = encryption_algorithm(&key, operation, body)?;
    let input = cipher_input(body)?;
    let encrypted = key
        .material
        .encrypt(algorithm, &input)
        .map_err(|error| refusal(&key, name, input.value.len(), error))?;
    let base64url = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    let aad = encrypted.tag.is_some().then(|| body.aad.clone()).flatten();
    let result = KeyOperationResult {
        pool: PoolResult::of(context, name),
        kid: key.kid,
        value: base64url(encrypted.value),
        iv: encrypted.iv.map(base64url),
        tag: encrypted.tag.map(base64url),
        aad,
    };
    Reply::json(context.site.kind, &result)
}

async fn decrypt(
    context: &Context<'_>,
    key: Key,
    operation: Operation,
    body: &Body,
) -> Result<Reply, ServiceError> {
    let (name, algorithm) = encryption_algorithm(&key, operation, body)?;
    let input = cipher_input(body)?;
    let len = input.value.len();
    let plain = with_private(&key, move |material| material.decrypt(algorithm, &input))
        .await
        .map_err(|error| refusal(&key, name, len, error))?;
    answer(context, name, key.kid, &plain)
}

async fn sign(context: &Context<'_>, key: Key, body: &Body) -> Result<Reply, ServiceError> {
    let (name, algorithm) = signature_algorithm(body)?;
    let digest = required_bytes("value", body.value.as_deref())?;
    check_digest("value", &digest, name, algorithm)?;
    let signature = with_private(&key, move |material| material.sign(algorithm, &digest))
        .await
        .map_err(|error| signature_refusal(&key, name, algorithm, error))?;
    answer(context, name, key.kid, &signature)
}

/// By a large RSA key off the runtime's threads; the others take less than the hand-over.
async fn with_private<T: Send + 'static>(
    key: &Key,
    work: impl FnOnce(&KeyMaterial) -> Result<T, CryptoError> + Send + 'static,
) -> Result<T, CryptoError> {
    if !key.material.is_slow() {
        return work(&key.material);
    }
    let material = Arc::clone(&key.material);
    heavy::compute(move || work(&material)).await.unwrap_or(Err(CryptoError::Internal))
}

fn verify(context: &Context<'_>, key: &Key, body: &Body) -> Result<Reply, ServiceError> {
    let (name, algorithm) = signature_algorithm(body)?;
    let digest = required_bytes("digest", body.digest.as_deref())?;
    let signature = required_bytes("value", body.value.as_deref())?;
    check_digest("digest", &digest, name, algorithm)?;
    let value = key
        .material
        .verify(algorithm, &digest, &signature)
        .map_err(|error| signature_refusal(key, name, algorithm, error))?;
    let pool = PoolResult::of(context, name);
    let kid = pool.alg.map(|_| key.kid.as_str());
    Reply::json(context.site.kind, &VerifyResult { pool, kid, value })
}

fn answer(
    context: &Context<'_>,
    algorithm: &str,
    kid: String,
    value: &[u8],
) -> Result<Reply, ServiceError> {
    let (pool, value) = (PoolResult::of(context, algorithm), URL_SAFE_NO_PAD.encode(value));
    let result = KeyOperationResult { pool, kid, value, iv: None, tag: None, aad: None };
    Reply::json(context.site.kind, &result)
}

fn cipher_input(body: &Body) -> Result<CipherInput, ServiceError> {
    Ok(CipherInput {
        value: required_bytes("value", body.value.as_deref())?,
        iv: optional_bytes("iv", body.iv.as_deref())?,
        tag: optional_bytes("tag", body.tag.as_deref())?,
        aad: optional_bytes("aad", body.aad.as_deref())?.unwrap_or_default(),
    })
}

fn encryption_algorithm<'a>(
    key: &Key,
    operation: Operation,
    body: &'a Body,
) -> Result<(&'a str, EncryptionAlgorithm), ServiceError> {
    let name = body.alg.as_deref().unwrap_or_default();
    let algorithm =
        EncryptionAlgorithm::parse_ordinary(name).ok_or_else(ServiceError::invalid_value)?;
    let wrapping = matches!(operation, Operation::WrapKey | Operation::UnwrapKey);
    if algorithm.fits(wrapping) {
        Ok((name, algorithm))
    } else {
        Err(ServiceError::bad_parameter(format!(
            "Algorithm '{name}' cannot be used for operation {} with key {}.",
            operation.name(),
            key.kid
        )))
    }
}

fn signature_algorithm(body: &Body) -> Result<(&str, SignatureAlgorithm), ServiceError> {
    let name = body.alg.as_deref().unwrap_or_default();
    let algorithm = SignatureAlgorithm::parse(name).ok_or_else(ServiceError::invalid_value)?;
    Ok((name, algorithm))
}

fn check_digest(
    property: &str,
    digest: &[u8],
    name: &str,
    algorithm: SignatureAlgorithm,
) -> Result<(), ServiceError> {
    let (found, needed) = (digest.len(), algorithm.hash().len());
    // By EdDSA a message is signed, of any length.
    if found == needed || algorithm == SignatureAlgorithm::EdDsa {
        return Ok(());
    }
    Err(ServiceError::bad_parameter(format!(
        "Invalid length of '{property}': {found} bytes. {name} requires {needed} bytes, encoded with base64url."
    )))
}

fn signature_refusal(
    key: &Key,
    name: &str,
    algorithm: SignatureAlgorithm,
    error: CryptoError,
) -> ServiceError {
    match (error, &*key.material, algorithm) {
        (CryptoError::Incompatible, KeyMaterial::Ec(ec), SignatureAlgorithm::Ecdsa(needed)) => {
            ServiceError::bad_parameter(format!(
                "Key and signing algorithm are incompatible. Key {} uses curve '{}', and algorithm '{name}' can \
                 only be used with curve '{}'.",
                key.kid,
                ec.curve().name(),
                needed.name()
            ))
        }
        (CryptoError::Incompatible, ..) => ServiceError::bad_parameter(format!(
            "Key and signing algorithm are incompatible. Key {} is of type '{}', which algorithm '{name}' cannot \
             be used with.",
            key.kid, key.kty
        )),
        _ => ServiceError::internal("The signature operation failed."),
    }
}

pub(super) fn refusal(key: &Key, name: &str, input_len: usize, error: CryptoError) -> ServiceError {
    match error {
        CryptoError::Incompatible => ServiceError::bad_parameter(format!(
            "Key and encryption algorithm are incompatible. Key {} is of type '{}', which algorithm '{name}' cannot \
             be used with.",
            key.kid, key.kty
        )),
        CryptoError::InputLength => ServiceError::bad_parameter(format!(
            "Invalid length of 'value': {input_len} bytes do not fit algorithm {name}."
        )),
        CryptoError::IvLength(needed) => ServiceError::bad_parameter(format!(
            "Invalid length of 'iv'. {name} requires {needed} bytes, encoded with base64url."
        )),
        CryptoError::TagLength => ServiceError::bad_parameter(format!(
            "Invalid length of 'tag'. {name} requires 16 bytes."
        )),
        // One text for every RSA padding: a difference would tell a padding error from another.
        CryptoError::Decryption if matches!(&*key.material, KeyMaterial::Rsa(_)) => {
            ServiceError::bad_parameter("Error occurred while decoding OAEP padding.")
        }
        CryptoError::Decryption => ServiceError::bad_parameter("The value could not be decrypted."),
        CryptoError::InvalidKey | CryptoError::Internal => {
            ServiceError::internal("The cryptographic operation failed.")
        }
    }
}
