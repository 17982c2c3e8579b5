//! Cryptographic operations, checked against an independent use of the public key, and their refusals.

use std::time::Duration;

use aws_lc_rs::{
    digest,
    rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey,
        Pkcs1PublicEncryptingKey, PublicEncryptingKey,
    },
    signature::{self, RsaPublicKeyComponents, UnparsedPublicKey},
};
use serde_json::{Value, json};

use crate::{
    support::{Answer, Vault, base64url, from_base64url},
    test_keys::{RSA_2048, RSA_BAD_PADDING, RSA_GOOD_PADDING},
};

const MESSAGE: &[u8] = b"message";

fn digest_of(alg: &str) -> Vec<u8> {
    let algorithm = match alg {
        "ES384" | "RS384" | "PS384" => &digest::SHA384,
        "ES512" | "RS512" | "PS512" => &digest::SHA512,
        _ => &digest::SHA256,
    };
    digest::digest(algorithm, MESSAGE).as_ref().to_vec()
}

/// Has `k` sign, has it verify, and gives the signature.
async fn sign_and_verify(vault: &Vault, alg: &str) -> Vec<u8> {
    let digest = base64url(&digest_of(alg));
    let signed = vault.post("/keys/k/sign", json!({"alg": alg, "value": digest})).await.ok();
    let kid = signed["kid"].as_str().unwrap();
    assert!(
        kid.starts_with(&format!("{}/keys/k/", vault.base)) && kid.len() > vault.base.len() + 32
    );
    let body = json!({"alg": alg, "digest": digest, "value": signed["value"]});
    assert_eq!(vault.post("/keys/k/verify", body).await.text(), r#"{"value":true}"#, "{alg}");
    let other = base64url(&vec![1; digest_of(alg).len()]);
    let body = json!({"alg": alg, "digest": other, "value": signed["value"]});
    assert_eq!(vault.post("/keys/k/verify", body).await.text(), r#"{"value":false}"#, "{alg}");
    from_base64url(&signed["value"])
}

#[tokio::test]
async fn ecdsa_signatures_are_r_and_s_and_verify_with_the_public_point() {
    let vault = Vault::new().await;
    let cases: [(&str, &str, &signature::EcdsaVerificationAlgorithm, usize); 4] = [
        ("P-256", "ES256", &signature::ECDSA_P256_SHA256_FIXED, 64),
        ("P-384", "ES384", &signature::ECDSA_P384_SHA384_FIXED, 96),
        ("P-521", "ES512", &signature::ECDSA_P521_SHA512_FIXED, 132),
        ("P-256K", "ES256K", &signature::ECDSA_P256K1_SHA256_FIXED, 64),
    ];
    for (curve, alg, algorithm, len) in cases {
        let key = vault.create("k", json!({"kty": "EC", "crv": curve})).await["key"].clone();
        let signature = sign_and_verify(&vault, alg).await;
        assert_eq!(signature.len(), len);
        let point = [vec![4], from_base64url(&key["x"]), from_base64url(&key["y"])].concat();
        UnparsedPublicKey::new(algorithm, point).verify(MESSAGE, &signature).unwrap();
    }
}

#[tokio::test]
async fn rsa_signatures_verify_with_the_public_key() {
    let vault = Vault::new().await;
    let key = vault.create("k", json!({"kty": "RSA"})).await["key"].clone();
    let public =
        RsaPublicKeyComponents { n: from_base64url(&key["n"]), e: from_base64url(&key["e"]) };
    let cases: [(&str, &signature::RsaParameters); 6] = [
        ("RS256", &signature::RSA_PKCS1_2048_8192_SHA256),
        ("RS384", &signature::RSA_PKCS1_2048_8192_SHA384),
        ("RS512", &signature::RSA_PKCS1_2048_8192_SHA512),
        ("PS256", &signature::RSA_PSS_2048_8192_SHA256),
        ("PS384", &signature::RSA_PSS_2048_8192_SHA384),
        ("PS512", &signature::RSA_PSS_2048_8192_SHA512),
    ];
    for (alg, parameters) in cases {
        let signature = sign_and_verify(&vault, alg).await;
        public.verify(parameters, MESSAGE, &signature).unwrap();
    }
}

#[tokio::test]
async fn what_the_public_key_encrypts_the_vault_decrypts() {
    let vault = Vault::new().await;
    let key = vault.create("k", json!({"kty": "RSA"})).await["key"].clone();
    let public = || -> PublicEncryptingKey {
        let (n, e) = (from_base64url(&key["n"]), from_base64url(&key["e"]));
        RsaPublicKeyComponents { n, e }.try_into().unwrap()
    };
    let mut buffer = vec![0; 256];
    for alg in ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256"] {
        let cipher = match alg {
            "RSA1_5" => Pkcs1PublicEncryptingKey::new(public())
                .unwrap()
                .encrypt(MESSAGE, &mut buffer)
                .unwrap(),
            oaep => {
                let oaep =
                    if oaep == "RSA-OAEP" { &OAEP_SHA1_MGF1SHA1 } else { &OAEP_SHA256_MGF1SHA256 };
                OaepPublicEncryptingKey::new(public())
                    .unwrap()
                    .encrypt(oaep, MESSAGE, &mut buffer, None)
                    .unwrap()
            }
        };
        let body = json!({"alg": alg, "value": base64url(cipher)});
        for operation in ["decrypt", "unwrapkey"] {
            let plain = vault.post(&format!("/keys/k/{operation}"), body.clone()).await.ok();
            assert_eq!(from_base64url(&plain["value"]), MESSAGE, "{alg}");
        }
        for (there, back) in [("encrypt", "decrypt"), ("wrapkey", "unwrapkey")] {
            let sealed = vault
                .post(&format!("/keys/k/{there}"), json!({"alg": alg, "value": base64url(MESSAGE)}))
                .await;
            let sealed = sealed.ok();
            assert_eq!(sealed["value"].as_str().unwrap().len(), 342);
            let mut members: Vec<_> =
                sealed.as_object().unwrap().keys().map(String::as_str).collect();
            members.sort_unstable();
            assert_eq!(members, ["kid", "value"]);
            let body = json!({"alg": alg, "value": sealed["value"]});
            let plain = vault.post(&format!("/keys/k//{back}"), body).await.ok();
            assert_eq!(from_base64url(&plain["value"]), MESSAGE, "{alg}");
        }
    }
}

#[tokio::test]
async fn an_old_version_still_decrypts() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    let body = json!({"alg": "RSA-OAEP", "value": base64url(MESSAGE)});
    let sealed = vault.post("/keys/k/encrypt", body).await.ok();
    vault.create("k", json!({"kty": "RSA"})).await;
    let body = json!({"alg": "RSA-OAEP", "value": sealed["value"]});
    assert_eq!(
        vault.post("/keys/k/decrypt", body.clone()).await.status(),
        400,
        "the latest is another key"
    );
    let path = sealed["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap();
    let plain = vault.post(&format!("{path}/decrypt"), body).await.ok();
    assert_eq!(from_base64url(&plain["value"]), MESSAGE);
}

#[tokio::test]
async fn every_rsa_decryption_failure_reads_the_same() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    let mut texts = Vec::new();
    for alg in ["RSA1_5", "RSA-OAEP", "RSA-OAEP-256"] {
        for value in [vec![1; 256], vec![255; 256], vec![1; 10], vec![]] {
            let body = json!({"alg": alg, "value": base64url(&value)});
            let answer = vault.post("/keys/k/decrypt", body.clone()).await;
            assert_eq!(answer.status(), 400);
            texts.push(answer.text().to_owned());
            texts.push(vault.post("/keys/k/unwrapkey", body).await.text().to_owned());
        }
    }
    let expected = r#"{"error":{"code":"BadParameter","message":"Error occurred while decoding OAEP padding."}}"#;
    assert_eq!(expected.len(), 89, "the recorded Content-Length");
    assert!(texts.iter().all(|text| text == expected), "{texts:?}");
}

