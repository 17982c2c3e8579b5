//! What outlives an emulator when it has an installation, and what does not without one.

use azvault_emulator::{Emulator, Principal};
use reqwest::StatusCode;

use crate::support::token;

const SCOPE: &str = "https://vault.azure.net/.default";

/// What a vault says to a token.
async fn status(emulator: &Emulator, token: &str) -> StatusCode {
    let url = format!("{}/secrets?api-version=7.6", emulator.vault_url("kv"));
    emulator.http_client().get(url).bearer_auth(token).send().await.unwrap().status()
}

#[tokio::test]
async fn a_token_and_a_trusted_certificate_outlive_a_restart() {
    let folder = std::env::temp_dir().join(format!("azvault-kept-{}", uuid::Uuid::new_v4()));
    let started = || Emulator::builder().installation(&folder).start();
    let first = started().await.unwrap();
    let (token, ca) = (token(&first, Principal::default(), SCOPE).await, first.ca_pem().to_owned());
    let subscription = first.subscription_id().to_owned();
    first.shutdown().await;
    drop(first);
    let second = started().await.unwrap();
    assert_eq!(status(&second, &token).await, StatusCode::OK);
    assert_eq!((second.ca_pem(), second.subscription_id()), (ca.as_str(), subscription.as_str()));
    // Another one of the same tenant has another key.
    let other = Emulator::builder().tenant_id(second.tenant_id()).start().await.unwrap();
    assert_eq!(status(&other, &token).await, StatusCode::UNAUTHORIZED);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn ids_that_are_set_go_before_those_of_the_installation_and_are_not_kept() {
    let folder = std::env::temp_dir().join(format!("azvault-kept-{}", uuid::Uuid::new_v4()));
    let builder = || Emulator::builder().installation(&folder);
    let kept = builder().start().await.unwrap();
    let (tenant, subscription) =
        ("44444444-4444-4444-4444-444444444444", "55555555-5555-5555-5555-555555555555");
    let set = builder().tenant_id(tenant).subscription_id(subscription).start().await.unwrap();
    assert_eq!((set.tenant_id(), set.subscription_id()), (tenant, subscription));
    let again = builder().start().await.unwrap();
    assert_eq!(again.tenant_id(), kept.tenant_id());
    assert_eq!(again.subscription_id(), kept.subscription_id());
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn an_installation_that_cannot_be_read_is_an_error() {
    let folder = std::env::temp_dir().join(format!("azvault-kept-{}", uuid::Uuid::new_v4()));
    let started = || Emulator::builder().installation(&folder).start();
    started().await.unwrap();
    let key = folder.join("keys/tokens.pem");
    std::fs::write(&key, "not a key").unwrap();
    let error = started().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains(key.to_str().unwrap()), "{source}");
    std::fs::remove_dir_all(folder).unwrap();
}
