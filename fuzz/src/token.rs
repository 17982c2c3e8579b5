//! Tokens: what is accepted was signed by the key, says so, and holds now and here, by another
//! reading of it.

use std::sync::{Arc, LazyLock};

use azvault_core::ErrorKind;
use azvault_keys::{CryptographyClient, JsonWebKey, JwtVerifier, SignatureAlgorithm::ES256};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use futures::executor::block_on;
use serde_json::{Value, json};

use crate::service::Leap;

const KID: &str = "the-key";
/// When `Leap` begins.
const NOW: f64 = 1_795_334_400.0;
/// How far clocks may differ.
const LEEWAY: f64 = 60.0;

/// The key of RFC 7515, A.3.
static KEY: LazyLock<CryptographyClient> = LazyLock::new(|| {
    let key: JsonWebKey = serde_json::from_value(json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    }))
    .expect("a key");
    CryptographyClient::from_jwk(&key).expect("a key to compute with")
});

/// Judges `data` as a token, and as header and claims, a line each, that the key has signed.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let verifier = JwtVerifier::new([ES256]).expect("an algorithm").key_named(KID, KEY.clone());
    let lenient = verifier.clone().any_audience().without_expiry();
    // Nobody else can sign, and the RFC's own example, which is among the seeds, has long expired.
    refused(&block_on(lenient.verify::<Value>(text)).expect_err("it is trusted"));
    let Some((header, claims)) = text.split_once('\n') else { return };
    let signed = format!("{}.{}", BASE64URL.encode(header), BASE64URL.encode(claims));
    let signature = block_on(KEY.sign_data(ES256, &signed).send()).expect("a signature").signature;
    let token = format!("{signed}.{}", BASE64URL.encode(signature));
    let verifier = verifier.issuer("i").audience("me").clock(Arc::new(Leap::default()));
    match block_on(verifier.verify::<Value>(&token)) {
        Ok(jwt) => {
            assert!(says(header, claims), "{header} {claims}");
            assert_eq!(jwt.claims(), &serde_json::from_str::<Value>(claims).expect("JSON"));
        }
        Err(error) => refused(&error),
    }
}

/// It must not be trusted, for a reason of a few words.
fn refused(error: &azvault_core::Error) {
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().len() < 200, "{error}");
}

/// Whether header and claims say what is wanted.
fn says(header: &str, claims: &str) -> bool {
    let (Ok(header), Ok(claims)) =
        (serde_json::from_str::<Value>(header), serde_json::from_str::<Value>(claims))
    else {
        return false;
    };
    let absent = |value: &Value| value.is_null();
    let number = |name: &str| claims[name].as_f64();
    header["alg"] == "ES256"
        && absent(&header["crit"])
        && (absent(&header["kid"]) || header["kid"] == KID)
        && number("exp").is_some_and(|exp| NOW < exp + LEEWAY)
        && (absent(&claims["nbf"]) || number("nbf").is_some_and(|nbf| nbf <= NOW + LEEWAY))
        && claims["iss"] == "i"
        && match &claims["aud"] {
            Value::Array(all) => all.iter().any(|one| one == "me"),
            one => one == "me",
        }
}
