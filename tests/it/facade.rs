//! One client over many vaults: what of one vault could reach another, and what limits a call.

use std::{sync::Arc, time::Duration};

use azvault::{CallbackCredential, ErrorKind, KeyVaultClient};
use azvault_core::retry::RetryPolicy;
use azvault_tests::{Answer, Script};
use futures::future::join_all;
use serde_json::json;

const RESOURCE: &str = "https://vault.azure.net";

/// A vault of tenant `t-a` at `a.vault.azure.net`, and so on.
fn vaults() -> Arc<Script> {
    Script::by(|seen| {
        let host = seen.url.host_str().unwrap_or_default().to_owned();
        let tenant = format!("t-{}", host.split('.').next().unwrap_or_default());
        match seen.token() {
            None => Answer::challenge(&tenant, RESOURCE),
            Some(token) if token == format!("token|https://login.example/{tenant}") => {
                let id = format!("https://{host}/secrets/s/0123456789abcdef0123456789abcdef");
                Answer::ok(&json!({"value": host, "id": id, "attributes": {"enabled": true}}))
            }
            Some(_) => Answer::error(500, "WrongToken", "a token of another tenant came"),
        }
    })
}

fn naming() -> CallbackCredential {
    CallbackCredential::new(|challenge| async move {
        Ok::<_, std::io::Error>(format!("token|{}", challenge.authority()))
    })
}

fn client(script: &Arc<Script>, credential: CallbackCredential) -> KeyVaultClient {
    let builder = KeyVaultClient::builder(credential).transport(script.transport());
    builder.retry(RetryPolicy::none()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn no_vault_gets_the_token_of_another_tenants_vault() {
    let script = vaults();
    let client = client(&script, naming());
    let urls: Vec<String> = ["a", "b", "c"].map(|v| format!("https://{v}.vault.azure.net")).into();
    let gets = (0..300).map(|n| client.get_secret(&urls[n % 3], "s", ""));
    for (n, secret) in join_all(gets).await.into_iter().enumerate() {
        assert_eq!(format!("https://{}", secret.unwrap().value().expose()), urls[n % 3]);
    }
    let questions = script.seen().iter().filter(|seen| seen.token().is_none()).count();
    assert_eq!(questions, 3);
}

#[tokio::test(start_paused = true)]
async fn spellings_of_one_vaults_address_are_one_vault() {
    let script = vaults();
    let client = client(&script, naming());
    for url in ["https://a.vault.azure.net", "https://A.VAULT.azure.net:443/"] {
        client.get_secret(url, "s", "").await.unwrap();
    }
    assert_eq!(script.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_identifier_of_a_stranger_gets_a_token_of_the_strangers_own_at_most() {
    let script = Script::by(|_| Answer::challenge("t", RESOURCE));
    let client = client(&script, naming());
    let id = "https://v.evil.example/secrets/s";
    let error = client.get_secret_by_id(id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(script.seen().iter().all(|seen| seen.token().is_none()));
}

#[tokio::test(start_paused = true)]
async fn the_time_of_a_call_is_that_of_the_builder() {
    let script = Script::always(Answer::hang());
    let client = KeyVaultClient::builder(naming())
        .transport(script.transport())
        .timeout(Duration::from_secs(7))
        .build()
        .unwrap();
    let error = client.get_key("https://a.vault.azure.net", "k", "").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(script.clock().elapsed() < Duration::from_millis(7010));
}

#[tokio::test(start_paused = true)]
async fn an_identifier_leads_to_its_own_vault_and_version_however_it_is_spelled() {
    let script = Script::by(|seen| {
        if seen.token().is_none() {
            return Answer::challenge("t", "https://vault.localhost:8443");
        }
        let url = seen.url.as_str().split('?').next().unwrap().to_owned();
        let version = "0123456789abcdef0123456789abcdef";
        let id = if url.ends_with(version) { url.clone() } else { format!("{url}/{version}") };
        Answer::ok(&json!({"value": url, "id": id, "attributes": {"enabled": true}}))
    });
    let builder = KeyVaultClient::builder(azvault_tests::Clerk::steady());
    let client = builder.transport(script.transport()).build().unwrap();
    let version = "0123456789abcdef0123456789abcdef";
    for (id, expected) in [
        ("https://a.vault.azure.net/secrets/s".to_owned(), "https://a.vault.azure.net/secrets/s"),
        (
            format!("https://B.VAULT.azure.net:443/secrets/s/{version}"),
            "https://b.vault.azure.net/secrets/s/0123456789abcdef0123456789abcdef",
        ),
        (
            "https://c.vault.localhost:8443/secrets/s/".to_owned(),
            "https://c.vault.localhost:8443/secrets/s",
        ),
    ] {
        let secret = client.get_secret_by_id(&id).await.unwrap();
        assert_eq!(secret.value().expose(), expected);
        let same = client.get_secret_by_id(secret.id()).await.unwrap();
        assert_eq!(same.id(), secret.id());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_identifier_of_a_secret_is_refused_and_sent_nowhere() {
    let script = Script::always(Answer::fine());
    let client = client(&script, naming());
    for (id, right) in [
        ("https://a.vault.azure.net/keys/k", "not the identifier of one of a vault's secrets"),
        ("https://a.vault.azure.net/deletedsecrets/s", "not the identifier of one of a vault's"),
        ("https://a.vault.azure.net/secrets", "an id has the form"),
        ("https://a.vault.azure.net/secrets/s/v", "32 hexadecimal digits"),
        ("https://a.vault.azure.net/secrets/../keys/k/x/y", "an id has the form"),
        ("https://a.vault.azure.net/secrets/s%2Fx", "has the character"),
        ("http://a.vault.azure.net/secrets/s", "https"),
        ("https://token@a.vault.azure.net/secrets/s", "credentials"),
        ("my-secret", "an id has the form"),
    ] {
        let error = client.get_secret_by_id(id).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{id}: {error}");
        assert!(error.to_string().contains(right), "{id}: {error}");
        assert!(!error.to_string().contains("token@"), "{error}");
    }
    assert_eq!(script.count(), 0);
}
