//! The release of exportable keys to attested environments, and to nobody else.

use aws_lc_rs::{
    rsa::{OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384},
    signature::{ECDSA_P256_SHA256_FIXED, EcdsaKeyPair, UnparsedPublicKey},
};
use serde_json::{Value, json};

use crate::{
    environment::{
        Environment, NOT_ADMITTED, NOT_VERIFIED, bad, encoded, exportable, forbidden, part, policy,
        refused, signed_content,
    },
    support::{Vault, base64url, from_base64url},
    test_keys::{EC_P256, RSA_2048},
};

#[tokio::test]
async fn a_release_is_a_signed_statement_with_the_key_wrapped_for_the_environment() {
    let vault = Vault::new().await;
    let environment = Environment::new();
    let target = environment.token(&vault, json!({"sdk-test": true}));
    for (enc, oaep) in [
        ("CKM_RSA_AES_KEY_WRAP", &OAEP_SHA1_MGF1SHA1),
        ("RSA_AES_KEY_WRAP_256", &OAEP_SHA256_MGF1SHA256),
        ("RSA_AES_KEY_WRAP_384", &OAEP_SHA384_MGF1SHA384),
    ] {
        let bundle = exportable(&vault, "EC-HSM").await;
        let body = json!({"target": target, "enc": enc, "nonce": "n-1"});
        let answer = vault.post("/keys/k//release", body).await.ok();
        assert_eq!(answer.as_object().unwrap().len(), 1, "value alone");
        let statement = signed_content(answer["value"].as_str().unwrap());
        let request = json!({
            "api-version": "7.6", "enc": enc, "kid": format!("{}/keys/k", vault.base), "nonce": "n-1",
        });
        assert_eq!(statement["request"], request);
        let mut key = statement["response"]["key"].clone();
        assert_eq!(key["attributes"]["exportable"], true);
        let wrapped = key["key"].as_object_mut().unwrap().remove("key_hsm").unwrap();
        assert_eq!(key, bundle);
        let wrapped: Value = serde_json::from_slice(&from_base64url(&wrapped)).unwrap();
        let header = json!({"kid": "TpmEphemeralEncryptionKey", "alg": "dir", "enc": enc});
        assert_eq!(wrapped["header"], header);
        let pkcs8 = environment.unwrap(oaep, &from_base64url(&wrapped["ciphertext"]));
        let signing = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let released = EcdsaKeyPair::from_pkcs8(signing, &pkcs8).unwrap();
        let random = aws_lc_rs::rand::SystemRandom::new();
        let signature = released.sign(&random, b"message").unwrap();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"message");
        let verify = json!({
            "alg": "ES256", "digest": base64url(digest.as_ref()), "value": base64url(signature.as_ref()),
        });
        assert_eq!(vault.post("/keys/k/verify", verify).await.ok()["value"], true);
        // The point is the released key's own.
        let point =
            [&[4], &*from_base64url(&bundle["key"]["x"]), &*from_base64url(&bundle["key"]["y"])];
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point.concat())
            .verify(b"message", signature.as_ref())
            .unwrap();
    }
}

#[tokio::test]
async fn an_hsm_releases_the_bytes_of_a_symmetric_key_and_imported_keys_too() {
    let hsm = Vault::hsm().await;
    let environment = Environment::new();
    let target = environment.token(&hsm, json!({"sdk-test": "true"}));
    let secret = base64url(&[9; 32]);
    let body = json!({
        "key": {"kty": "oct-HSM", "k": secret}, "attributes": {"exportable": true},
        "release_policy": encoded(&policy(&hsm)),
    });
    let bundle = hsm.send("PUT", "/keys/o", Some(body)).await.ok();
    let version = bundle["key"]["kid"].as_str().unwrap().strip_prefix(&hsm.base).unwrap();
    let path = format!("{version}/release");
    let answer = hsm.post(&path, json!({"target": target})).await.ok();
    let statement = signed_content(answer["value"].as_str().unwrap());
    assert_eq!(statement["request"]["kid"], bundle["key"]["kid"]);
    assert_eq!(statement["request"]["enc"], "CKM_RSA_AES_KEY_WRAP", "the default");
    let wrapped = from_base64url(&statement["response"]["key"]["key"]["key_hsm"]);
    let wrapped: Value = serde_json::from_slice(&wrapped).unwrap();
    let plain = environment.unwrap(&OAEP_SHA1_MGF1SHA1, &from_base64url(&wrapped["ciphertext"]));
    assert_eq!(plain, [9; 32]);
}

