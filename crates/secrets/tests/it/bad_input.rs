//! What cannot be right is refused before any request, with what is wrong and what is right.

use azvault_secrets::{Error, ErrorKind, SecretClient};
use futures::StreamExt;

use crate::support::Vault;

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
    let long = "s".repeat(128);
    for name in BAD_NAMES.into_iter().chain([long.as_str()]) {
        let errors = [
            client.set_secret(name, "v").await.unwrap_err(),
            client.set_secret_bytes(name, *b"v").await.unwrap_err(),
            client.get_secret(name).await.unwrap_err(),
            client.backup_secret(name).await.unwrap_err(),
            client.update_secret_properties(name).enabled(true).await.unwrap_err(),
            client.begin_delete_secret(name).await.unwrap_err(),
            client.get_deleted_secret(name).await.unwrap_err(),
            client.begin_recover_deleted_secret(name).await.unwrap_err(),
            client.purge_deleted_secret(name).await.unwrap_err(),
            client.list_secret_properties_versions(name).next().await.unwrap().unwrap_err(),
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
    for version in ["", "latest", "../../keys/k", "0123456789abcdef0123456789abcde", "a/b"] {
        let errors = [
            client.get_secret("s").version(version).await.unwrap_err(),
            client.update_secret_properties("s").version(version).await.unwrap_err(),
        ];
        for error in errors {
            assert_refused(&error, "32 hexadecimal digits; leave it out for the latest");
        }
    }
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn bytes_that_are_too_long_are_refused_with_their_own_length_too() {
    let vault = Vault::new();
    let error = vault.client.set_secret_bytes("s", vec![7; 19_201]).await.unwrap_err();
    assert_refused(
        &error,
        "the secret's value has 25604 bytes, the base64 of 19201: it may have at most 25600",
    );
    let url = vault.client.set_secret_bytes("s", vec![7; 19_201]).content_type("a;base64url");
    assert_refused(&url.await.unwrap_err(), "25602 bytes, the base64 of 19201");
    vault.client.set_secret_bytes("s", vec![7; 19_200]).await.unwrap();
}

#[tokio::test]
async fn a_value_that_is_too_long_is_refused_with_its_size_and_nothing_of_it() {
    let vault = Vault::new();
    let value = format!("canary{}", "ä".repeat(12_798));
    let error = vault.client.set_secret("s", value.as_str()).await.unwrap_err();
    assert_refused(&error, "the secret's value has 25602 bytes: it may have at most 25600");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("canary") && !shown.contains('ä'), "{shown}");
    assert!(vault.emulator.journal().is_empty());

    let longest = "ä".repeat(12_800);
    let set = vault.client.set_secret("s", longest.as_str()).await.unwrap();
    assert_eq!(set.value().expose(), longest);
}

#[tokio::test]
async fn a_content_type_that_is_too_long_is_refused() {
    let vault = Vault::new();
    let client = &vault.client;
    let long = "ä".repeat(256);
    let errors = [
        client.set_secret("s", "v").content_type(&long).await.unwrap_err(),
        client.update_secret_properties("s").content_type(&long).await.unwrap_err(),
    ];
    for error in errors {
        assert_refused(&error, "has 256 characters: it may have at most 255");
    }
    assert!(vault.emulator.journal().is_empty());
    let longest = "ä".repeat(255);
    let set = client.set_secret("s", "v").content_type(&longest).await.unwrap();
    assert_eq!(set.content_type(), Some(longest.as_str()));
}

#[tokio::test]
async fn an_id_that_is_not_of_a_secret_of_this_vault_is_refused() {
    let vault = Vault::new();
    let here = vault.client.vault_url();
    for (id, why) in [
        (vault.emulator.vault_url("other") + "/secrets/s", "make a client of that vault"),
        ("https://my-vault.vault.azure.net/secrets/s".to_owned(), "is of another vault than"),
        (format!("{here}/keys/s"), "is of keys, not of secrets"),
        (format!("{here}/certificates/s"), "is of certificates, not of secrets"),
        (format!("{here}/deletedsecrets/s"), "get_deleted_secret(name)"),
        (format!("{here}/secrets"), "an id has the form"),
        (format!("{here}/secrets/s/latest"), "32 hexadecimal digits"),
        (format!("{here}/secrets/a%2fb"), "1 to 127 letters"),
        (format!("{here}/secrets/s?x=1"), "has a query"),
        ("s".to_owned(), "is not an absolute URL"),
        (String::new(), "is not an absolute URL"),
    ] {
        let error = vault.client.get_secret_by_id(&id).await.unwrap_err();
        assert_refused(&error, why);
        assert!(error.to_string().starts_with("get_secret_by_id failed: "), "{error}");
    }
    assert!(vault.emulator.journal().is_empty());
}

#[tokio::test]
async fn a_page_size_out_of_range_is_refused() {
    let vault = Vault::new();
    for size in [0, 26] {
        let mut secrets = vault.client.list_secret_properties().page_size(size);
        assert_refused(&secrets.next().await.unwrap().unwrap_err(), "it must be 1 to 25");
        assert!(secrets.next().await.is_none());
    }
}

#[test]
fn a_url_that_is_not_a_vaults_builds_no_client() {
    for url in [
        "http://v.vault.azure.net",
        "https://user:pass@v.vault.azure.net",
        "https://v.vault.azure.net/?x=1",
        "https://v.vault.azure.net/#x",
        "https://v.vault.azure.net/secrets",
        "v.vault.azure.net",
    ] {
        let credential = azvault_core::credentials::DefaultAzureCredential::new().unwrap();
        let error = SecretClient::new(url, credential).unwrap_err();
        assert_refused(&error, "https://my-vault.vault.azure.net");
        assert!(!error.to_string().contains("pass"), "{error}");
    }
}

#[test]
fn a_client_without_a_credential_says_how_to_give_it_one() {
    let error = SecretClient::builder("https://v.vault.azure.net").build().unwrap_err();
    assert_refused(&error, "credential(…)");
}
