//! What cannot be right is refused before any request, with what is wrong and what is right.

use azvault_keys::{
    EncryptionAlgorithm, Error, ErrorKind, KeyClient, KeyCurve, KeyType, SignatureAlgorithm,
};
use futures::StreamExt;

use crate::support::{Vault, client};

const BAD_NAMES: [&str; 12] =
    ["", "../x", "a/b", "%2f", "a%2fb", "?", "a?b", "#", "\0", "a b", "..", "ä"];

fn assert_refused(error: &Error, right: &str) {
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    assert_eq!((error.attempts(), error.may_have_been_sent()), (0, false));
    assert!(error.to_string().contains(right), "{error}");
}

#[tokio::test]
async fn a_name_that_cannot_be_one_reaches_no_request_of_any_operation() {
    let vault = Vault::new();
    let client = &vault.client;
    let long = "k".repeat(128);
    for name in BAD_NAMES.into_iter().chain([long.as_str()]) {
        let oaep = EncryptionAlgorithm::RsaOaep256;
        let es256 = SignatureAlgorithm::ES256;
        let errors = [
            client.create_rsa_key(name).await.unwrap_err(),
            client.get_key(name).await.unwrap_err(),
            client.update_key_properties(name).enabled(true).await.unwrap_err(),
            client.begin_delete_key(name).await.unwrap_err(),
            client.get_deleted_key(name).await.unwrap_err(),
            client.begin_recover_deleted_key(name).await.unwrap_err(),
            client.purge_deleted_key(name).await.unwrap_err(),
            client.list_key_properties_versions(name).next().await.unwrap().unwrap_err(),
            client.sign(name, es256.clone(), [0; 32]).await.unwrap_err(),
            client.verify(name, es256, [0; 32], [0; 64]).await.unwrap_err(),
            client.encrypt(name, oaep.clone(), [0]).await.unwrap_err(),
            client.decrypt(name, oaep.clone(), [0]).await.unwrap_err(),
            client.wrap_key(name, oaep.clone(), [0]).await.unwrap_err(),
            client.unwrap_key(name, oaep, [0]).await.unwrap_err(),
        ];
        for error in errors {
            assert_refused(&error, "1 to 127 letters a-z or A-Z, digits and hyphens");
        }
    }
    assert!(vault.emulator.journal().is_empty(), "{:?}", vault.emulator.journal());
}

#[tokio::test]
async fn a_version_that_cannot_be_one_is_refused() {
    let vault = Vault::new();
    let client = &vault.client;
    for version in ["", "latest", "../../secrets/s", "0123456789abcdef0123456789abcde", "a/b"] {
        let errors = [
            client.get_key("k").version(version).await.unwrap_err(),
            client.update_key_properties("k").version(version).await.unwrap_err(),
            client
                .sign("k", SignatureAlgorithm::ES256, [0; 32])
                .version(version)
                .await
                .unwrap_err(),
        ];
        for error in errors {
            assert_refused(&error, "32 hexadecimal digits; leave it out for the latest");
        }
    }
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn a_size_or_curve_that_does_not_go_with_the_kind_is_refused() {
    let vault = Vault::new();
    let error = vault.client.create_ec_key("k").size(2048).await.unwrap_err();
    assert_refused(&error, "a key of the kind EC has no size: set its curve");
    let error = vault.client.create_rsa_key("k").curve(KeyCurve::P256).await.unwrap_err();
    assert_refused(&error, "a key of the kind RSA has no curve: set its size");
    let error = vault.client.create_key("k", KeyType::Ec).public_exponent(3).await.unwrap_err();
    assert_refused(&error, "only RSA keys have one");
}

#[tokio::test]
async fn a_message_in_the_place_of_a_digest_is_refused() {
    let vault = Vault::new();
    let error =
        vault.client.sign("k", SignatureAlgorithm::RS256, *b"the message").await.unwrap_err();
    assert_refused(&error, "11 bytes: RS256 takes the 32 bytes of a SHA-256 hash, not the message");
}

#[tokio::test]
async fn a_page_size_out_of_range_is_refused() {
    let vault = Vault::new();
    for size in [0, 26] {
        let mut keys = vault.client.list_key_properties().page_size(size);
        assert_refused(&keys.next().await.unwrap().unwrap_err(), "it must be 1 to 25");
        assert!(keys.next().await.is_none());
    }
}

#[test]
fn a_url_that_is_not_a_vaults_builds_no_client() {
    for url in [
        "http://v.vault.azure.net",
        "https://user:pass@v.vault.azure.net",
        "https://v.vault.azure.net/?x=1",
        "https://v.vault.azure.net/#x",
        "https://v.vault.azure.net/keys",
        "v.vault.azure.net",
    ] {
        let credential = azvault_core::credentials::DefaultAzureCredential::new().unwrap();
        let error = KeyClient::new(url, credential).unwrap_err();
        assert_refused(&error, "https://my-vault.vault.azure.net");
        assert!(!error.to_string().contains("pass"), "{error}");
    }
}

#[test]
fn a_vaults_url_may_be_written_in_every_way_that_means_it() {
    let emulator = azvault_emulator::Emulator::in_memory();
    for url in [
        "https://my-vault.vault.azure.net",
        "https://my-vault.vault.azure.net/",
        "https://my-vault.vault.azure.net:443",
        "HTTPS://My-VAULT.vault.Azure.net:443/",
    ] {
        let client = client(&emulator, url);
        assert_eq!(client.vault_url().as_str(), "https://my-vault.vault.azure.net", "{url}");
        // An identifier from the vault is one of this client's.
        let get = client.get_key_by_id("https://my-vault.vault.azure.net/keys/k");
        let request = get.request().unwrap();
        assert_eq!(request.url().path(), "/keys/k", "{url}");
    }
}

#[test]
fn a_client_without_a_credential_says_how_to_give_it_one() {
    let error = KeyClient::builder("https://v.vault.azure.net").build().unwrap_err();
    assert_refused(&error, "credential(…)");
}
