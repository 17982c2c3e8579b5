//! Exportable keys: their policies, their release to attested environments, and keys that only those unwrap.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    key_wrap::{AES_256, AesKek, KeyWrapPadded},
    rsa::{
        KeySize, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OaepAlgorithm,
        OaepPrivateDecryptingKey, PrivateDecryptingKey,
    },
    signature::{
        ECDSA_P256_SHA256_FIXED, EcdsaKeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair,
        UnparsedPublicKey,
    },
};
use serde_json::{Value, json};

use crate::{
    support::{Answer, Vault, base64url, from_base64url, member_order},
    test_keys::{EC_P256, RSA_2048},
};

const NOT_VERIFIED: &str = "Target environment attestation statement cannot be verified.";
const NOT_ADMITTED: &str =
    "Target environment attestation does not meet key release policy requirements.";

/// An attested environment: who holds this key can read what is wrapped for it.
struct Environment {
    pair: RsaKeyPair,
}

impl Environment {
    fn new() -> Self {
        Self { pair: RsaKeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    fn token(&self, vault: &Vault, claims: Value) -> String {
        let public = self.pair.public_key();
        let n = public.modulus().big_endian_without_leading_zero().to_vec();
        let e = public.exponent().big_endian_without_leading_zero().to_vec();
        vault.emulator.attestation().token(&claims, &n, &e).unwrap()
    }

    fn decrypt(&self, oaep: &'static OaepAlgorithm, cipher: &[u8]) -> Vec<u8> {
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.pair).unwrap();
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        let mut plain = vec![0; 256];
        key.decrypt(oaep, cipher, &mut plain, None).unwrap().to_vec()
    }

    /// PKCS #11's CKM_RSA_AES_KEY_WRAP, undone.
    fn unwrap(&self, oaep: &'static OaepAlgorithm, wrapped: &[u8]) -> Vec<u8> {
        let (aes, key) = wrapped.split_at(256);
        let kek = AesKek::new(&AES_256, &self.decrypt(oaep, aes)).unwrap();
        let mut plain = vec![0; key.len()];
        kek.unwrap_with_padding(key, &mut plain).unwrap().to_vec()
    }
}

/// The policy of the official SDKs' tests.
fn policy(vault: &Vault) -> Value {
    json!({
        "version": "1.0.0",
        "anyOf": [{
            "authority": format!("{}/", vault.emulator.attestation().url()),
            "anyOf": [{"claim": "sdk-test", "equals": true}],
        }],
    })
}

fn encoded(policy: &Value) -> Value {
    json!({"data": base64url(policy.to_string().as_bytes())})
}

async fn exportable(vault: &Vault, kty: &str) -> Value {
    let body = json!({
        "kty": kty, "attributes": {"exportable": true}, "release_policy": encoded(&policy(vault)),
    });
    vault.create("k", body).await.clone()
}

fn refused(answer: &Answer) -> (u16, String, String) {
    let (status, code, inner, message) = answer.refusal();
    assert_eq!(inner, None);
    (status, code, message)
}

fn bad(message: &str) -> (u16, String, String) {
    (400, "BadParameter".to_owned(), message.to_owned())
}

fn forbidden(message: &str) -> (u16, String, String) {
    (403, "Forbidden".to_owned(), message.to_owned())
}

fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&from_base64url(&json!(part))).unwrap()
}

/// The content of a JWS whose signature is that of the first certificate of its chain.
fn signed_content(jws: &str) -> Value {
    let header = part(jws, 0);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    for name in ["kid", "x5t", "x5t#S256"] {
        assert!(header[name].is_string(), "{name}");
    }
    let chain = header["x5c"].as_array().unwrap();
    assert_eq!(chain.len(), 3);
    use base64::{Engine, engine::general_purpose::STANDARD};
    let leaf = STANDARD.decode(chain[0].as_str().unwrap()).unwrap();
    // The public key, as the certificate holds it: n and e in a SEQUENCE of 266 bytes.
    let start = leaf.windows(4).position(|window| window == [0x30, 0x82, 0x01, 0x0A]).unwrap();
    let public = &leaf[start..start + 270];
    let (input, signature) = jws.rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(input.as_bytes(), &from_base64url(&json!(signature)))
        .unwrap();
    part(jws, 1)
}

