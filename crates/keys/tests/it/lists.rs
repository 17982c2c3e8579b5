//! Lists of keys, of versions and of deleted keys.

use azvault_keys::KeyProperties;
use futures::{StreamExt, TryStreamExt};

use crate::support::Vault;

async fn with_keys(count: usize) -> Vault {
    let vault = Vault::new();
    for n in 0..count {
        vault.client.create_ec_key(format!("key-{n:03}")).await.unwrap();
    }
    vault.emulator.clear_journal();
    vault
}

fn names(keys: &[KeyProperties]) -> Vec<&str> {
    keys.iter().map(KeyProperties::name).collect()
}

#[tokio::test]
async fn a_list_goes_over_all_pages_of_25() {
    let vault = with_keys(60).await;
    let keys = vault.client.list_key_properties().try_collect().await.unwrap();
    assert_eq!(keys.len(), 60);
    assert!(keys.iter().all(|key| key.version().is_none()));
    assert_eq!(vault.requests("GET", "/keys?"), 3);
}

#[tokio::test]
async fn pages_can_be_smaller_and_gone_through_one_by_one() {
    let vault = with_keys(5).await;
    let pages: Vec<_> =
        vault.client.list_key_properties().page_size(2).pages().try_collect().await.unwrap();
    let sizes: Vec<usize> = pages.iter().map(|page| page.items.len()).collect();
    assert_eq!(sizes, [2, 2, 1]);
    assert!(pages.last().unwrap().continuation.is_none());
}

#[tokio::test]
async fn another_list_can_go_on_where_one_stopped() {
    let vault = with_keys(5).await;
    let mut pages = vault.client.list_key_properties().page_size(2).pages();
    let first = pages.next().await.unwrap().unwrap();
    let rest = vault.client.list_key_properties().continue_from(first.continuation.unwrap());
    assert_eq!(names(&rest.try_collect().await.unwrap()), ["key-002", "key-003", "key-004"]);
}

#[tokio::test]
async fn versions_are_listed_with_their_version_and_an_unknown_key_has_none() {
    let vault = Vault::new();
    let first = vault.client.create_ec_key("k").await.unwrap();
    let second = vault.client.create_ec_key("k").await.unwrap();
    let versions = vault.client.list_key_properties_versions("k").try_collect().await.unwrap();
    let mut ids: Vec<_> = versions.iter().map(|v| v.id().to_string()).collect();
    let mut expected = [first.id().to_string(), second.id().to_string()];
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    let none = vault.client.list_key_properties_versions("unknown").try_collect().await.unwrap();
    assert!(none.is_empty());
}

#[tokio::test]
async fn deleted_keys_are_listed_apart() {
    let vault = with_keys(2).await;
    vault.client.begin_delete_key("key-000").await.unwrap().wait().await.unwrap();
    let live = vault.client.list_key_properties().try_collect().await.unwrap();
    assert_eq!(names(&live), ["key-001"]);
    let deleted = vault.client.list_deleted_key_properties().try_collect().await.unwrap();
    assert_eq!(deleted.len(), 1);
    assert_eq!(deleted[0].name(), "key-000");
    assert!(deleted[0].recovery_id().unwrap().is_deleted());
}