fn refusal(answer: &Answer) -> (u16, String) {
    let (status, code, _, message) = answer.refusal();
    assert_eq!(code, "BadParameter");
    (status, message)
}

#[tokio::test]
async fn digests_of_the_wrong_length_are_refused_in_the_reported_words() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    let short = base64url(&[0; 10]);
    let answer = vault.post("/keys/k/sign", json!({"alg": "RS256", "value": short})).await;
    let text =
        "Invalid length of 'value': 10 bytes. RS256 requires 32 bytes, encoded with base64url.";
    assert_eq!(refusal(&answer), (400, text.to_owned()));
    let answer = vault
        .post("/keys/k/verify", json!({"alg": "PS512", "digest": short, "value": short}))
        .await;
    let text =
        "Invalid length of 'digest': 10 bytes. PS512 requires 64 bytes, encoded with base64url.";
    assert_eq!(refusal(&answer), (400, text.to_owned()));
}

#[tokio::test]
async fn an_algorithm_for_another_curve_or_type_is_refused() {
    let vault = Vault::new().await;
    let kid = vault.create("k", json!({"kty": "EC", "crv": "P-256K"})).await["key"]["kid"].clone();
    let body = json!({"alg": "ES256", "value": base64url(&[0; 32])});
    let text = format!(
        "Key and signing algorithm are incompatible. Key {} uses curve 'P-256K', and algorithm 'ES256' can only be \
         used with curve 'P-256'.",
        kid.as_str().unwrap()
    );
    assert_eq!(refusal(&vault.post("/keys/k/sign", body).await), (400, text));
    let body = json!({"alg": "RS256", "value": base64url(&[0; 32])});
    let (_, text) = refusal(&vault.post("/keys/k/sign", body).await);
    assert!(text.starts_with("Key and signing algorithm are incompatible."), "{text}");
    vault.create("r", json!({"kty": "RSA"})).await;
    for body in [
        json!({"alg": "A128KW", "value": base64url(&[0; 16])}),
        json!({"alg": "RSA-OAEP", "value": base64url(&[0; 215])}),
    ] {
        assert_eq!(refusal(&vault.post("/keys/r/wrapkey", body).await).0, 400);
    }
}

