//! Keys for attested environments: release, and unwrapping for them alone.

use std::sync::Arc;

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::{
    KeyContent, KeyObject, KeyVersion,
    bundle::{KeyBundle, key_type},
    operations::{Key, refusal},
    release_policy::ReleasePolicy,
    request::{SECURE_UNWRAP, SECURE_WRAP, required_bytes},
};
use crate::{
    attestation::{Attested, HsmIdentity, verify},
    crypto::{CipherInput, EncryptionAlgorithm, ReleaseAlgorithm},
    host::VaultKind,
    locks::lock,
    objects::{Content, json, version_id},
    vault::{Action, Context, Reply, ServiceError},
};

const NOT_VERIFIED: &str = "Target environment attestation statement cannot be verified.";
const NOT_ADMITTED: &str =
    "Target environment attestation does not meet key release policy requirements.";
/// Bytes of the key that secure wrap makes.
const SECURE_KEY: usize = 32;

#[derive(Deserialize)]
struct ReleaseBody {
    target: Option<String>,
    nonce: Option<String>,
    enc: Option<String>,
}

#[derive(Serialize)]
struct ReleaseResult {
    value: String,
}

/// What a release signs.
#[derive(Serialize)]
struct Statement<'a> {
    request: StatedRequest<'a>,
    response: StatedResponse<'a>,
}

#[derive(Serialize)]
struct StatedRequest<'a> {
    #[serde(rename = "api-version")]
    api_version: &'a str,
    enc: &'static str,
    kid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

#[derive(Serialize)]
struct StatedResponse<'a> {
    key: KeyBundle<'a>,
}

/// A wrapped key as `key_hsm` holds it.
#[derive(Serialize)]
struct WrappedKey {
    schema_version: &'static str,
    header: WrappedKeyHeader,
    /// In base64url.
    ciphertext: String,
    generator: &'static str,
}

#[derive(Serialize)]
struct WrappedKeyHeader {
    kid: String,
    alg: &'static str,
    enc: &'static str,
}

#[derive(Deserialize)]
struct SecureBody {
    alg: Option<String>,
    value: Option<String>,
    target: Option<String>,
}

#[derive(Serialize)]
struct SecureResult {
    kid: String,
    alg: String,
    value: String,
}

pub(super) fn release(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::Release, Some(name))?;
    let body: ReleaseBody = json(body)?;
    let target = body.target.ok_or_else(|| ServiceError::required("target"))?;
    let algorithm = match body.enc.as_deref() {
        None => ReleaseAlgorithm::Sha1,
        Some(name) => ReleaseAlgorithm::parse(name).ok_or_else(ServiceError::invalid_value)?,
    };
    let mut store = lock(&context.vault.keys);
    let object = store.readable(name, context.now())?;
    let found = object.version(version)?;
    // Outside its time a key is still released, but not when it is disabled.
    if !found.attributes.enabled {
        return Err(ServiceError::key_disabled("release"));
    }
    let policy = object.settings.release_policy.as_ref().filter(|_| object.settings.exportable);
    let policy = policy.ok_or_else(|| ServiceError::operation_not_permitted("release"))?;
    let attested = attest(policy, &target)?;
    let failed = |_| ServiceError::internal("The key could not be released.");
    let private =
        found.content.material.to_private().and_then(|key| key.bytes()).map_err(failed)?;
    let ciphertext = attested.key.wrap(algorithm, &private).map_err(|_| not_verified())?;
    let wrapped = WrappedKey {
        schema_version: "1.0.0",
        header: WrappedKeyHeader { kid: attested.kid, alg: "dir", enc: algorithm.name() },
        ciphertext: URL_SAFE_NO_PAD.encode(ciphertext),
        generator: "azvault-emulator",
    };
    let wrapped = serde_json::to_vec(&wrapped)
        .map_err(|_| ServiceError::internal("The key could not be released."))?;
    let id = version_id(context, object, found);
    let asked = match version {
        Some(version) => format!("keys/{}/{version}", object.name),
        None => format!("keys/{}", object.name),
    };
    let statement = Statement {
        request: StatedRequest {
            api_version: &context.query.api_version,
            enc: algorithm.name(),
            kid: context.url(&asked),
            nonce: body.nonce,
        },
        response: StatedResponse {
            key: KeyBundle::of(context, id, object, found)
                .released(URL_SAFE_NO_PAD.encode(wrapped)),
        },
    };
    let value = HsmIdentity::shared()
        .and_then(|identity| identity.sign(&statement))
        .ok_or_else(|| ServiceError::internal("The release could not be signed."))?;
    Reply::json(context.site.kind, &ReleaseResult { value })
}

