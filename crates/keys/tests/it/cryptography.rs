//! Cryptography by the service, with every algorithm that it offers for a kind of key.

use azvault_keys::{
    EncryptionAlgorithm as E, ErrorKind, KeyCurve, KeyOperation, SignatureAlgorithm as S,
};

use crate::support::Vault;

async fn assert_signs(vault: &Vault, algorithm: S) {
    let digest = vec![7; algorithm.digest_len().unwrap()];
    let signed = vault.client.sign("k", algorithm.clone(), digest.clone()).await.unwrap();
    assert_eq!(signed.key_id.unwrap().version().map(str::len), Some(32));
    let verify =
        |digest, signature: Vec<u8>| vault.client.verify("k", algorithm.clone(), digest, signature);
    assert!(verify(digest.clone(), signed.signature.clone()).await.unwrap().is_valid());
    let other = vec![8; digest.len()];
    assert!(!verify(other, signed.signature).await.unwrap().is_valid(), "{algorithm}");
}

#[tokio::test]
async fn rsa_signs_and_verifies() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    for algorithm in [S::RS256, S::RS384, S::RS512, S::PS256, S::PS384, S::PS512] {
        assert_signs(&vault, algorithm).await;
    }
}

#[tokio::test]
async fn ecdsa_signs_and_verifies_on_every_curve() {
    let vault = Vault::new();
    for (curve, algorithm) in [
        (KeyCurve::P256, S::ES256),
        (KeyCurve::P384, S::ES384),
        (KeyCurve::P521, S::ES512),
        (KeyCurve::P256K, S::ES256K),
    ] {
        vault.client.create_ec_key("k").curve(curve).await.unwrap();
        assert_signs(&vault, algorithm).await;
    }
}

#[tokio::test]
async fn rsa_encrypts_and_wraps_and_only_its_own_version_undoes_it() {
    let vault = Vault::new();
    let first = vault.client.create_rsa_key("k").await.unwrap();
    let client = &vault.client;
    for algorithm in [E::RsaOaep256, E::RsaOaep, E::Rsa1_5] {
        let encrypted = client.encrypt("k", algorithm.clone(), *b"plain").await.unwrap();
        let decrypted = client.decrypt("k", algorithm.clone(), encrypted.ciphertext).await.unwrap();
        assert_eq!(decrypted.plaintext.expose(), b"plain", "{algorithm}");
        let wrapped = client.wrap_key("k", algorithm.clone(), [9; 32]).await.unwrap();
        let unwrapped = client.unwrap_key("k", algorithm, wrapped.encrypted_key).await.unwrap();
        assert_eq!(unwrapped.key.expose(), [9; 32]);
    }
    let old = client.encrypt("k", E::RsaOaep256, *b"plain").await.unwrap().ciphertext;
    client.create_rsa_key("k").await.unwrap();
    let error = client.decrypt("k", E::RsaOaep256, old.clone()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    let version = first.version().unwrap();
    let undone = client.decrypt("k", E::RsaOaep256, old).version(version).await.unwrap();
    assert_eq!(undone.plaintext.expose(), b"plain");
}

#[tokio::test]
async fn a_managed_hsm_encrypts_with_aes() {
    let vault = Vault::hsm();
    vault.client.create_oct_key("k").size(256).await.unwrap();
    let client = &vault.client;
    let sealed = client
        .encrypt("k", E::A256Gcm, *b"plain")
        .additional_authenticated_data(*b"header")
        .await
        .unwrap();
    let opened = client
        .decrypt("k", E::A256Gcm, sealed.ciphertext)
        .iv(sealed.iv.unwrap())
        .authentication_tag(sealed.tag.unwrap())
        .additional_authenticated_data(*b"header")
        .await
        .unwrap();
    assert_eq!(opened.plaintext.expose(), b"plain");
    let cbc = client.encrypt("k", E::A256CbcPad, *b"plain").iv([3; 16]).await.unwrap();
    let back = client.decrypt("k", E::A256CbcPad, cbc.ciphertext).iv([3; 16]).await.unwrap();
    assert_eq!(back.plaintext.expose(), b"plain");
    let wrapped = client.wrap_key("k", E::A256Kw, [5; 32]).await.unwrap();
    let unwrapped = client.unwrap_key("k", E::A256Kw, wrapped.encrypted_key).await.unwrap();
    assert_eq!(unwrapped.key.expose(), [5; 32]);
}

#[tokio::test]
async fn what_a_key_is_not_for_is_refused_and_explained() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").key_ops([KeyOperation::Verify]).await.unwrap();
    let error = vault.client.sign("k", S::RS256, [0; 32]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationForbidden);
    assert!(error.to_string().contains("Operation sign is not permitted"), "{error}");
    assert!(error.explain().unwrap().contains("operations"));
}

#[tokio::test]
async fn a_disabled_key_is_refused_with_the_call_that_enables_it() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").enabled(false).await.unwrap();
    let error = vault.client.sign("k", S::RS256, [0; 32]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disabled);
    assert!(error.explain().unwrap().contains("enabled(true)"));
}

#[tokio::test]
async fn plaintext_is_in_no_debug_text() {
    let vault = Vault::new();
    vault.client.create_rsa_key("k").await.unwrap();
    let builder = vault.client.encrypt("k", E::RsaOaep256, *b"canary");
    let call = vault.client.encrypt("k", E::RsaOaep256, *b"canary").into_call();
    let shown = format!("{builder:?} {builder:#?} {call:?}");
    let encrypted = builder.await.unwrap().ciphertext;
    let decrypted = vault.client.decrypt("k", E::RsaOaep256, encrypted).await.unwrap();
    let shown = format!("{shown} {decrypted:?}");
    assert!(shown.contains("[REDACTED]"), "{shown}");
    for canary in ["canary", "Y2FuYXJ5", "[99, 97, 110", "63616e617279"] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}
