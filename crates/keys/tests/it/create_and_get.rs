//! Creating keys of every kind, and reading them.

use azvault_keys::{KeyCurve, KeyOperation, KeyType};

use crate::support::Vault;

#[tokio::test]
async fn an_rsa_key_has_the_size_asked_for_and_the_services_defaults() {
    let vault = Vault::new();
    let key = vault.client.create_rsa_key("k").size(2048).await.unwrap();
    assert_eq!(key.key_type(), &KeyType::Rsa);
    assert_eq!(key.jwk().rsa_bits(), Some(2048));
    assert_eq!(key.jwk().e(), Some(&[1, 0, 1][..]));
    assert_eq!(key.key_ops().len(), 6);
    let properties = key.properties();
    assert!(properties.enabled());
    assert_eq!(properties.created_on(), properties.updated_on());
    assert_eq!(properties.recoverable_days(), Some(90));
    assert_eq!(key.version().map(str::len), Some(32));
    assert_eq!(key.id().vault_url(), vault.client.vault_url());
}

#[tokio::test]
async fn an_ec_key_can_be_on_every_curve() {
    let vault = Vault::new();
    for (curve, bytes) in
        [(KeyCurve::P256, 32), (KeyCurve::P384, 48), (KeyCurve::P521, 66), (KeyCurve::P256K, 32)]
    {
        let key = vault.client.create_ec_key("k").curve(curve.clone()).await.unwrap();
        assert_eq!(key.jwk().curve(), Some(&curve));
        assert_eq!(key.jwk().x().map(<[u8]>::len), Some(bytes), "{curve}");
        assert_eq!(key.jwk().y().map(<[u8]>::len), Some(bytes), "{curve}");
        assert_eq!(key.key_ops(), [KeyOperation::Sign, KeyOperation::Verify]);
    }
}

#[tokio::test]
async fn a_managed_hsm_keeps_symmetric_keys() {
    let vault = Vault::hsm();
    let key = vault.client.create_oct_key("k").size(256).await.unwrap();
    assert_eq!(key.key_type(), &KeyType::OctHsm);
    assert!(key.jwk().n().is_none() && key.jwk().x().is_none());
}

#[tokio::test]
async fn hardware_protection_is_asked_for_by_the_kind() {
    let vault = Vault::new();
    let key = vault.client.create_rsa_key("k").hardware_protected().await.unwrap();
    assert_eq!(key.key_type(), &KeyType::RsaHsm);
    let key = vault.client.create_ec_key("e").hardware_protected().await.unwrap();
    assert_eq!(key.key_type(), &KeyType::EcHsm);
}

#[tokio::test]
async fn creating_a_name_again_makes_a_new_version_and_keeps_the_old_one() {
    let vault = Vault::new();
    let first = vault.client.create_ec_key("k").await.unwrap();
    let second = vault.client.create_ec_key("k").await.unwrap();
    assert_ne!(first.version(), second.version());
    assert_eq!(vault.client.get_key("k").await.unwrap(), second);
    let version = first.version().unwrap();
    assert_eq!(vault.client.get_key("k").version(version).await.unwrap(), first);
}

#[tokio::test]
async fn status_and_headers_can_be_looked_at() {
    let vault = Vault::new();
    let answer = vault.client.create_ec_key("k").into_call().send_for_response().await.unwrap();
    assert_eq!(u16::from(answer.status()), 200);
    let region = answer.headers().iter().any(|(name, _)| name.as_str() == "x-ms-keyvault-region");
    assert!(region, "{:?}", answer.headers());
    assert_eq!(answer.into_model().name(), "k");
}

#[tokio::test]
async fn a_call_can_be_sent_from_another_task() {
    let vault = Vault::new();
    let (a, b) = tokio::join!(
        vault.client.create_ec_key("a").send(),
        vault.client.create_ec_key("b").send()
    );
    assert_eq!((a.unwrap().name(), b.unwrap().name()), ("a", "b"));
    fn sendable<T: Send + 'static>(_: &T) {}
    sendable(&vault.client.get_key("a").into_call());
}
