//! Keys and secrets through Resource Manager, on the emulator: the same that the vault has.

use azvault_management::{
    ErrorKind, KeyCreateParameters, KeyCurve, KeyOperation, KeyReleasePolicy, KeyRotationAction,
    KeyType, LifetimeAction, RotationPolicy,
};

use crate::support::{GROUP, Subscription};

async fn with_vault() -> Subscription {
    let subscription = Subscription::new().await;
    subscription.vault("my-vault").await;
    subscription
}

#[tokio::test]
async fn a_key_is_made_once_and_is_then_given_as_it_is() {
    let subscription = with_vault().await;
    let keys = subscription.client.keys();
    let parameters = KeyCreateParameters::new(KeyType::Rsa)
        .size(3072)
        .operations([KeyOperation::WrapKey, KeyOperation::UnwrapKey])
        .enabled(false)
        .tag("team", "payments");
    let made = keys.create_if_not_exist(GROUP, "my-vault", "my-key", parameters).await.unwrap();
    assert_eq!((made.key_type(), made.size()), (Some(&KeyType::Rsa), Some(3072)));
    assert_eq!(made.operations().len(), 2);
    assert!(!made.enabled() && made.created_on().is_some());
    assert_eq!(made.tags().collect::<Vec<_>>(), [("team", "payments")]);
    let other = KeyCreateParameters::new(KeyType::Ec).curve(KeyCurve::P384);
    let again = keys.create_if_not_exist(GROUP, "my-vault", "my-key", other).await.unwrap();
    assert_eq!((again.version(), again.key_type()), (made.version(), made.key_type()));
    assert_eq!(keys.get(GROUP, "my-vault", "my-key").await.unwrap().version(), made.version());
}

#[tokio::test]
async fn versions_are_listed_and_read_one_by_one() {
    let subscription = with_vault().await;
    let keys = subscription.client.keys();
    let ec = KeyCreateParameters::new(KeyType::Ec);
    let made = keys.create_if_not_exist(GROUP, "my-vault", "my-key", ec).await.unwrap();
    let listed = keys.list(GROUP, "my-vault").try_collect().await.unwrap();
    assert_eq!((listed.len(), listed[0].name()), (1, "my-key"));
    let versions = keys.list_versions(GROUP, "my-vault", "my-key").try_collect().await.unwrap();
    assert_eq!(versions.len(), 1);
    let version = made.version().unwrap();
    let read = keys.get_version(GROUP, "my-vault", "my-key", version).await.unwrap();
    assert_eq!((read.uri_with_version(), read.curve()), (made.uri_with_version(), made.curve()));
    let none = "0".repeat(32);
    let error = keys.get_version(GROUP, "my-vault", "my-key", none).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn the_policies_of_a_key_come_back_as_they_went() {
    let subscription = with_vault().await;
    let keys = subscription.client.keys();
    let rotation = RotationPolicy::new()
        .expiry_time("P2Y")
        .action(LifetimeAction::rotate_after("P18M"))
        .action(LifetimeAction::notify_before_expiry("P30D"));
    let parameters = KeyCreateParameters::new(KeyType::Rsa).rotation_policy(rotation);
    keys.create_if_not_exist(GROUP, "my-vault", "rotating", parameters).await.unwrap();
    let read = keys.get(GROUP, "my-vault", "rotating").await.unwrap();
    let policy = read.rotation_policy().unwrap();
    assert_eq!(policy.version_lifetime(), Some("P2Y"));
    let rotates = policy.lifetime_actions().iter();
    let rotates = rotates.filter(|it| it.action() == Some(&KeyRotationAction::Rotate));
    assert_eq!(rotates.map(|it| it.time_after_create()).collect::<Vec<_>>(), [Some("P18M")]);

    let release = br#"{"version":"1.0.0","anyOf":[{"authority":"https://sharedeus.eus.attest.azure.net","allOf":[{"claim":"x-ms-sgx-is-debuggable","equals":"false"}]}]}"#;
    let parameters =
        KeyCreateParameters::new(KeyType::RsaHsm).exportable(KeyReleasePolicy::new(release));
    let premium = subscription.parameters().sku(azvault_management::SkuName::Premium);
    let vaults = subscription.client.vaults();
    vaults.create_or_update(GROUP, "my-premium", premium).await.unwrap();
    keys.create_if_not_exist(GROUP, "my-premium", "released", parameters).await.unwrap();
    let read = keys.get(GROUP, "my-premium", "released").await.unwrap();
    assert!(read.exportable());
    assert_eq!(read.release_policy().unwrap().data(), release);
}

#[tokio::test]
async fn a_secret_is_set_changed_and_listed_and_its_value_stays_in_the_vault() {
    let subscription = with_vault().await;
    let secrets = subscription.client.secrets();
    let set = secrets.create_or_update(GROUP, "my-vault", "my-secret", "canary");
    let first = set.content_type("text/plain").tag("team", "payments").await.unwrap();
    assert_eq!(first.content_type(), Some("text/plain"));
    let again = secrets.create_or_update(GROUP, "my-vault", "my-secret", "canary").await.unwrap();
    assert_ne!(again.version(), first.version());
    let changed = secrets.update(GROUP, "my-vault", "my-secret").enabled(false).await.unwrap();
    assert_eq!((changed.enabled(), changed.version()), (false, again.version()));
    let read = secrets.get(GROUP, "my-vault", "my-secret").await.unwrap();
    assert_eq!(read.version(), again.version());
    assert!(!format!("{first:?} {read:?}").contains("canary"));
    let listed = secrets.list(GROUP, "my-vault").page_size(5).try_collect().await.unwrap();
    assert_eq!((listed.len(), listed[0].name()), (1, "my-secret"));
}

#[tokio::test]
async fn a_vault_that_is_not_there_holds_nothing() {
    let subscription = Subscription::new().await;
    let keys = subscription.client.keys();
    let error = keys.get(GROUP, "my-vault", "my-key").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.explain().unwrap().contains("the vault and the key"), "{error:?}");
    let error = subscription.client.secrets().get(GROUP, "my-vault", "s").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn the_vaults_of_a_subscription_are_listed_by_resource_managers_index_page_by_page() {
    let subscription = with_vault().await;
    subscription.vault("other-vault").await;
    let list = subscription.client.vaults().list().page_size(1);
    let vaults = list.try_collect().await.unwrap();
    let mut names: Vec<&str> = vaults.iter().map(|vault| vault.name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["my-vault", "other-vault"]);
    assert!(vaults.iter().all(|vault| vault.resource_group().unwrap() == GROUP));
}

#[tokio::test]
async fn the_providers_operations_are_those_that_roles_allow() {
    let subscription = Subscription::new().await;
    let operations = subscription.client.operations().list().try_collect().await.unwrap();
    let named = |name: &str| operations.iter().find(|it| it.name() == Some(name)).unwrap();
    assert!(!named("Microsoft.KeyVault/vaults/read").is_data_action());
    assert!(named("Microsoft.KeyVault/vaults/secrets/getSecret/action").is_data_action());
}
