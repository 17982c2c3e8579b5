//! JSON web tokens that a vault's key signs.

use azvault_keys::{
    CryptographyClient, ErrorKind, JwtEncoder, JwtVerifier, KeyCurve, SignatureAlgorithm as S,
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::Vault;

#[derive(Debug, Deserialize, PartialEq)]
struct Claims {
    sub: String,
    exp: u64,
}

fn claims() -> Value {
    json!({ "sub": "me", "exp": 4_000_000_000_u64 })
}

async fn crypto_of_ec(vault: &Vault) -> CryptographyClient {
    vault.client.create_ec_key("k").await.unwrap();
    vault.client.cryptography_client("k").unwrap()
}

#[tokio::test]
async fn a_token_of_every_algorithm_holds() {
    let vault = Vault::new();
    vault.client.create_rsa_key("rsa").await.unwrap();
    let mut cases: Vec<(&str, S)> = [S::RS256, S::RS384, S::RS512, S::PS256, S::PS384, S::PS512]
        .into_iter()
        .map(|algorithm| ("rsa", algorithm))
        .collect();
    for (name, curve, algorithm) in [
        ("p256", KeyCurve::P256, S::ES256),
        ("p384", KeyCurve::P384, S::ES384),
        ("p521", KeyCurve::P521, S::ES512),
        ("p256k", KeyCurve::P256K, S::ES256K),
    ] {
        vault.client.create_ec_key(name).curve(curve).await.unwrap();
        cases.push((name, algorithm));
    }
    for (name, algorithm) in cases {
        let crypto = vault.client.cryptography_client(name).unwrap();
        let encoder = JwtEncoder::new(crypto.clone(), algorithm.clone()).unwrap();
        let token = encoder.encode(&claims()).await.unwrap();
        let verifier = JwtVerifier::new([algorithm.clone()]).unwrap().key(crypto);
        let jwt = verifier.verify::<Claims>(&token).await.unwrap();
        assert_eq!(jwt.claims(), &Claims { sub: "me".to_owned(), exp: 4_000_000_000 });
        assert_eq!(jwt.token_type(), Some("JWT"), "{algorithm}");
    }
}

#[tokio::test]
async fn a_tokens_kid_is_the_version_that_signed_it() {
    let vault = Vault::new();
    let key = vault.client.create_ec_key("k").await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap();
    let encoder = JwtEncoder::new(crypto.clone(), S::ES256).unwrap();
    let old = encoder.encode(&claims()).await.unwrap();
    vault.client.create_ec_key("k").await.unwrap();
    assert_eq!(encoder.encode(&claims()).await.unwrap().split('.').next(), old.split('.').next());

    let latest = crypto.latest().unwrap();
    let new = JwtEncoder::new(latest.clone(), S::ES256).unwrap().encode(&claims()).await.unwrap();
    let both = JwtVerifier::new([S::ES256]).unwrap().key(latest.clone()).key(crypto);
    let kid = both.verify::<Value>(&old).await.unwrap().key_id().map(str::to_owned);
    assert_eq!(kid, Some(key.id().to_string()));
    both.verify::<Value>(&new).await.unwrap();
    let only_new = JwtVerifier::new([S::ES256]).unwrap().key(latest);
    let error = only_new.verify::<Value>(&old).await.unwrap_err();
    assert!(error.to_string().contains("`kid`"), "{error}");
}

#[tokio::test]
async fn a_kid_and_a_type_of_ones_own_are_written() {
    let vault = Vault::new();
    let crypto = crypto_of_ec(&vault).await;
    let encoder = JwtEncoder::new(crypto.clone(), S::ES256).unwrap();
    let encoder = encoder.key_id("mine").token_type("at+jwt");
    let token = encoder.encode(&claims()).await.unwrap();
    assert_eq!(vault.requests("GET", "/keys/k"), 0, "what names the key need not be read");
    let verifier = JwtVerifier::new([S::ES256]).unwrap().key_named("mine", crypto);
    let jwt = verifier.verify::<Value>(&token).await.unwrap();
    assert_eq!((jwt.key_id(), jwt.token_type()), (Some("mine"), Some("at+jwt")));
    assert_eq!(jwt.into_claims(), claims());
}

#[tokio::test]
async fn claims_that_are_no_object_are_refused_before_anything_is_sent() {
    let vault = Vault::new();
    let encoder =
        JwtEncoder::new(vault.client.cryptography_client("k").unwrap(), S::ES256).unwrap();
    for claims in [json!([1]), json!("text"), json!(null)] {
        let error = encoder.encode(&claims).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("object"), "{error}");
    }
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn algorithms_with_a_shared_key_and_none_are_refused_from_the_start() {
    let vault = Vault::new();
    let crypto = vault.client.cryptography_client("k").unwrap();
    for algorithm in [S::HS256, S::HS512, S::RsNull, S::from("none"), S::from("ES999")] {
        assert!(JwtEncoder::new(crypto.clone(), algorithm.clone()).is_err(), "{algorithm}");
        assert!(JwtVerifier::new([S::ES256, algorithm.clone()]).is_err(), "{algorithm}");
    }
    assert!(JwtVerifier::new([]).is_err());
}

#[tokio::test]
async fn tokens_are_verified_here_but_for_the_first_look_at_the_key() {
    let vault = Vault::new();
    let crypto = crypto_of_ec(&vault).await;
    let token = JwtEncoder::new(crypto.clone(), S::ES256).unwrap().encode(&claims()).await.unwrap();
    vault.emulator.clear_journal();
    let verifier = JwtVerifier::new([S::ES256]).unwrap().key(crypto);
    for _ in 0..10 {
        verifier.verify::<Value>(&token).await.unwrap();
    }
    assert!(vault.emulator.journal().is_empty());
}
