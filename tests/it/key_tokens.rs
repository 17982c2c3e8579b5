//! What a vault's key signs, judged by others: `jsonwebtoken`, and a curve of RustCrypto's.

use azvault_emulator::Emulator;
use azvault_keys::{
    CryptographyClient, JsonWebKey, JwtEncoder, JwtVerifier, KeyClient, KeyCurve,
    SignatureAlgorithm as S,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use p256::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier};
use serde_json::{Value, json};
use signature::hazmat::AsyncPrehashSigner;

fn client(emulator: &Emulator) -> KeyClient {
    KeyClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

fn claims() -> Value {
    json!({ "sub": "me", "iss": "https://i", "aud": ["you"], "exp": 4_000_000_000_u64 })
}

fn validation(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&["https://i"]);
    validation.set_audience(&["you"]);
    validation
}

#[tokio::test]
async fn tokens_are_accepted_by_jsonwebtoken_with_every_algorithm_that_it_has() {
    let emulator = Emulator::in_memory();
    let client = client(&emulator);
    client.create_rsa_key("rsa").await.unwrap();
    client.create_ec_key("p256").curve(KeyCurve::P256).await.unwrap();
    client.create_ec_key("p384").curve(KeyCurve::P384).await.unwrap();
    for (name, ours, theirs) in [
        ("rsa", S::RS256, Algorithm::RS256),
        ("rsa", S::RS384, Algorithm::RS384),
        ("rsa", S::RS512, Algorithm::RS512),
        ("rsa", S::PS256, Algorithm::PS256),
        ("rsa", S::PS384, Algorithm::PS384),
        ("rsa", S::PS512, Algorithm::PS512),
        ("p256", S::ES256, Algorithm::ES256),
        ("p384", S::ES384, Algorithm::ES384),
    ] {
        let key = client.get_key(name).await.unwrap();
        let crypto = client.cryptography_client_for(&key).unwrap();
        let encoder = JwtEncoder::new(crypto, ours.clone()).unwrap();
        let token = encoder.encode(&claims()).await.unwrap();

        let member = |name: &str| {
            let key = serde_json::to_value(key.jwk()).unwrap();
            key[name].as_str().unwrap().to_owned()
        };
        let decoding = match name {
            "rsa" => DecodingKey::from_rsa_components(&member("n"), &member("e")),
            _ => DecodingKey::from_ec_components(&member("x"), &member("y")),
        }
        .unwrap();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.kid, Some(key.id().to_string()));
        let decoded =
            jsonwebtoken::decode::<Value>(&token, &decoding, &validation(theirs)).unwrap();
        assert_eq!(decoded.claims, claims(), "{ours}");
        let other =
            jsonwebtoken::decode::<Value>(&format!("{token}A"), &decoding, &validation(theirs));
        assert!(other.is_err(), "{ours}: their judge judges");
    }
}

#[tokio::test]
async fn tokens_of_jsonwebtoken_are_accepted_here() {
    let crypto = CryptographyClient::from_jwk(&published().to_public()).unwrap();
    let pem = published().to_private_key_pem().unwrap();
    let key = EncodingKey::from_ec_pem(pem.expose().as_bytes()).unwrap();
    let header = Header { kid: Some("mine".to_owned()), ..Header::new(Algorithm::ES256) };
    let token = jsonwebtoken::encode(&header, &claims(), &key).unwrap();
    let verifier = JwtVerifier::new([S::ES256])
        .unwrap()
        .key_named("mine", crypto)
        .issuer("https://i")
        .audience("you");
    assert_eq!(verifier.verify::<Value>(&token).await.unwrap().claims(), &claims());
    let elsewhere = verifier.clone().issuer("https://j");
    assert!(elsewhere.verify::<Value>(&token).await.is_err());
}

/// The key of RFC 7515, A.3.
fn published() -> JsonWebKey {
    serde_json::from_value(json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"
    }))
    .unwrap()
}

#[tokio::test]
async fn a_signer_gives_the_signatures_of_another_librarys_type() {
    let emulator = Emulator::in_memory();
    let client = client(&emulator);
    let key = client.create_ec_key("p256").await.unwrap();
    let signer = client.cryptography_client("p256").unwrap().signer(S::ES256);

    let digest = S::ES256.digest(b"message").unwrap();
    let signature: Signature = signer.sign_prehash_async(&digest).await.unwrap();

    let jwk = key.jwk();
    let point = [&[4], jwk.x().unwrap(), jwk.y().unwrap()].concat();
    let theirs = VerifyingKey::from_sec1_bytes(&point).unwrap();
    theirs.verify_prehash(&digest, &signature).unwrap();
    let other = S::ES256.digest(b"another").unwrap();
    assert!(theirs.verify_prehash(&other, &signature).is_err());
}

#[tokio::test]
async fn a_signers_failure_keeps_its_reason() {
    let emulator = Emulator::in_memory();
    let signer = client(&emulator).cryptography_client("none").unwrap().signer(S::ES256);
    let signed: Result<Signature, _> = signer.sign_prehash_async(&[0; 32]).await;
    let source = std::error::Error::source(&signed.unwrap_err()).unwrap().to_string();
    assert!(source.contains("KeyNotFound"), "{source}");
}
