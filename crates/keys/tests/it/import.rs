//! Keys that were made elsewhere.

use azvault_keys::{ErrorKind, JsonWebKey, KeyOperation, KeyType, SignatureAlgorithm};

use crate::support::{EC_PEM, Vault};

#[tokio::test]
async fn an_imported_key_signs_as_the_original_verifies() {
    let vault = Vault::new();
    let original = JsonWebKey::from_pem(EC_PEM).unwrap();
    let import = vault.client.import_key("k", original.clone()).tag("from", "a file");
    let key = import.key_ops([KeyOperation::Sign]).enabled(true).await.unwrap();
    assert_eq!((key.jwk().x(), key.jwk().y()), (original.x(), original.y()));
    assert_eq!(key.key_ops(), [KeyOperation::Sign]);
    assert_eq!(key.properties().tags()["from"], "a file");
    assert!(!key.jwk().has_private_part());

    let signed = vault.client.sign("k", SignatureAlgorithm::ES256, [7; 32]).await.unwrap();
    let local = azvault_crypto::LocalKey::new(&original).unwrap();
    let valid = local.verify(&SignatureAlgorithm::ES256, &[7; 32], &signed.signature).unwrap();
    assert!(valid);
}

#[tokio::test]
async fn importing_a_name_again_makes_a_version_and_recreating_it_a_new_key() {
    let vault = Vault::new();
    let key = || JsonWebKey::from_pem(EC_PEM).unwrap();
    vault.client.create_rsa_key("k").await.unwrap();
    vault.client.import_key("k", key()).hardware_protected().await.unwrap();
    let latest = vault.client.get_key("k").await.unwrap();
    assert_eq!(latest.key_type(), &KeyType::EcHsm);
    let list = || vault.client.list_key_properties_versions("k").try_collect();
    assert_eq!(list().await.unwrap().len(), 2);
    let recreated = vault.client.import_key("k", key()).recreate().await.unwrap();
    assert_eq!(recreated.key_type(), &KeyType::Ec);
    assert_eq!(list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_managed_hsm_takes_symmetric_keys_and_a_vault_does_not() {
    let aes = || JsonWebKey::oct([7; 32]);
    let hsm = Vault::hsm();
    let key = hsm.client.import_key("k", aes()).await.unwrap();
    assert_eq!(key.key_type(), &KeyType::OctHsm);
    let vault = Vault::new();
    let error = vault.client.import_key("k", aes()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert_eq!(vault.client.get_key("k").await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_key_that_is_to_permit_nothing_is_not_imported_as_one_that_permits_all() {
    let vault = Vault::new();
    let key = JsonWebKey::from_pem(EC_PEM).unwrap();
    let key = vault.client.import_key("k", key).key_ops([]).await.unwrap();
    assert_eq!(key.key_ops(), []);
    let error = vault.client.sign("k", SignatureAlgorithm::ES256, [7; 32]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OperationForbidden);
}
