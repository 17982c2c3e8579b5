//! Tokens that must not be trusted, and the published ones that must.

use std::{sync::Arc, time::Duration};

use azure_core::time::OffsetDateTime;
use azvault_core::time::Clock;
use azvault_keys::{
    CryptographyClient, ErrorKind, JsonWebKey, JwtEncoder, JwtVerifier, SignatureAlgorithm as S,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::support::Vault;

/// A clock that stands still.
#[derive(Debug)]
struct At(i64);

impl Clock for At {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(self.0).unwrap()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(futures::future::pending())
    }
}

struct Issued {
    vault: Vault,
    crypto: CryptographyClient,
    verifier: JwtVerifier,
    token: String,
}

async fn issued() -> Issued {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap();
    let encoder = JwtEncoder::new(crypto.clone(), S::RS256).unwrap();
    let claims = json!({ "sub": "me", "exp": 4_000_000_000_u64 });
    let token = encoder.encode(&claims).await.unwrap();
    let verifier = JwtVerifier::new([S::RS256, S::ES256]).unwrap().key(crypto.clone());
    verifier.verify::<Value>(&token).await.unwrap();
    Issued { vault, crypto, verifier, token }
}

/// The token with another header, and the signature as `sign` makes it of what is signed.
fn forged(token: &str, header: &Value, sign: impl FnOnce(&str) -> String) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let signed = format!("{}.{payload}", BASE64URL.encode(header.to_string()));
    let signature = sign(&signed);
    format!("{signed}.{signature}")
}

async fn refused(verifier: &JwtVerifier, token: &str) -> String {
    let error = verifier.verify::<Value>(token).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused_in_every_spelling() {
    let Issued { verifier, token, crypto, .. } = issued().await;
    let kid = crypto.key_id().unwrap().to_string();
    let old = token.rsplit('.').next().unwrap().to_owned();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        // For want of a signature before anything is read; with one for what it says it is.
        for (signature, why) in [("", "no signed token"), (old.as_str(), "another algorithm")] {
            let header = json!({ "alg": alg, "kid": kid });
            let forged = forged(&token, &header, |_| signature.to_owned());
            let text = refused(&verifier, &forged).await;
            assert!(text.contains(why), "{alg}: {text}");
        }
    }
}

#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    let Issued { vault, verifier, token, crypto } = issued().await;
    let key = vault.client.get_key("k").await.unwrap();
    let kid = crypto.key_id().unwrap().to_string();
    // Who knows the public key signs with it as if it were a secret.
    let pem = key.jwk().to_public_key_pem().unwrap();
    let shared = CryptographyClient::from_jwk(&JsonWebKey::oct(pem.as_bytes())).unwrap();
    let header = json!({ "alg": "HS256", "kid": kid });
    let signed = forged(&token, &header, |_| String::new());
    let signing_input = signed.trim_end_matches('.').to_owned();
    let mac = shared.sign_data(S::HS256, &signing_input).await.unwrap().signature;
    let forged = format!("{signing_input}.{}", BASE64URL.encode(mac));
    assert!(refused(&verifier, &forged).await.contains("another algorithm"));
}

#[tokio::test]
async fn an_accepted_algorithm_that_does_not_go_with_the_key_is_refused() {
    let Issued { verifier, token, crypto, .. } = issued().await;
    let header = json!({ "alg": "ES256", "kid": crypto.key_id().unwrap().to_string() });
    let sixty_four = BASE64URL.encode([1; 64]);
    refused(&verifier, &forged(&token, &header, |_| sixty_four)).await;
}

#[tokio::test]
async fn an_algorithm_of_the_same_key_that_is_not_accepted_is_refused() {
    let Issued { verifier, crypto, .. } = issued().await;
    let encoder = JwtEncoder::new(crypto, S::PS256).unwrap();
    let token = encoder.encode(&json!({ "exp": 4_000_000_000_u64 })).await.unwrap();
    assert!(refused(&verifier, &token).await.contains("RS256, ES256"));
}

