//! Keys that somebody brings.

use serde_json::{Value, json};

use crate::{
    support::{Answer, Vault, base64url, from_base64url, member_order},
    test_keys::{EC_P256, RSA_1024, RSA_2048, RSA_2048_SIGNATURE, RSA_E3},
};

const RSA_REFUSAL: &str = "RSA key is not valid - cannot instantiate crypto service";
const JWK_REFUSAL: &str = "The property \"key\" must be a valid JsonWebKey object.";

fn jwk(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn with(key: &str, changes: Value) -> Value {
    let mut key = jwk(key);
    for (name, value) in changes.as_object().unwrap() {
        key[name] = value.clone();
    }
    key
}

async fn import(vault: &Vault, body: Value) -> Answer {
    vault.send("PUT", "/keys/k", Some(body)).await
}

async fn refused(vault: &Vault, key: Value) -> String {
    let answer = import(vault, json!({"key": key.clone()})).await;
    let (status, code, inner, message) = answer.refusal();
    assert_eq!((status, code.as_str(), inner), (400, "BadParameter", None), "{key}");
    for secret in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        if let Some(secret) = key[secret].as_str().filter(|secret| secret.len() > 8) {
            assert!(!answer.text().contains(secret));
        }
    }
    message
}

#[tokio::test]
async fn an_imported_rsa_key_signs_as_openssl_does_with_it() {
    let vault = Vault::new().await;
    let body = json!({
        "key": with(RSA_2048, json!({"kid": "mine", "key_ops": ["sign", "verify"]})),
        "attributes": {"enabled": true, "exp": 2_524_723_200_i64},
        "tags": {"from": "openssl"},
    });
    let answer = import(&vault, body).await;
    member_order(
        answer.text(),
        &["key", "kid", "kty", "key_ops", "n", "e", "attributes", "enabled", "exp", "tags"],
    );
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        assert!(!answer.text().contains(&format!("\"{member}\":")), "{member}");
    }
    let bundle = answer.ok();
    assert_eq!(bundle["key"]["n"], jwk(RSA_2048)["n"]);
    assert_eq!((&bundle["key"]["e"], &bundle["key"]["kty"]), (&json!("AQAB"), &json!("RSA")));
    assert_eq!(bundle["key"]["key_ops"], json!(["sign", "verify"]));
    assert_eq!(bundle["attributes"]["exp"], 2_524_723_200_i64);
    assert_eq!(bundle["tags"], json!({"from": "openssl"}));
    assert!(bundle["key"]["kid"].as_str().unwrap().starts_with(&format!("{}/keys/k/", vault.base)));
    assert_eq!(vault.get("/keys/k").await.ok(), bundle);
    let sign = json!({"alg": "RS256", "value": base64url(&[7; 32])});
    assert_eq!(vault.post("/keys/k/sign", sign).await.ok()["value"], RSA_2048_SIGNATURE);
}

#[tokio::test]
async fn an_imported_key_may_have_another_exponent() {
    let vault = Vault::new().await;
    let bundle = import(&vault, json!({"key": jwk(RSA_E3)})).await.ok();
    assert_eq!(bundle["key"]["e"], "Aw");
    let every = json!(["encrypt", "decrypt", "sign", "verify", "wrapKey", "unwrapKey"]);
    assert_eq!(bundle["key"]["key_ops"], every);
    for alg in ["RS256", "PS512"] {
        let len = if alg == "RS256" { 32 } else { 64 };
        let digest = base64url(&vec![1; len]);
        let signed = vault.post("/keys/k/sign", json!({"alg": alg, "value": digest})).await.ok();
        let verify = json!({"alg": alg, "digest": digest, "value": signed["value"]});
        assert_eq!(vault.post("/keys/k/verify", verify).await.ok()["value"], true, "{alg}");
    }
    let plain = json!({"alg": "RSA-OAEP", "value": base64url(b"plain")});
    let sealed = vault.post("/keys/k/encrypt", plain).await.ok();
    let open = json!({"alg": "RSA-OAEP", "value": sealed["value"]});
    assert_eq!(from_base64url(&vault.post("/keys/k/decrypt", open).await.ok()["value"]), b"plain");
}

#[tokio::test]
async fn an_imported_ec_key_is_a_new_version_of_its_name() {
    let vault = Vault::new().await;
    let first = vault.create("k", json!({"kty": "EC"})).await;
    let second = import(&vault, json!({"key": jwk(EC_P256)})).await.ok();
    assert_ne!(first["key"]["kid"], second["key"]["kid"]);
    assert_eq!(second["key"]["x"], jwk(EC_P256)["x"]);
    assert_eq!(second["key"]["key_ops"], json!(["sign", "verify"]));
    assert_eq!(vault.get("/keys/k/versions").await.ok()["value"].as_array().unwrap().len(), 2);
    let digest = base64url(&[1; 32]);
    let signed = vault.post("/keys/k/sign", json!({"alg": "ES256", "value": digest})).await.ok();
    let verify = json!({"alg": "ES256", "digest": digest, "value": signed["value"]});
    assert_eq!(vault.post("/keys/k/verify", verify).await.ok(), json!({"value": true}));
}

/// Java's `BigInteger.toByteArray` writes a sign in front of numbers whose first bit is set.
#[tokio::test]
async fn an_ec_keys_numbers_may_have_zeros_in_front_and_are_shown_without() {
    let vault = Vault::new().await;
    let signed = |name: &str| base64url(&[&[0], &*from_base64url(&jwk(EC_P256)[name])].concat());
    let key = with(EC_P256, json!({"d": signed("d"), "x": signed("x"), "y": signed("y")}));
    let made = import(&vault, json!({"key": key})).await.ok();
    assert_eq!((&made["key"]["x"], &made["key"]["y"]), (&jwk(EC_P256)["x"], &jwk(EC_P256)["y"]));
    let sign = json!({"alg": "ES256", "value": base64url(&[7; 32])});
    assert_eq!(vault.post("/keys/k/sign", sign).await.status(), 200);
}

