//! Attestation tokens: issued for tests, verified before a key is released.
//!
//! On wall time, like all tokens here.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde_json::{Map, Value, json};

use super::{identity, is_own};
use crate::{clock::wall_now, crypto::RsaPublicKey, error::Error};

const LIFETIME_SECONDS: i64 = 8 * 3600;

/// What a verified token says.
#[derive(Debug)]
pub(crate) struct Attested {
    pub(crate) issuer: String,
    pub(crate) claims: Map<String, Value>,
    /// The environment's key, which only it can use.
    pub(crate) key: RsaPublicKey,
    pub(crate) kid: String,
}

pub(super) fn issue(
    issuer: &str,
    claims: Map<String, Value>,
    modulus: &[u8],
    exponent: &[u8],
) -> Result<String, Error> {
    let doing = "issue an attestation token";
    let key = identity::token_key().ok_or_else(|| Error::new(doing, "there is no key"))?;
    let now = wall_now().unix_timestamp();
    let environment = json!({
        "kty": "RSA", "use": "enc", "kid": "TpmEphemeralEncryptionKey",
        "n": URL_SAFE_NO_PAD.encode(modulus), "e": URL_SAFE_NO_PAD.encode(exponent),
    });
    let mut all = claims;
    for (name, value) in [
        ("iss", json!(issuer)),
        ("iat", json!(now)),
        ("exp", json!(now + LIFETIME_SECONDS)),
        ("x-ms-runtime", json!({"keys": [environment]})),
    ] {
        all.entry(name).or_insert(value);
    }
    let header = Header {
        kid: Some(key.kid.clone()),
        jku: Some(format!("{issuer}/certs")),
        ..Header::new(Algorithm::RS256)
    };
    jsonwebtoken::encode(&header, &all, &key.encoding).map_err(|error| Error::new(doing, error))
}

/// The token's content, when the emulator's authority signed it, it is in time, and names a key to wrap for.
pub(crate) fn verify(token: &str) -> Option<Attested> {
    let key = identity::token_key()?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.leeway = 0;
    validation.validate_nbf = true;
    validation.validate_aud = false;
    let claims =
        jsonwebtoken::decode::<Map<String, Value>>(token, &key.decoding, &validation).ok()?.claims;
    let issuer = claims.get("iss")?.as_str()?.to_owned();
    if !is_own(&issuer) {
        return None;
    }
    let keys = claims.get("x-ms-runtime")?.get("keys")?.as_array()?;
    let (kid, key) = keys.iter().find_map(encryption_key)?;
    Some(Attested { issuer, key, kid, claims })
}

/// An RSA key, unless it is said to be for something else than encryption.
fn encryption_key(jwk: &Value) -> Option<(String, RsaPublicKey)> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("kty")? != "RSA" || text("use").is_some_and(|purpose| purpose != "enc") {
        return None;
    }
    let number = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let kid = text("kid").unwrap_or_default().to_owned();
    Some((kid, RsaPublicKey { n: number("n")?, e: number("e")? }))
}

pub(super) fn key_set() -> Option<Value> {
    let key = identity::token_key()?;
    Some(json!({"keys": [{
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid, "n": key.n, "e": key.e,
    }]}))
}