#[tokio::test]
async fn the_kid_chooses_among_the_keys_given_and_no_other() {
    let Issued { vault, verifier, token, crypto } = issued().await;
    let url = vault.client.vault_url();
    let old = token.rsplit('.').next().unwrap().to_owned();
    let kid = crypto.key_id().unwrap().to_string();
    vault.emulator.clear_journal();
    for other in [
        format!("{url}/keys/k"),
        format!("{url}/keys/other/0123456789abcdef0123456789abcdef"),
        "https://evil.example/keys/k/0123456789abcdef0123456789abcdef".to_owned(),
        kid.to_uppercase(),
        String::new(),
        format!("{kid} "),
    ] {
        let header = json!({ "alg": "RS256", "kid": other });
        let text = refused(&verifier, &forged(&token, &header, |_| old.clone())).await;
        assert!(text.contains("another key"), "{other}: {text}");
    }
    assert!(vault.emulator.journal().is_empty(), "nothing that a token names is fetched");
}

#[tokio::test]
async fn a_token_without_a_kid_needs_the_only_key() {
    let Issued { verifier, crypto, vault, .. } = issued().await;
    let signed = |header: Value| {
        let payload = BASE64URL.encode(json!({ "exp": 4_000_000_000_u64 }).to_string());
        format!("{}.{payload}", BASE64URL.encode(header.to_string()))
    };
    let input = signed(json!({ "alg": "RS256" }));
    let signature = crypto.sign_data(S::RS256, &input).await.unwrap().signature;
    let token = format!("{input}.{}", BASE64URL.encode(signature));
    verifier.verify::<Value>(&token).await.unwrap();
    vault.client.create_ec_key("other").await.unwrap();
    let two = verifier.key(vault.client.cryptography_client("other").unwrap());
    assert!(refused(&two, &token).await.contains("`kid`"));
}

#[tokio::test]
async fn keys_that_a_token_brings_along_are_not_looked_at() {
    let Issued { vault, verifier, token, .. } = issued().await;
    let ours = vault.client.create_ec_key("ours").await.unwrap();
    let verifier = verifier.key(vault.client.cryptography_client_for(&ours).unwrap());
    let theirs = aws_key();
    for member in ["jwk", "jku", "x5u", "x5c"] {
        let mut header = json!({ "alg": "ES256", "kid": ours.id().to_string() });
        header[member] = json!("https://evil.example/keys");
        let input = forged(&token, &header, |_| String::new()).trim_end_matches('.').to_owned();
        let signature = theirs.sign_data(S::ES256, &input).await.unwrap().signature;
        let forged = format!("{input}.{}", BASE64URL.encode(signature));
        let text = refused(&verifier, &forged).await;
        assert!(text.contains("signature is not that of the key"), "{member}: {text}");
    }
}

/// A stranger's key, from RFC 7515, A.3.
fn aws_key() -> CryptographyClient {
    let key: JsonWebKey = serde_json::from_value(json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    }))
    .unwrap();
    CryptographyClient::from_jwk(&key).unwrap()
}

#[tokio::test]
async fn a_token_that_was_changed_anywhere_is_refused() {
    let Issued { verifier, token, .. } = issued().await;
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("{token}") };
    let more = BASE64URL.encode(json!({ "sub": "you", "exp": 4_000_000_000_u64 }).to_string());
    let padded = format!("{header}=.{payload}.{signature}");
    for bad in [
        format!("{header}.{more}.{signature}"),
        format!("{header}.{payload}.{}", BASE64URL.encode([0; 256])),
        format!("{header}.{payload}."),
        format!("{header}.{payload}"),
        format!("{header}..{signature}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}.{signature}=="),
        padded,
        format!(" {token}"),
        format!("{token}\n"),
        String::new(),
        "..".to_owned(),
        "a".repeat(100_000),
    ] {
        refused(&verifier, &bad).await;
    }
}

#[tokio::test]
async fn an_expired_token_is_refused_by_the_clock_that_was_given() {
    let Issued { verifier, token, .. } = issued().await;
    let at = |time| verifier.clone().clock(Arc::new(At(time)));
    at(4_000_000_059).verify::<Value>(&token).await.unwrap();
    assert!(refused(&at(4_000_000_060), &token).await.contains("`exp`"));
}

