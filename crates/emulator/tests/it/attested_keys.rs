//! Proof that a key is in hardware, keys that only attested environments unwrap, and the authority that attests.

use aws_lc_rs::rsa::OAEP_SHA256_MGF1SHA256;
use serde_json::{Value, json};

use crate::{
    environment::{
        Environment, NOT_ADMITTED, encoded, exportable, forbidden, part, policy, refused,
        signed_content,
    },
    support::{Vault, from_base64url},
};

#[tokio::test]
async fn the_authority_answers_what_the_sdks_tests_ask_it() {
    let vault = Vault::new().await;
    let url = vault.emulator.attestation().url().to_owned();
    let get = async |path: &str| vault.send_to("GET", &format!("{url}{path}"), "", &[]).await;
    let configuration = get("/.well-known/openid-configuration").await.ok();
    assert_eq!(configuration["issuer"], url);
    assert_eq!(configuration["jwks_uri"], format!("{url}/certs"));
    let test = get("/generate-test-token").await.ok();
    assert_eq!(test["token"], test["attestationToken"]);
    let token = test["token"].as_str().unwrap();
    let claims = part(token, 1);
    assert_eq!((&claims["iss"], &claims["sdk-test"]), (&json!(url), &json!(true)));
    assert_eq!(claims["x-ms-runtime"]["keys"][0]["kty"], "RSA");
    let keys: jsonwebtoken::jwk::JwkSet =
        serde_json::from_value(get("/certs").await.ok().clone()).unwrap();
    let header = part(token, 0);
    assert_eq!(header["jku"], format!("{url}/certs"));
    let key = keys.find(header["kid"].as_str().unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_aud = false;
    let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
    jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap();
    exportable(&vault, "RSA-HSM").await;
    let released = vault.post("/keys/k/release", json!({"target": token})).await.ok();
    signed_content(released["value"].as_str().unwrap());
    assert_eq!(get("/other").await.status(), 404);
}

#[tokio::test]
async fn a_key_in_hardware_can_be_attested_and_one_in_software_cannot() {
    let hsm = Vault::hsm().await;
    let bundle = hsm.create("k", json!({"kty": "RSA-HSM"})).await;
    let version = bundle["key"]["kid"].as_str().unwrap().strip_prefix(&hsm.base).unwrap();
    let attested = hsm.get(&format!("{version}/attestation")).await.ok();
    assert_eq!(attested["key"], bundle["key"]);
    let attestation = &attested["attributes"]["attestation"];
    assert_eq!(attestation["version"], "1.0");
    let pem = String::from_utf8(from_base64url(&attestation["certificatePemFile"])).unwrap();
    assert_eq!(pem.matches("BEGIN CERTIFICATE").count(), 3);
    assert!(!pem.contains("PRIVATE"));
    for (member, part) in [("privateKeyAttestation", "private"), ("publicKeyAttestation", "public")]
    {
        let jws = String::from_utf8(from_base64url(&attestation[member])).unwrap();
        let statement = signed_content(&jws);
        assert_eq!((&statement["kid"], &statement["part"]), (&bundle["key"]["kid"], &json!(part)));
        assert_eq!(statement["key"]["key"]["n"], bundle["key"]["n"]);
    }
    assert!(hsm.get("/keys/k").await.ok()["attributes"].get("attestation").is_none());
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA"})).await;
    let (status, code, _) = refused(&vault.get("/keys/k/attestation").await);
    assert_eq!((status, code.as_str()), (400, "BadParameter"));
    let (status, code, ..) = vault.get("/keys/none/attestation").await.refusal();
    assert_eq!((status, code.as_str()), (404, "KeyNotFound"));
}

#[tokio::test]
async fn a_secure_key_is_unwrapped_for_attested_environments_alone() {
    let hsm = Vault::hsm().await;
    let environment = Environment::new();
    let target = environment.token(&hsm, json!({"sdk-test": true}));
    let ops = json!(["secureWrapKey", "secureUnwrapKey"]);
    for (kty, algorithms) in [
        ("RSA-HSM", ["RSA-OAEP-256"].as_slice()),
        ("oct-HSM", ["A256KW", "A256KWPAD", "CKM_AES_KEY_WRAP", "CKM_AES_KEY_WRAP_PAD"].as_slice()),
    ] {
        let body = json!({"kty": kty, "key_ops": ops, "release_policy": encoded(&policy(&hsm))});
        let bundle = hsm.create(kty, body).await;
        assert_eq!(bundle["attributes"]["exportable"], false);
        for alg in algorithms {
            let wrap = async || {
                hsm.post(&format!("/keys/{kty}//securewrapkey"), json!({"alg": alg})).await.ok()
            };
            let wrapped = wrap().await;
            assert_eq!(wrapped["kid"], bundle["key"]["kid"]);
            assert_eq!(wrapped["alg"], *alg);
            let unwrap = async |wrapped: &Value| {
                let body = json!({"alg": alg, "value": wrapped["value"], "target": target});
                let answer = hsm.post(&format!("/keys/{kty}//secureunwrapkey"), body).await.ok();
                assert_eq!((&answer["kid"], &answer["alg"]), (&wrapped["kid"], &wrapped["alg"]));
                environment.decrypt(&OAEP_SHA256_MGF1SHA256, &from_base64url(&answer["value"]))
            };
            let key = unwrap(&wrapped).await;
            assert_eq!(key.len(), 32);
            assert_eq!(unwrap(&wrapped).await, key, "the same key again");
            assert_ne!(unwrap(&*wrap().await).await, key, "each wrap makes another");
            let stranger = environment.token(&hsm, json!({}));
            let body = json!({"alg": alg, "value": wrapped["value"], "target": stranger});
            let answer = hsm.post(&format!("/keys/{kty}/secureunwrapkey"), body).await;
            assert_eq!(refused(&answer), forbidden(NOT_ADMITTED));
            // Nor by the ordinary way.
            let body = json!({"alg": alg, "value": wrapped["value"]});
            assert!(hsm.post(&format!("/keys/{kty}/unwrapkey"), body).await.status() >= 400);
        }
    }
    for (path, body) in [
        ("/keys/RSA-HSM/securewrapkey", json!({"alg": "RSA-OAEP"})),
        ("/keys/RSA-HSM/securewrapkey", json!({})),
        ("/keys/RSA-HSM/securewrapkey", json!({"alg": "A256KW"})),
        ("/keys/RSA-HSM/secureunwrapkey", json!({"alg": "RSA-OAEP-256", "target": target})),
        ("/keys/RSA-HSM/secureunwrapkey", json!({"alg": "RSA-OAEP-256", "value": "AA"})),
        (
            "/keys/RSA-HSM/secureunwrapkey",
            json!({"alg": "RSA-OAEP-256", "value": "AA", "target": target}),
        ),
    ] {
        let (status, code, _) = refused(&hsm.post(path, body.clone()).await);
        assert_eq!((status, code.as_str()), (400, "BadParameter"), "{path} {body}");
    }
    hsm.create("plain", json!({"kty": "RSA-HSM"})).await;
    let wrap = json!({"alg": "RSA-OAEP-256"});
    let (status, _, inner, _) = hsm.post("/keys/plain/securewrapkey", wrap.clone()).await.refusal();
    assert_eq!((status, inner.as_deref()), (403, Some("KeyOperationForbidden")));
    let vault = Vault::new().await;
    vault.create("k", json!({"kty": "RSA-HSM"})).await;
    let (_, _, message) = refused(&vault.post("/keys/k/securewrapkey", wrap).await);
    assert!(message.contains("managed HSMs only"), "{message}");
}
