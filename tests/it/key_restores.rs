//! Restores where the vaults' places decide.

use azvault::management::{
    AccessPolicyEntry, KeyPermission, KeyVaultManagementClient, VaultCreateOrUpdateParameters,
};
use azvault_core::ErrorKind;
use azvault_emulator::Emulator;
use azvault_keys::KeyClient;

/// A vault in that region, and a client of its keys.
async fn vault(emulator: &Emulator, name: &str, region: &str) -> KeyClient {
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap();
    management.resource_groups().create_or_update(name, region).await.unwrap();
    let policy = AccessPolicyEntry::new(emulator.tenant_id(), emulator.default_principal().oid())
        .keys([KeyPermission::All, KeyPermission::Purge]);
    let parameters =
        VaultCreateOrUpdateParameters::new(region, emulator.tenant_id()).access_policy(policy);
    let made = management.vaults().create_or_update(name, name, parameters).await.unwrap();
    KeyClient::builder(made.vault_uri())
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_backup_of_another_geography_replaces_nothing() {
    let emulator = Emulator::in_memory();
    let east = vault(&emulator, "east", "eastus").await;
    let west = vault(&emulator, "west", "westus").await;
    let europe = vault(&emulator, "europe", "westeurope").await;
    let key = east.create_ec_key("k").await.unwrap();
    let backup = east.backup_key("k").await.unwrap();
    let restored = west.restore_replace("k", &backup).await.unwrap();
    assert_eq!(restored.version(), key.version());

    let own = europe.create_ec_key("k").await.unwrap();
    let error = europe.restore_replace("k", &backup).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest, "{error}");
    assert_eq!(europe.get_key("k").await.unwrap(), own);
    let deletions = |host: &str| {
        let sent = emulator.journal();
        sent.iter().filter(|it| it.method() == "DELETE" && it.host().starts_with(host)).count()
    };
    assert_eq!(deletions("europe"), 0);
}