#[tokio::test]
async fn errors_repeat_nothing_of_the_token() {
    let Issued { verifier, crypto, .. } = issued().await;
    let encoder = JwtEncoder::new(crypto, S::RS256).unwrap();
    let token = encoder.encode(&json!({ "exp": "canary" })).await.unwrap();
    let text = refused(&verifier, &token).await;
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn the_examples_of_rfc_7515_hold() {
    let rsa: JsonWebKey = serde_json::from_value(json!({
        "kty": "RSA", "e": "AQAB",
        "n": concat!(
            "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL",
            "-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9",
            "e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco",
            "9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
        )
    }))
    .unwrap();
    let rs256 = concat!(
        "eyJhbGciOiJSUzI1NiJ9.",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
    );
    let es256 = concat!(
        "eyJhbGciOiJFUzI1NiJ9.",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    );
    let rsa = CryptographyClient::from_jwk(&rsa).unwrap();
    for (algorithm, key, token) in [(S::RS256, rsa, rs256), (S::ES256, aws_key(), es256)] {
        let verifier = JwtVerifier::new([algorithm]).unwrap().key(key);
        let verifier = verifier.issuer("joe").clock(Arc::new(At(1_300_819_000)));
        let jwt = verifier.verify::<Value>(token).await.unwrap();
        assert_eq!(jwt.claims()["http://example.com/is_root"], true);
        let mut changed = token.to_owned();
        changed.replace_range(token.len() - 20..token.len() - 19, "x");
        refused(&verifier, &changed).await;
    }
}

#[tokio::test]
async fn a_key_that_cannot_be_read_does_not_stand_in_the_way_of_anothers_tokens() {
    let Issued { vault, crypto, token, .. } = issued().await;
    let gone = vault.client.cryptography_client("gone").unwrap();
    let verifier = JwtVerifier::new([S::RS256]).unwrap().key(gone).key(crypto.clone());
    verifier.verify::<Value>(&token).await.unwrap();
    // Whose it is could not be found out: that is not the token's fault.
    let header = json!({ "alg": "RS256", "kid": "a stranger's" });
    let error = verifier.verify::<Value>(&forged(&token, &header, |_| "AA".to_owned())).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::NotFound);

    vault.client.create_rsa_key("secretive").await.unwrap();
    let body = r#"{"error":{"code":"Forbidden","message":"no get","innererror":{"code":"ForbiddenByRbac"}}}"#;
    vault.emulator.faults().next(9).on("GET", "/keys/secretive").respond(403, &[], body);
    let secretive = vault.client.cryptography_client("secretive").unwrap();
    let secretive = secretive.local_only();
    let verifier = JwtVerifier::new([S::RS256]).unwrap().key(secretive).key(crypto);
    verifier.verify::<Value>(&token).await.unwrap();
    for _ in 0..5 {
        let error = verifier.verify::<Value>(&forged(&token, &header, |_| "AA".to_owned())).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::Forbidden);
    }
    assert_eq!(vault.requests("GET", "/keys/secretive"), 1, "a stranger makes nobody ask again");
}

#[tokio::test]
async fn a_signature_over_what_is_no_object_makes_no_token() {
    let Issued { crypto, verifier, .. } = issued().await;
    let kid = crypto.key_id().unwrap().to_string();
    let object = json!({ "alg": "RS256", "kid": kid });
    let claims = json!({ "exp": 4_000_000_000_u64 });
    for (header, claims) in [
        (json!(["RS256", "JWT", kid, null]), claims.clone()),
        (object.clone(), json!(["me", null, 4_000_000_000_u64, null])),
        (json!({ "alg": "RS256", "kid": kid, "crit": null }), claims.clone()),
    ] {
        let parts = [header, claims].map(|part| BASE64URL.encode(part.to_string()));
        let signed = parts.join(".");
        let signature = crypto.sign_data(S::RS256, &signed).await.unwrap().signature;
        refused(&verifier, &format!("{signed}.{}", BASE64URL.encode(signature))).await;
    }
}

#[tokio::test]
async fn a_token_that_is_too_long_is_refused_with_the_length_that_is_not() {
    let Issued { verifier, token, .. } = issued().await;
    let error = refused(&verifier, &format!("{token}{}", "A".repeat(64 * 1024))).await;
    assert!(error.contains("65536"), "{error}");
}
