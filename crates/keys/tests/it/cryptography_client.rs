//! Where cryptography is done, and with which version.

use azvault_emulator::Emulator;
use azvault_keys::{
    CryptographyClient, EncryptionAlgorithm as E, ErrorKind, KeyCurve, SignatureAlgorithm as S,
};

use crate::support::Vault;

/// Requests to the vault that a token came with.
fn paths(emulator: &Emulator) -> Vec<String> {
    let journal = emulator.journal();
    let vault = |r: &&azvault_emulator::RecordedRequest| {
        r.host().starts_with("my-vault.") && r.status() != Some(401)
    };
    let verb = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    journal
        .iter()
        .filter(vault)
        .map(|r| format!("{} {}", r.method(), verb(r.path())))
        .map(|shown| if shown.len() > 30 { "GET version".to_owned() } else { shown })
        .collect()
}

async fn crypto_of_rsa(vault: &Vault) -> CryptographyClient {
    vault.client.create_rsa_key("k").await.unwrap();
    vault.emulator.clear_journal();
    vault.client.cryptography_client("k").unwrap()
}

#[tokio::test]
async fn what_the_public_part_is_enough_for_is_done_here_once_the_key_is_known() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await;
    for _ in 0..3 {
        let encrypted = crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
        assert_eq!(encrypted.key_id.unwrap().name(), "k");
        crypto.wrap_key(E::RsaOaep256, [1; 32]).await.unwrap();
        let verified = crypto.verify(S::RS256, [0; 32], [0; 256]).await.unwrap();
        assert!(!verified.is_valid());
    }
    assert_eq!(paths(&vault.emulator), ["GET k"]);
}

#[tokio::test]
async fn what_needs_the_private_part_is_asked_of_the_service_without_reading_the_key() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await;
    crypto.sign_data(S::PS256, b"message").await.unwrap();
    let signed = crypto.sign_data(S::PS256, b"message").await.unwrap();
    assert_eq!(paths(&vault.emulator), ["POST sign", "POST sign"]);
    assert!(crypto.verify_data(S::PS256, b"message", signed.signature).await.unwrap().is_valid());
}

#[tokio::test]
async fn a_fetched_key_is_not_read_again() {
    let vault = Vault::new();
    let key = vault.client.create_rsa_key("k").await.unwrap();
    vault.emulator.clear_journal();
    let crypto = vault.client.cryptography_client_for(&key).unwrap();
    let wrapped = crypto.wrap_key(E::RsaOaep, [3; 16]).await.unwrap();
    assert_eq!(paths(&vault.emulator), [""; 0]);
    let unwrapped = crypto.unwrap_key(E::RsaOaep, wrapped.encrypted_key).await.unwrap();
    assert_eq!(unwrapped.key.expose(), [3; 16]);
    assert_eq!(unwrapped.key_id.as_ref(), Some(key.id()));
}

#[tokio::test]
async fn remote_only_asks_the_service_for_everything() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await.remote_only().unwrap();
    crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
    assert!(!crypto.verify(S::RS256, [0; 32], [0; 256]).await.unwrap().is_valid());
    assert_eq!(paths(&vault.emulator), ["POST encrypt", "POST verify"]);
}

#[tokio::test]
async fn local_only_reads_the_key_and_asks_for_nothing_else() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await.local_only();
    crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
    let error = crypto.sign_data(S::RS256, b"message").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("private"), "{error}");
    assert_eq!(paths(&vault.emulator), ["GET k"]);
}

#[tokio::test]
async fn a_client_stays_with_the_version_it_met_first() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await;
    let signed = crypto.sign_data(S::RS256, b"message").await.unwrap();
    let new = vault.client.create_rsa_key("k").await.unwrap();
    // Verified here, by the key that is read only now: the version that signed.
    let verified = crypto.verify_data(S::RS256, b"message", signed.signature.clone()).await;
    assert!(verified.unwrap().is_valid());
    let again = crypto.sign_data(S::RS256, b"message").await.unwrap();
    assert_eq!(again.key_id, signed.key_id);

    let latest = crypto.latest().unwrap();
    let signed = latest.sign_data(S::RS256, b"message").await.unwrap();
    assert_eq!(signed.key_id.as_ref(), Some(new.id()));
    assert_eq!(latest.key_id().as_ref(), Some(new.id()));
}

