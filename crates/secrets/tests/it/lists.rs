//! Lists of secrets, of versions and of deleted secrets.

use azvault_secrets::SecretProperties;
use futures::{StreamExt, TryStreamExt};

use crate::support::Vault;

async fn with_secrets(count: usize) -> Vault {
    let vault = Vault::new();
    for n in 0..count {
        vault.client.set_secret(format!("secret-{n:03}"), "v").await.unwrap();
    }
    vault.emulator.clear_journal();
    vault
}

fn names(secrets: &[SecretProperties]) -> Vec<&str> {
    secrets.iter().map(SecretProperties::name).collect()
}

#[tokio::test]
async fn a_list_goes_over_all_pages_of_25() {
    let vault = with_secrets(60).await;
    let secrets = vault.client.list_secret_properties().try_collect().await.unwrap();
    assert_eq!(secrets.len(), 60);
    assert!(secrets.iter().all(|secret| secret.version().is_none()));
    assert_eq!(vault.requests("GET", "/secrets?"), 3);
}

#[tokio::test]
async fn pages_can_be_smaller_and_gone_through_one_by_one() {
    let vault = with_secrets(5).await;
    let pages: Vec<_> =
        vault.client.list_secret_properties().page_size(2).pages().try_collect().await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.items.len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
    assert!(pages.last().unwrap().continuation.is_none());
}

#[tokio::test]
async fn another_list_can_go_on_where_one_stopped() {
    let vault = with_secrets(5).await;
    let mut pages = vault.client.list_secret_properties().page_size(2).pages();
    let first = pages.next().await.unwrap().unwrap();
    let rest = vault.client.list_secret_properties().continue_from(first.continuation.unwrap());
    assert_eq!(
        names(&rest.try_collect().await.unwrap()),
        ["secret-002", "secret-003", "secret-004"]
    );
}

#[tokio::test]
async fn versions_are_listed_with_their_version_and_an_unknown_secret_has_none() {
    let vault = Vault::new();
    let first = vault.client.set_secret("s", "one").content_type("text").await.unwrap();
    let second = vault.client.set_secret("s", "two").await.unwrap();
    let versions = vault.client.list_secret_properties_versions("s").try_collect().await.unwrap();
    let mut ids: Vec<_> = versions.iter().map(|v| v.id().to_string()).collect();
    let mut expected = [first.id().to_string(), second.id().to_string()];
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    let typed = versions.iter().find(|v| v.id() == first.id()).unwrap();
    assert_eq!(typed.content_type(), Some("text"));
    let none = vault.client.list_secret_properties_versions("unknown").try_collect().await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn disabled_secrets_are_listed_too() {
    let vault = with_secrets(2).await;
    vault.client.update_secret_properties("secret-000").enabled(false).await.unwrap();
    let secrets = vault.client.list_secret_properties().try_collect().await.unwrap();
    let enabled: Vec<bool> = secrets.iter().map(SecretProperties::enabled).collect();
    assert_eq!(enabled, [false, true]);
}

#[tokio::test]
async fn deleted_secrets_are_listed_apart() {
    let vault = with_secrets(2).await;
    vault.client.begin_delete_secret("secret-000").await.unwrap().wait().await.unwrap();
    let live = vault.client.list_secret_properties().try_collect().await.unwrap();
    assert_eq!(names(&live), ["secret-001"]);
    let deleted = vault.client.list_deleted_secret_properties().try_collect().await.unwrap();
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0].name(), "secret-000");
    assert_eq!(deleted[0].properties().version(), None);
    assert!(deleted[0].recovery_id().unwrap().is_deleted());
}
