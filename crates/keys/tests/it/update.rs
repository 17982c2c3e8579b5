//! Changing properties without a new version.

use azure_core::time::OffsetDateTime;
use azvault_keys::KeyOperation;

use crate::support::Vault;

#[tokio::test]
async fn what_is_not_set_stays() {
    let vault = Vault::new();
    let expiry = OffsetDateTime::from_unix_timestamp(4_000_000_000).unwrap();
    let key = vault
        .client
        .create_rsa_key("k")
        .expires_on(expiry)
        .key_ops([KeyOperation::Sign])
        .tag("a", "1")
        .await
        .unwrap();
    let updated = vault.client.update_key_properties("k").enabled(false).await.unwrap();
    assert_eq!(updated.id(), key.id());
    assert!(!updated.properties().enabled());
    assert_eq!(updated.properties().expires_on(), Some(expiry));
    assert_eq!(updated.key_ops(), [KeyOperation::Sign]);
    assert_eq!(updated.properties().tags(), key.properties().tags());
}

#[tokio::test]
async fn tags_are_replaced_as_a_whole_and_can_be_removed() {
    let vault = Vault::new();
    vault.client.create_ec_key("k").tags([("a", "1"), ("b", "2")]).await.unwrap();
    let updated = vault.client.update_key_properties("k").tag("c", "3").await.unwrap();
    assert_eq!(updated.properties().tags().keys().collect::<Vec<_>>(), ["c"]);
    let bare = vault.client.update_key_properties("k").tags::<&str, &str>([]).await.unwrap();
    assert!(bare.properties().tags().is_empty());
}

#[tokio::test]
async fn an_older_version_can_be_updated() {
    let vault = Vault::new();
    let first = vault.client.create_ec_key("k").await.unwrap();
    vault.client.create_ec_key("k").await.unwrap();
    let version = first.version().unwrap();
    vault.client.update_key_properties("k").version(version).enabled(false).await.unwrap();
    assert!(vault.client.get_key("k").await.unwrap().properties().enabled());
    assert!(!vault.client.get_key("k").version(version).await.unwrap().properties().enabled());
}