#[tokio::test]
async fn a_version_can_be_chosen() {
    let vault = Vault::new();
    let first = vault.client.create_rsa_key("k").await.unwrap();
    vault.client.create_rsa_key("k").await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap();
    let old = crypto.version(first.version().unwrap()).unwrap();
    let encrypted = old.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
    assert_eq!(encrypted.key_id.as_ref(), Some(first.id()));
    let decrypted = old.decrypt(E::RsaOaep256, encrypted.ciphertext).await.unwrap();
    assert_eq!(decrypted.plaintext.expose(), b"plain");
    assert!(old.version("../x").is_err());
}

#[tokio::test]
async fn an_identifier_names_the_key_and_one_of_another_vault_is_refused() {
    let vault = Vault::new();
    let key = vault.client.create_rsa_key("k").await.unwrap();
    let crypto = vault.client.cryptography_client_by_id(key.id()).unwrap();
    assert_eq!(crypto.key_id().as_ref(), Some(key.id()));
    crypto.sign(S::RS256, [1; 32]).await.unwrap();
    let url = vault.client.vault_url();
    for id in [
        "https://other.vault.azure.net/keys/k".to_owned(),
        format!("{url}/secrets/k"),
        format!("{url}/deletedkeys/k"),
        format!("{url}/keys"),
        "k".to_owned(),
    ] {
        let error = vault.client.cryptography_client_by_id(&id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id}");
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_refused_at_once() {
    let vault = Vault::new();
    for name in ["", "..", "a/b", "a_b"] {
        assert!(vault.client.cryptography_client(name).is_err(), "{name}");
    }
}

/// The next reads of the key are refused, as for a caller who may use it but not read it.
fn refuse_reads(vault: &Vault, count: usize) {
    let body = r#"{"error":{"code":"Forbidden","message":"no get","innererror":{"code":"ForbiddenByPolicy"}}}"#;
    vault.emulator.faults().next(count).on("GET", "/keys/k").respond(403, &[], body);
}

#[tokio::test]
async fn a_key_that_may_not_be_read_is_used_in_the_service_after_one_look() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await;
    refuse_reads(&vault, 5);
    crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
    crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
    assert_eq!(paths(&vault.emulator), ["GET k", "POST encrypt", "POST encrypt"]);
    let error = crypto.local_only().encrypt(E::RsaOaep256, *b"plain").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(error.to_string().contains("keys/get"), "{error}");
}

#[tokio::test]
async fn many_first_uses_read_the_key_once() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await;
    let uses = (0..50).map(|_| crypto.encrypt(E::RsaOaep256, *b"plain").send());
    for used in futures::future::join_all(uses).await {
        used.unwrap();
    }
    assert_eq!(paths(&vault.emulator), ["GET k"]);
}

#[tokio::test]
async fn a_first_use_that_is_dropped_strands_no_other() {
    let vault = Vault::served().await;
    let crypto = crypto_of_rsa(&vault).await;
    let mut first = Box::pin(crypto.encrypt(E::RsaOaep256, *b"plain").send());
    assert!(futures::poll!(&mut first).is_pending(), "it waits for the key");
    let mut second = Box::pin(crypto.encrypt(E::RsaOaep256, *b"plain").send());
    assert!(futures::poll!(&mut second).is_pending(), "it waits for the first");
    drop(first);
    second.await.unwrap();
}

#[tokio::test]
async fn a_failed_read_is_told_and_tried_again_by_the_next_use() {
    let vault = Vault::new();
    let crypto = vault.client.cryptography_client("k").unwrap();
    let error = crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    vault.client.create_rsa_key("k").await.unwrap();
    crypto.encrypt(E::RsaOaep256, *b"plain").await.unwrap();
}

#[tokio::test]
async fn what_this_process_cannot_compute_is_asked_of_the_service() {
    let vault = Vault::hsm();
    vault.client.create_oct_key("k").size(256).await.unwrap();
    let crypto = vault.client.cryptography_client("k").unwrap();
    let sealed =
        crypto.encrypt(E::A256Gcm, *b"plain").additional_authenticated_data(*b"a").await.unwrap();
    let opened = crypto
        .decrypt(E::A256Gcm, sealed.ciphertext)
        .iv(sealed.iv.unwrap())
        .authentication_tag(sealed.tag.unwrap())
        .additional_authenticated_data(*b"a")
        .await
        .unwrap();
    assert_eq!(opened.plaintext.expose(), b"plain");
    assert_eq!(vault.requests("GET", "/keys/k"), 0, "its public part is nothing to read");
}