#[tokio::test]
async fn nobody_but_an_attested_environment_gets_a_key() {
    let vault = Vault::new().await;
    exportable(&vault, "EC-HSM").await;
    let environment = Environment::new();
    let good = environment.token(&vault, json!({"sdk-test": true}));
    let release = async |target: &str| {
        refused(&vault.post("/keys/k/release", json!({"target": target})).await)
    };
    let tampered = {
        let mut parts: Vec<_> = good.split('.').map(str::to_owned).collect();
        let mut claims = part(&good, 1);
        claims["extra"] = json!(1);
        parts[1] = base64url(claims.to_string().as_bytes());
        parts.join(".")
    };
    let unsigned = format!(
        "{}.{}.",
        base64url(br#"{"alg":"none","typ":"JWT"}"#),
        good.split('.').nth(1).unwrap()
    );
    let own = vault.emulator.attestation();
    let access = vault.token.clone().unwrap();
    for target in [
        "",
        "junk",
        &tampered,
        &unsigned,
        // Signed by the emulator's Entra key, not by its attestation authority.
        &access,
        &environment.token(&vault, json!({"sdk-test": true, "exp": 1_000_000_000})),
        &environment.token(&vault, json!({"sdk-test": true, "nbf": 9_000_000_000_i64})),
        &environment.token(&vault, json!({"sdk-test": true, "iss": "https://evil.example"})),
        &environment.token(&vault, json!({"sdk-test": true, "x-ms-runtime": {"keys": []}})),
        &own.token(&json!({"sdk-test": true}), &[1; 8], &[3]).unwrap(),
    ] {
        assert_eq!(release(target).await, forbidden(NOT_VERIFIED), "{target}");
    }
    for claims in [json!({}), json!({"sdk-test": false}), json!({"SDK-test": true})] {
        let target = environment.token(&vault, claims.clone());
        assert_eq!(release(&target).await, forbidden(NOT_ADMITTED), "{claims}");
    }
    let other_host = json!({"sdk-test": true, "iss": "https://127.0.0.1:9/attestation"});
    let target = environment.token(&vault, other_host);
    assert_eq!(release(&target).await, forbidden(NOT_ADMITTED), "another authority");
    let (_, _, message) = refused(&vault.post("/keys/k/release", json!({})).await);
    assert_eq!(message, "Property 'target' is required.\r\n");
    let enc = json!({"target": good, "enc": "ROT13"});
    assert_eq!(
        refused(&vault.post("/keys/k/release", enc).await),
        bad("Property  has invalid value\r\n")
    );
    vault.create("plain", json!({"kty": "EC-HSM"})).await;
    let (status, _, inner, _) =
        vault.post("/keys/plain/release", json!({"target": good})).await.refusal();
    assert_eq!((status, inner.as_deref()), (403, Some("KeyOperationForbidden")));
    vault.send("PATCH", "/keys/k", Some(json!({"attributes": {"enabled": false}}))).await.ok();
    let (status, _, inner, _) =
        vault.post("/keys/k/release", json!({"target": good})).await.refusal();
    assert_eq!((status, inner.as_deref()), (403, Some("KeyDisabled")));
    let in_time = json!({"attributes": {"enabled": true, "exp": 1_000_000_000}});
    vault.send("PATCH", "/keys/k", Some(in_time)).await.ok();
    let answer = vault.post("/keys/k/release", json!({"target": good})).await;
    assert_eq!(answer.status(), 200, "an expired key is still released");
}

#[tokio::test]
async fn a_released_import_is_the_key_that_was_brought() {
    let vault = Vault::new().await;
    let environment = Environment::new();
    let target = environment.token(&vault, json!({"sdk-test": true}));
    for key in [EC_P256, RSA_2048] {
        let body = json!({
            "Hsm": true, "key": serde_json::from_str::<Value>(key).unwrap(),
            "attributes": {"exportable": true}, "release_policy": encoded(&policy(&vault)),
        });
        let bundle = vault.send("PUT", "/keys/k", Some(body)).await.ok();
        let answer = vault.post("/keys/k/release", json!({"target": target})).await.ok();
        let statement = signed_content(answer["value"].as_str().unwrap());
        let wrapped = from_base64url(&statement["response"]["key"]["key"]["key_hsm"]);
        let wrapped: Value = serde_json::from_slice(&wrapped).unwrap();
        let pkcs8 =
            environment.unwrap(&OAEP_SHA1_MGF1SHA1, &from_base64url(&wrapped["ciphertext"]));
        // PKCS #8 of either kind holds the private number as it was brought.
        let brought: Value = serde_json::from_str(key).unwrap();
        let d = from_base64url(&brought["d"]);
        assert!(pkcs8.windows(d.len()).any(|window| window == d), "{}", bundle["key"]["kty"]);
    }
}