#[tokio::test]
async fn hsm_with_a_capital_h_puts_a_key_into_hardware() {
    let vault = Vault::new().await;
    for (body, kty) in [
        (json!({"Hsm": true, "key": jwk(EC_P256)}), "EC-HSM"),
        (json!({"Hsm": false, "key": jwk(EC_P256)}), "EC"),
        (json!({"hsm": true, "key": jwk(EC_P256)}), "EC"),
        (json!({"key": with(EC_P256, json!({"kty": "EC-HSM"}))}), "EC-HSM"),
        (json!({"Hsm": true, "key": jwk(RSA_2048)}), "RSA-HSM"),
    ] {
        assert_eq!(import(&vault, body.clone()).await.ok()["key"]["kty"], kty, "{body}");
    }
    assert_eq!(vault.get("/keys/k").await.ok()["key"]["e"], "AAEAAQ", "as premium vaults write it");
}

#[tokio::test]
async fn an_hsm_takes_symmetric_keys_and_a_vault_does_not() {
    let hsm = Vault::hsm().await;
    // RFC 3394, section 4.1: the key-encryption key.
    let key: Vec<u8> = (0..16).collect();
    let jwk = json!({"kty": "oct-HSM", "k": base64url(&key)});
    let bundle = import(&hsm, json!({"key": jwk})).await.ok();
    assert_eq!(bundle["key"]["kty"], "oct-HSM");
    assert!(bundle["key"].get("k").is_none());
    let data = [0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77]
        .into_iter()
        .chain([0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF]);
    let plain = base64url(&data.collect::<Vec<u8>>());
    let wrapped = hsm.post("/keys/k/wrapkey", json!({"alg": "A128KW", "value": plain})).await.ok();
    let expected = [
        0x1F, 0xA6, 0x8B, 0x0A, 0x81, 0x12, 0xB4, 0x47, 0xAE, 0xF3, 0x4B, 0xD8, 0xFB, 0x5A, 0x7B,
        0x82, 0x9D, 0x3E, 0x86, 0x23, 0x71, 0xD2, 0xCF, 0xE5,
    ];
    assert_eq!(from_base64url(&wrapped["value"]), expected);
    assert_eq!(refused(&hsm, json!({"kty": "oct", "k": base64url(&[1; 15])})).await, JWK_REFUSAL);
    assert_eq!(refused(&hsm, json!({"kty": "oct"})).await, JWK_REFUSAL);
    let vault = Vault::new().await;
    for kty in ["oct", "oct-HSM"] {
        let key = json!({"kty": kty, "k": base64url(&key)});
        assert_eq!(refused(&vault, key).await, JWK_REFUSAL);
    }
}

#[tokio::test]
async fn what_is_no_private_key_is_refused_and_not_repeated() {
    let vault = Vault::new().await;
    let public = |key: &str| {
        let mut key = jwk(key);
        for member in ["d", "p", "q", "dp", "dq", "qi"] {
            key.as_object_mut().unwrap().remove(member);
        }
        key
    };
    let other = jwk(RSA_E3);
    for key in [
        public(RSA_2048),
        with(RSA_2048, json!({"d": other["d"]})),
        with(RSA_2048, json!({"n": other["n"]})),
        with(RSA_2048, json!({"p": other["p"], "q": other["q"]})),
        with(RSA_2048, json!({"e": "Aw"})),
        with(RSA_2048, json!({"qi": "AQAB"})),
    ] {
        assert_eq!(refused(&vault, key).await, RSA_REFUSAL);
    }
    let point = jwk(EC_P256);
    for key in [
        json!({}),
        json!({"kty": "rsa"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}),
        json!({"kty": "RSA"}),
        json!({"kty": "RSA", "n": jwk(RSA_2048)["n"]}),
        public(EC_P256),
        with(EC_P256, json!({"crv": "P-384"})),
        with(EC_P256, json!({"crv": null})),
        with(EC_P256, json!({"x": point["y"]})),
        with(EC_P256, json!({"d": point["x"]})),
        with(EC_P256, json!({"d": base64url(&[1; 33])})),
    ] {
        assert_eq!(refused(&vault, key).await, JWK_REFUSAL);
    }
    let short = "Unsupported key size (1024). Supported sizes are [2048, 3072, 4096]";
    assert_eq!(refused(&vault, jwk(RSA_1024)).await, short);
    let ops = with(EC_P256, json!({"key_ops": ["fly"]}));
    assert_eq!(refused(&vault, ops).await, "Property  has invalid value\r\n");
    let padded = with(EC_P256, json!({"d": "AA=="}));
    assert!(refused(&vault, padded).await.starts_with("Content of 'd' is not base64url."));
    let (status, _, _, message) = import(&vault, json!({})).await.refusal();
    assert_eq!((status, message.as_str()), (400, "Property 'key' is required.\r\n"));
    assert_eq!(vault.get("/keys/k").await.status(), 404, "nothing was made");
}

#[tokio::test]
async fn an_import_over_a_deleted_name_is_a_conflict() {
    let vault = Vault::new().await;
    import(&vault, json!({"key": jwk(EC_P256)})).await.ok();
    vault.delete("/keys/k").await.ok();
    let (status, _, inner, _) = import(&vault, json!({"key": jwk(EC_P256)})).await.refusal();
    assert_eq!((status, inner.as_deref()), (409, Some("ObjectIsDeletedButRecoverable")));
}