#[tokio::test]
async fn missing_and_misspelled_properties_have_the_reported_texts() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    for (body, text) in [
        (json!({"value": "AA"}), "Property  has invalid value\r\n"),
        (json!({"alg": "rsa-oaep", "value": "AA"}), "Property  has invalid value\r\n"),
        (json!({"alg": "RSA-OAEP"}), "Property 'value' is required.\r\n"),
        (
            json!({"alg": "RSA-OAEP", "value": "a+b/cw=="}),
            "Content of 'value' is not base64url.\r\nProperty 'value' is required.\r\n",
        ),
    ] {
        let answer = vault.post("/keys/k/unwrapkey", body).await;
        assert_eq!(refusal(&answer), (400, text.to_owned()));
    }
}

#[tokio::test]
async fn an_operation_outside_key_ops_is_forbidden() {
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA", "key_ops": ["encrypt"]})).await;
    for (path, name) in [("decrypt", "decrypt"), ("wrapkey", "wrapKey"), ("sign", "sign")] {
        let answer =
            vault.post(&format!("/keys/k/{path}"), json!({"alg": "RSA-OAEP", "value": "AA"})).await;
        let (status, code, inner, message) = answer.refusal();
        assert_eq!(
            (status, code.as_str(), inner.as_deref()),
            (403, "Forbidden", Some("KeyOperationForbidden"))
        );
        assert_eq!(message, format!("Operation {name} is not permitted on this key."));
    }
}