#[tokio::test]
async fn what_a_decryption_needs_is_in_the_result_whatever_the_service_repeats() {
    let vault = Vault::hsm();
    let key = vault.client.create_oct_key("k").size(256).await.unwrap();
    let answer = format!(r#"{{"kid":"{}","value":"AA","iv":"AA","tag":"AA"}}"#, key.id());
    vault.emulator.faults().next(1).on("POST", "/encrypt").respond(200, &[], answer);
    let crypto = vault.client.cryptography_client("k").unwrap();
    let sealed =
        crypto.encrypt(E::A256Gcm, *b"plain").additional_authenticated_data(*b"a").await.unwrap();
    assert_eq!(sealed.aad.as_deref(), Some(&b"a"[..]));
}

#[tokio::test]
async fn an_initialisation_vector_is_made_and_given_back_wherever_it_is_done() {
    let vault = Vault::hsm();
    vault.client.create_oct_key("k").size(128).await.unwrap();
    let remote = vault.client.cryptography_client("k").unwrap();
    let local = CryptographyClient::from_jwk(&azvault_keys::JsonWebKey::oct([7; 16])).unwrap();
    for crypto in [remote, local] {
        let first = crypto.encrypt(E::A128CbcPad, *b"plain").await.unwrap();
        let second = crypto.encrypt(E::A128CbcPad, *b"plain").await.unwrap();
        let iv = first.iv.unwrap();
        assert_eq!(iv.len(), 16);
        assert_ne!(Some(&iv), second.iv.as_ref(), "never the same again");
        let back = crypto.decrypt(E::A128CbcPad, first.ciphertext).iv(iv).await.unwrap();
        assert_eq!(back.plaintext.expose(), b"plain");
    }
}

#[tokio::test]
async fn every_signature_that_is_verified_here_is_verified_there_with_the_same_result() {
    let vault = Vault::new();
    let rsa = [S::RS256, S::RS384, S::RS512, S::PS256, S::PS384, S::PS512];
    vault.client.create_rsa_key("rsa").await.unwrap();
    let mut cases: Vec<(&str, S)> = rsa.into_iter().map(|algorithm| ("rsa", algorithm)).collect();
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
        let here = vault.client.cryptography_client(name).unwrap().local_only();
        let there = vault.client.cryptography_client(name).unwrap().remote_only().unwrap();
        let good = there.sign_data(algorithm.clone(), b"message").await.unwrap().signature;
        let mut flipped = good.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let short = good[1..].to_vec();
        for (signature, data) in
            [(&good, "message"), (&good, "other"), (&flipped, "message"), (&short, "message")]
        {
            let verify = |crypto: &CryptographyClient| {
                crypto.verify_data(algorithm.clone(), data, signature.clone()).into_future()
            };
            let (local, remote) = (verify(&here).await.unwrap(), verify(&there).await.unwrap());
            assert_eq!(local, remote, "{algorithm} {data} {}", signature.len());
            assert_eq!(local.is_valid(), signature == &good && data == "message", "{algorithm}");
        }
    }
}

#[tokio::test]
async fn what_is_encrypted_here_is_decrypted_there() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await.allowing_rsa1_5();
    for algorithm in [E::RsaOaep256, E::RsaOaep, E::Rsa1_5] {
        let encrypted = crypto.encrypt(algorithm.clone(), *b"plain").await.unwrap();
        let decrypted = crypto.decrypt(algorithm, encrypted.ciphertext).await.unwrap();
        assert_eq!(decrypted.plaintext.expose(), b"plain");
    }
    let encrypts = vault.requests("POST", "/keys/k");
    assert_eq!(encrypts, 3, "only to decrypt");
}

#[tokio::test]
async fn rsa1_5_is_done_here_only_if_that_is_allowed() {
    let vault = Vault::new();
    let crypto = crypto_of_rsa(&vault).await.local_only();
    let error = crypto.encrypt(E::Rsa1_5, *b"plain").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("RSA1_5"), "{error}");
    crypto.allowing_rsa1_5().encrypt(E::Rsa1_5, *b"plain").await.unwrap();
}

#[tokio::test]
async fn plaintext_and_private_keys_are_in_no_debug_text() {
    let key = azvault_keys::JsonWebKey::oct(*b"canarycanary----");
    let crypto = CryptographyClient::from_jwk(&key).unwrap();
    let work = crypto.encrypt(E::A128Gcm, *b"canary");
    let wrapping = crypto.wrap_key(E::A128Kw, *b"canarycanarycana");
    let shown = format!("{key:?} {crypto:?} {work:?} {work:#?} {wrapping:?}");
    for canary in ["canary", "Y2FuYXJ5", "[99, 97, 110", "63616e617279"] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}
