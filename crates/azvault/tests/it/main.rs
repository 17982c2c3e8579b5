//! One client over many vaults, on the emulator.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod leaks;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use azvault::{CallbackCredential, ErrorKind, KeyVaultClient};
use azvault_emulator::Emulator;

fn vaults(emulator: &Emulator) -> (KeyVaultClient, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (source, counter) = (emulator.credential(), calls.clone());
    let credential = CallbackCredential::new(move |challenge| {
        let source = source.clone();
        counter.fetch_add(1, Ordering::SeqCst);
        async move { source.get_token(&[challenge.scope()], None).await }
    });
    let client = KeyVaultClient::builder(credential)
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap();
    (client, calls)
}

#[tokio::test]
async fn many_vaults_need_one_token_and_one_question_each() {
    let emulator = Emulator::in_memory();
    let (client, calls) = vaults(&emulator);
    for vault in ["vault-a", "vault-b", "vault-c"] {
        let url = emulator.vault_url(vault);
        client.secrets(&url).unwrap().set_secret("s", vault).await.unwrap();
        let secret = client.get_secret(&url, "s", "").await.unwrap();
        assert_eq!(secret.value().expose(), vault);
        client.keys(&url).unwrap().create_ec_key("k").await.unwrap();
        let key = client.get_key(&url, "k", "").await.unwrap().into_jwk();
        assert!(key.kid().unwrap().starts_with(&url));
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let questions = emulator.journal().iter().filter(|r| !r.has_authorization()).count();
    assert_eq!(questions, 3);
}

#[tokio::test]
async fn a_keys_identifier_is_enough_to_use_it() {
    use azvault::keys::SignatureAlgorithm::ES256;

    let emulator = Emulator::in_memory();
    let (client, _) = vaults(&emulator);
    for vault in ["vault-a", "vault-b"] {
        let keys = client.keys(&emulator.vault_url(vault)).unwrap();
        let key = keys.create_ec_key("k").await.unwrap();
        keys.create_ec_key("k").await.unwrap();
        let crypto = client.cryptography_client(key.id()).unwrap();
        let signed = crypto.sign_data(ES256, b"message").await.unwrap();
        assert_eq!(signed.key_id.as_ref(), Some(key.id()), "the version that was named");
    }
    for id in ["https://vault-a.vault.azure.net/secrets/s", "k"] {
        assert_eq!(client.cryptography_client(id).unwrap_err().kind(), ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn versions_and_identifiers_are_followed() {
    let emulator = Emulator::in_memory();
    let (client, _) = vaults(&emulator);
    let url = emulator.vault_url("my-vault");
    let secrets = client.secrets(&url).unwrap();
    let first = secrets.set_secret("s", "one").await.unwrap();
    secrets.set_secret("s", "two").await.unwrap();
    let version = first.version().unwrap();
    let old = client.get_secret(&url, "s", version).await.unwrap();
    assert_eq!(old.value().expose(), "one");
    let same = client.get_secret_by_id(&first.id().to_string()).await.unwrap();
    assert_eq!(same.value().expose(), "one");
    let latest = client.get_secret_by_id(&format!("{url}/secrets/s")).await.unwrap();
    assert_eq!(latest.value().expose(), "two");
}

#[tokio::test]
async fn what_is_not_a_vault_or_an_identifier_reaches_no_request() {
    let emulator = Emulator::in_memory();
    let (client, calls) = vaults(&emulator);
    let url = emulator.vault_url("my-vault");
    for error in [
        client.get_key("http://v.vault.azure.net", "k", "").await.unwrap_err(),
        client.get_key(&url, "../x", "").await.unwrap_err(),
        client.get_key(&url, "k", "latest").await.unwrap_err(),
        client.get_key_by_id(&format!("{url}/secrets/s")).await.unwrap_err(),
        client.get_secret_by_id(&format!("{url}/deletedsecrets/s")).await.unwrap_err(),
        client.get_secret_by_id("my-secret").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert!(emulator.journal().is_empty());
}