#[tokio::test]
async fn an_exportable_key_shows_its_policy() {
    let vault = Vault::new().await;
    let body = json!({
        "kty": "EC-HSM", "attributes": {"exportable": true}, "tags": {"a": "1"},
        "release_policy": encoded(&policy(&vault)),
    });
    let answer = vault.post("/keys/k/create", body.clone()).await;
    member_order(answer.text(), &["key", "attributes", "exportable", "tags", "release_policy"]);
    let bundle = answer.ok();
    assert_eq!(bundle["attributes"]["exportable"], true);
    let shown = json!({
        "contentType": "application/json; charset=utf-8", "data": body["release_policy"]["data"],
        "immutable": false,
    });
    assert_eq!(bundle["release_policy"], shown);
    assert_eq!(vault.get("/keys/k").await.ok(), bundle);
    assert_eq!(vault.get("/keys").await.ok()["value"][0]["attributes"]["exportable"], true);
    // A new version is as the key is.
    let second = vault.create("k", json!({"kty": "EC-HSM"})).await;
    assert_eq!(second["release_policy"], shown);
}

#[tokio::test]
async fn export_is_refused_where_the_service_refuses_it() {
    let vault = Vault::new().await;
    let good = encoded(&policy(&vault));
    let create = async |name: &str, body: Value| {
        refused(&vault.post(&format!("/keys/{name}/create"), body).await)
    };
    let exportable = json!({"exportable": true});
    assert_eq!(
        create("k", json!({"kty": "RSA-HSM", "attributes": exportable})).await,
        bad("AKV.SKR.1004: Exportable keys must have release policy.")
    );
    assert_eq!(
        create("k", json!({"kty": "EC-HSM", "release_policy": good})).await,
        bad("AKV.SKR.1005: Non-exportable keys must not have release policy.")
    );
    assert_eq!(
        create("k", json!({"kty": "EC", "attributes": exportable, "release_policy": good})).await,
        bad("AKV.SKR.1006: Exportable keys must be HSM keys.")
    );
    for authority in ["", "https://example.com", "http://localhost:8443/attestation"] {
        let mut policy = policy(&vault);
        policy["anyOf"][0]["authority"] = json!(authority);
        let body = json!({
            "kty": "EC-HSM", "attributes": exportable, "release_policy": encoded(&policy),
        });
        let message = format!(
            "AKV.SKR.1012: The specified attestation service {authority} cannot be reached."
        );
        assert_eq!(create("k", body).await, bad(&message));
    }
    vault.create("plain", json!({"kty": "EC-HSM"})).await;
    let changed = "AKV.SKR.1003: The exportable attribute of an existing key cannot be changed.";
    assert_eq!(
        create("plain", json!({"kty": "EC-HSM", "attributes": exportable, "release_policy": good}))
            .await,
        bad(changed)
    );
    let update =
        async |path: &str, body: Value| refused(&vault.send("PATCH", path, Some(body)).await);
    assert_eq!(update("/keys/plain", json!({"attributes": exportable})).await, bad(changed));
    assert_eq!(
        update("/keys/plain", json!({"release_policy": good})).await,
        bad("AKV.SKR.1005: Non-exportable keys must not have release policy.")
    );
}

#[tokio::test]
async fn a_policy_changes_on_the_key_as_a_whole_until_it_is_immutable() {
    let vault = Vault::new().await;
    let bundle = exportable(&vault, "EC-HSM").await;
    let version = bundle["key"]["kid"].as_str().unwrap().strip_prefix(&vault.base).unwrap();
    let mut changed = policy(&vault);
    changed["anyOf"][0]["anyOf"][0]["equals"] = json!(false);
    let update = async |path: &str, policy: &Value| {
        vault.send("PATCH", path, Some(json!({"release_policy": policy}))).await
    };
    let mut changed = encoded(&changed);
    assert_eq!(
        refused(&update(version, &changed).await),
        bad("AKV.SKR.1016: Key Release Policy can only be set on versionless key.")
    );
    changed["immutable"] = json!(true);
    let frozen = update("/keys/k", &changed).await.ok();
    assert_eq!(frozen["release_policy"]["data"], changed["data"]);
    assert_eq!(frozen["release_policy"]["immutable"], true);
    assert_eq!(
        refused(&update("/keys/k", &encoded(&policy(&vault))).await),
        bad("AKV.SKR.1020: Immutable Key Release Policy cannot be modified.")
    );
    assert_eq!(update("/keys/k", &changed).await.status(), 200, "the same again");
}

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
async fn a_policy_for_azures_own_authority_can_be_set_but_not_met() {
    let vault = Vault::new().await;
    let mut policy = policy(&vault);
    policy["anyOf"][0]["authority"] = json!("https://sharedeus.eus.attest.azure.net");
    let body = json!({
        "kty": "RSA-HSM", "attributes": {"exportable": true}, "release_policy": encoded(&policy),
    });
    vault.create("k", body).await;
    let target = Environment::new().token(&vault, json!({"sdk-test": true}));
    let answer = vault.post("/keys/k/release", json!({"target": target})).await;
    assert_eq!(refused(&answer), forbidden(NOT_ADMITTED));
}

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