/// Makes a key of 256 bits that nobody sees, and wraps it.
pub(super) fn secure_wrap(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::WrapKey, Some(name))?;
    let body: SecureBody = json(body)?;
    let (alg, algorithm) = secure_algorithm(context, &body)?;
    let now = context.now();
    let mut store = lock(&context.vault.keys);
    let object = store.readable(name, now)?;
    let found = object.version(version)?;
    check(found, SECURE_WRAP)?;
    let (nbf, exp) = (found.attributes.nbf, found.attributes.exp);
    if nbf.is_some_and(|nbf| now.unix_timestamp() < nbf) {
        return Err(ServiceError::key_not_yet_valid(SECURE_WRAP));
    }
    if exp.is_some_and(|exp| now.unix_timestamp() >= exp) {
        return Err(ServiceError::key_expired(SECURE_WRAP));
    }
    let key = usable(context, object, found);
    let mut value = vec![0; SECURE_KEY];
    rand::fill(&mut value).map_err(|_| ServiceError::internal("There are no random numbers."))?;
    let wrapped = key
        .material
        .encrypt(algorithm, &CipherInput { value, ..CipherInput::default() })
        .map_err(|error| refusal(&key, alg, SECURE_KEY, error))?;
    answer(context, key.kid, alg, &wrapped.value)
}

/// Unwraps a key, and wraps it anew for the attested environment.
pub(super) fn secure_unwrap(
    context: &Context<'_>,
    name: &str,
    version: Option<&str>,
    body: &[u8],
) -> Result<Reply, ServiceError> {
    context.authorize(KeyContent::KIND, Action::UnwrapKey, Some(name))?;
    let body: SecureBody = json(body)?;
    let (alg, algorithm) = secure_algorithm(context, &body)?;
    let value = required_bytes("value", body.value.as_deref())?;
    let target = body.target.as_deref().ok_or_else(|| ServiceError::required("target"))?;
    let mut store = lock(&context.vault.keys);
    let object = store.readable(name, context.now())?;
    let found = object.version(version)?;
    check(found, SECURE_UNWRAP)?;
    let policy = object.settings.release_policy.as_ref();
    let policy = policy.ok_or_else(|| ServiceError::operation_not_permitted(SECURE_UNWRAP))?;
    let attested = attest(policy, target)?;
    let key = usable(context, object, found);
    let len = value.len();
    let plain = key
        .material
        .decrypt(algorithm, &CipherInput { value, ..CipherInput::default() })
        .map_err(|error| refusal(&key, alg, len, error))?;
    let wrapped = attested
        .key
        .encrypt(ReleaseAlgorithm::Sha256, &plain)
        .map_err(|_| ServiceError::bad_parameter("The unwrapped key is too long."))?;
    answer(context, key.kid, alg, &wrapped)
}

/// What the token attests, when its authority vouches for it and the policy is content.
fn attest(policy: &ReleasePolicy, target: &str) -> Result<Attested, ServiceError> {
    let attested = verify(target).ok_or_else(not_verified)?;
    if policy.admits(&attested.issuer, &attested.claims) {
        Ok(attested)
    } else {
        Err(ServiceError::attestation(NOT_ADMITTED))
    }
}

fn not_verified() -> ServiceError {
    ServiceError::attestation(NOT_VERIFIED)
}

fn secure_algorithm<'a>(
    context: &Context<'_>,
    body: &'a SecureBody,
) -> Result<(&'a str, EncryptionAlgorithm), ServiceError> {
    if context.site.kind != VaultKind::ManagedHsm {
        return Err(ServiceError::bad_parameter(
            "Secure wrap and unwrap are operations of managed HSMs only.",
        ));
    }
    let name = body.alg.as_deref().unwrap_or_default();
    let algorithm =
        EncryptionAlgorithm::parse_secure(name).ok_or_else(ServiceError::invalid_value)?;
    Ok((name, algorithm))
}

fn check(version: &KeyVersion, operation: &str) -> Result<(), ServiceError> {
    if !version.attributes.enabled {
        return Err(ServiceError::key_disabled(operation));
    }
    if !version.content.key_ops.iter().any(|op| op == operation) {
        return Err(ServiceError::operation_not_permitted(operation));
    }
    Ok(())
}

fn usable(context: &Context<'_>, object: &KeyObject, version: &KeyVersion) -> Key {
    Key {
        kid: version_id(context, object, version),
        kty: key_type(version),
        material: Arc::clone(&version.content.material),
    }
}

fn answer(
    context: &Context<'_>,
    kid: String,
    alg: &str,
    value: &[u8],
) -> Result<Reply, ServiceError> {
    let value = URL_SAFE_NO_PAD.encode(value);
    Reply::json(context.site.kind, &SecureResult { kid, alg: alg.to_owned(), value })
}