/// Each operation on an RSA key, with input that was made while it worked.
async fn operations(vault: &Vault) -> Vec<(&'static str, Value)> {
    vault.create("k", json!({"kty": "RSA"})).await;
    let digest = base64url(&digest_of("RS256"));
    let plain = json!({"alg": "RSA-OAEP", "value": base64url(MESSAGE)});
    let sealed = vault.post("/keys/k/encrypt", plain.clone()).await.ok()["value"].clone();
    let sealed = json!({"alg": "RSA-OAEP", "value": sealed});
    let to_sign = json!({"alg": "RS256", "value": digest});
    let signature = vault.post("/keys/k/sign", to_sign.clone()).await.ok()["value"].clone();
    let to_verify = json!({"alg": "RS256", "digest": digest, "value": signature});
    vec![
        ("encrypt", plain.clone()),
        ("decrypt", sealed.clone()),
        ("wrapkey", plain),
        ("unwrapkey", sealed),
        ("sign", to_sign),
        ("verify", to_verify),
    ]
}

/// Which of the operations are refused, with the inner codes.
async fn refused(
    vault: &Vault,
    operations: &[(&'static str, Value)],
) -> Vec<(&'static str, String)> {
    let mut refused = Vec::new();
    for (operation, body) in operations {
        let answer = vault.post(&format!("/keys/k/{operation}"), body.clone()).await;
        if answer.status() != 200 {
            let (status, code, inner, _) = answer.refusal();
            assert_eq!((status, code.as_str()), (403, "Forbidden"));
            refused.push((*operation, inner.unwrap()));
        }
    }
    refused
}

#[tokio::test]
async fn a_disabled_key_refuses_what_needs_its_private_part() {
    let vault = Vault::new().await;
    let operations = operations(&vault).await;
    assert_eq!(refused(&vault, &operations).await, []);
    vault.send("PATCH", "/keys/k", Some(json!({"attributes": {"enabled": false}}))).await.ok();
    let disabled = |operation| (operation, "KeyDisabled".to_owned());
    assert_eq!(
        refused(&vault, &operations).await,
        [disabled("decrypt"), disabled("unwrapkey"), disabled("sign")]
    );
    let answer = vault.post("/keys/k/decrypt", operations[1].1.clone()).await;
    assert_eq!(answer.refusal().3, "Operation decrypt is not allowed on a disabled key.");
}

#[tokio::test]
async fn outside_its_time_a_key_still_decrypts_unwraps_and_verifies() {
    let vault = Vault::new().await;
    let operations = operations(&vault).await;
    let now = vault.emulator.clock().now().unix_timestamp();
    let window = json!({"attributes": {"nbf": now + 100, "exp": now + 200}});
    vault.send("PATCH", "/keys/k", Some(window)).await.ok();
    let all =
        |inner: &str| ["encrypt", "wrapkey", "sign"].map(|operation| (operation, inner.to_owned()));
    assert_eq!(refused(&vault, &operations).await, all("KeyNotYetValid"));
    vault.emulator.clock().advance(Duration::from_secs(100));
    assert_eq!(refused(&vault, &operations).await, []);
    vault.emulator.clock().advance(Duration::from_secs(100));
    assert_eq!(refused(&vault, &operations).await, all("KeyExpired"));
}

/// No oracle: whatever is wrong with a block, the answer is the same to the last byte.
#[tokio::test]
async fn every_kind_of_bad_rsa_padding_reads_the_same() {
    let vault = Vault::new().await;
    let key: Value = serde_json::from_str(RSA_2048).unwrap();
    vault.send("PUT", "/keys/k", Some(json!({"key": key}))).await.ok();
    for (alg, value) in RSA_GOOD_PADDING {
        let plain = vault.post("/keys/k/decrypt", json!({"alg": alg, "value": value})).await.ok();
        assert_eq!(from_base64url(&plain["value"]), b"plain", "{alg}");
    }
    let expected = r#"{"error":{"code":"BadParameter","message":"Error occurred while decoding OAEP padding."}}"#;
    for (alg, fault, value) in RSA_BAD_PADDING {
        for operation in ["decrypt", "unwrapkey"] {
            let body = json!({"alg": alg, "value": value});
            let answer = vault.post(&format!("/keys/k/{operation}"), body).await;
            assert_eq!((answer.status(), answer.text()), (400, expected), "{alg}: {fault}");
        }
    }
}
