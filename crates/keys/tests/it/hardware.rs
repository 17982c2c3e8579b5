//! Random bytes, attestation, and keys for attested environments.

use azvault_core::{Base64Url, SecretBytes};
use azvault_keys::{
    Error, ErrorKind, JsonWebKey, KeyExportEncryptionAlgorithm, KeyOperation, KeyReleasePolicy,
    KeyWrapAlgorithm,
};
use serde_json::{Value, json};

use crate::support::Vault;

/// The rules that let whoever attests `sdk-test` have the key.
fn policy(vault: &Vault) -> KeyReleasePolicy {
    let authority = vault.emulator.attestation().url().to_owned();
    let rules = json!({"version": "1.0.0", "anyOf": [
        {"authority": authority, "allOf": [{"claim": "sdk-test", "equals": true}]},
    ]});
    KeyReleasePolicy::new(rules.to_string())
}

/// A token of an environment that reads with the RSA key of `environment`.
fn token(vault: &Vault, claims: &Value, environment: &JsonWebKey) -> String {
    let (n, e) = (environment.n().unwrap(), environment.e().unwrap());
    vault.emulator.attestation().token(claims, n, e).unwrap()
}

/// An RSA key whose private part the environment has.
async fn environment() -> JsonWebKey {
    Vault::new().client.create_rsa_key("environment").await.unwrap().into_jwk()
}

fn payload(jws: &str) -> Value {
    let middle = jws.split('.').nth(1).unwrap();
    let bytes: Base64Url = serde_json::from_value(json!(middle)).unwrap();
    serde_json::from_slice(&bytes.0).unwrap()
}

#[tokio::test]
async fn a_managed_hsm_gives_as_many_random_bytes_as_are_asked_for() {
    let hsm = Vault::hsm();
    let mut seen = Vec::new();
    for count in [1, 16, 128, 128] {
        let bytes: SecretBytes = hsm.client.get_random_bytes(count).await.unwrap();
        assert_eq!(bytes.expose().len(), count as usize);
        seen.push(bytes.expose().to_vec());
    }
    assert_ne!(seen[2], seen[3]);
    let error = Vault::new().client.get_random_bytes(16).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest, "a vault gives none");
}

#[tokio::test]
async fn fewer_random_bytes_than_were_asked_for_are_an_error() {
    let hsm = Vault::hsm();
    hsm.client.create_ec_key("first").await.unwrap();
    hsm.emulator.faults().next(1).on("POST", "/rng").respond(200, &[], r#"{"value":"AQID"}"#);
    let error: Error = hsm.client.get_random_bytes(16).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidResponse);
    assert!(error.to_string().contains("3 random bytes where 16"), "{error}");
}

#[tokio::test]
async fn a_managed_hsm_attests_how_a_key_is_kept() {
    let hsm = Vault::hsm();
    let key = hsm.client.create_ec_key("k").hardware_protected().await.unwrap();
    assert!(key.properties().attestation().is_none(), "only who asks for it gets it");
    let version = key.version().unwrap();
    let attested = hsm.client.get_key_attestation("k").version(version).await.unwrap();
    assert_eq!(attested.jwk(), key.jwk());
    let attestation = attested.properties().attestation().unwrap();
    let pem = attestation.certificate_pem_file().unwrap();
    assert!(pem.starts_with(b"-----BEGIN CERTIFICATE-----"));
    assert!(attestation.private_key_attestation().is_some_and(|it| !it.is_empty()));
    assert!(attestation.public_key_attestation().is_some_and(|it| !it.is_empty()));
    let error = hsm.client.get_key_attestation("nothing").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_key_is_released_to_whom_its_policy_admits_and_to_nobody_else() {
    let hsm = Vault::hsm();
    let create = hsm.client.create_ec_key("k").hardware_protected().exportable(true);
    let key = create.release_policy(policy(&hsm)).await.unwrap();
    assert_eq!(key.release_policy().unwrap().data(), policy(&hsm).data());
    assert_eq!(key.properties().exportable(), Some(true));

    let environment = environment().await;
    let good = token(&hsm, &json!({"sdk-test": true}), &environment);
    let release = hsm.client.release_key("k", good.as_str()).nonce("a-nonce");
    let enc = KeyExportEncryptionAlgorithm::RsaAesKeyWrap256;
    let released = release.enc(enc).version(key.version().unwrap()).await.unwrap();
    assert_eq!(format!("{released:?}"), "ReleaseResult { value: [REDACTED] }");
    let payload = payload(released.value.expose());
    assert_eq!(payload["request"]["nonce"], "a-nonce");
    assert_eq!(payload["request"]["enc"], "RSA_AES_KEY_WRAP_256");
    assert_eq!(payload["response"]["key"]["key"]["kid"], key.id().to_string());

    let bad = token(&hsm, &json!({"sdk-test": false}), &environment);
    for refused in [bad.as_str(), "ey.J.w"] {
        let error = hsm.client.release_key("k", refused).await.unwrap_err();
        assert_eq!(error.status().map(u16::from), Some(403), "{error}");
        assert!(!format!("{error:?}").contains(refused), "{error:?}");
    }
    hsm.client.create_ec_key("other").await.unwrap();
    let error = hsm.client.release_key("other", good).await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(403), "it is not exportable: {error}");
}

#[tokio::test]
async fn an_immutable_release_policy_stays_as_it_is() {
    let hsm = Vault::hsm();
    let create = hsm.client.create_oct_key("k").size(256).exportable(true);
    create.release_policy(policy(&hsm).immutable()).await.unwrap();
    let key = hsm.client.get_key("k").await.unwrap();
    assert!(key.release_policy().unwrap().is_immutable());
    assert_eq!(key.properties().key_size(), Some(256));
    let other = KeyReleasePolicy::new(r#"{"version":"1.0.0","anyOf":[]}"#);
    let update = hsm.client.update_key_properties("k").release_policy(other);
    assert_eq!(update.await.unwrap_err().kind(), ErrorKind::BadRequest);
}

#[tokio::test]
async fn a_key_that_is_wrapped_in_the_hsm_is_unwrapped_for_an_attested_environment() {
    let hsm = Vault::hsm();
    let create = hsm.client.create_oct_key("k").size(256).exportable(true);
    let secure = ["secureWrapKey", "secureUnwrapKey"].map(KeyOperation::from);
    let key = create.key_ops(secure).release_policy(policy(&hsm)).await.unwrap();
    let wrapped = hsm.client.secure_wrap_key("k", KeyWrapAlgorithm::A256Kw).await.unwrap();
    assert_eq!((&wrapped.key_id, &wrapped.algorithm), (key.id(), &KeyWrapAlgorithm::A256Kw));
    let good = token(&hsm, &json!({"sdk-test": true}), &environment().await);
    let (algorithm, encrypted) = (wrapped.algorithm, wrapped.encrypted_key);
    let unwrap = hsm.client.secure_unwrap_key("k", algorithm.clone(), encrypted.clone(), good);
    let unwrapped = unwrap.await.unwrap();
    assert_eq!(&unwrapped.key_id, key.id());
    assert_ne!(unwrapped.key.expose(), encrypted);
    assert!(!unwrapped.key.expose().is_empty());
    let bad = token(&hsm, &json!({"sdk-test": false}), &environment().await);
    let error = hsm.client.secure_unwrap_key("k", algorithm, encrypted, bad).await.unwrap_err();
    assert_eq!(error.status().map(u16::from), Some(403), "{error}");
}
