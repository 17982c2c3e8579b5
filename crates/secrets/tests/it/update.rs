//! Changing properties without a new version, and without the value.

use azure_core::time::OffsetDateTime;
use azvault_secrets::ErrorKind;

use crate::support::Vault;

#[tokio::test]
async fn what_is_not_set_stays() {
    let vault = Vault::new();
    let expiry = OffsetDateTime::from_unix_timestamp(4_000_000_000).unwrap();
    let set = vault
        .client
        .set_secret("s", "v")
        .content_type("password")
        .expires_on(expiry)
        .tag("a", "1")
        .await
        .unwrap();
    let updated = vault.client.update_secret_properties("s").enabled(false).await.unwrap();
    assert_eq!(updated.id(), set.id());
    assert!(!updated.enabled());
    assert_eq!(updated.expires_on(), Some(expiry));
    assert_eq!(updated.content_type(), Some("password"));
    assert_eq!(updated.tags(), set.properties().tags());
}

#[tokio::test]
async fn the_content_type_is_changed_and_the_value_is_not() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").content_type("a").await.unwrap();
    let updated = vault.client.update_secret_properties("s").content_type("b").await.unwrap();
    assert_eq!(updated.content_type(), Some("b"));
    let read = vault.client.get_secret("s").await.unwrap();
    assert_eq!((read.value().expose(), read.properties()), ("v", &updated));
}

#[tokio::test]
async fn tags_are_replaced_as_a_whole_and_can_be_removed() {
    let vault = Vault::new();
    vault.client.set_secret("s", "v").tags([("a", "1"), ("b", "2")]).await.unwrap();
    let updated = vault.client.update_secret_properties("s").tag("c", "3").await.unwrap();
    assert_eq!(updated.tags().keys().collect::<Vec<_>>(), ["c"]);
    let bare = vault.client.update_secret_properties("s").tags::<&str, &str>([]).await.unwrap();
    assert!(bare.tags().is_empty());
}

#[tokio::test]
async fn an_older_version_can_be_updated() {
    let vault = Vault::new();
    let first = vault.client.set_secret("s", "one").await.unwrap();
    vault.client.set_secret("s", "two").await.unwrap();
    let version = first.version().unwrap();
    vault.client.update_secret_properties("s").version(version).enabled(false).await.unwrap();
    assert_eq!(vault.client.get_secret("s").await.unwrap().value().expose(), "two");
    let error = vault.client.get_secret("s").version(version).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disabled);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let vault = Vault::new();
    let error = vault.client.update_secret_properties("s").enabled(true).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, Some("SecretNotFound")));
}
