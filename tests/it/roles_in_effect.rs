//! What is assigned and granted here decides what vaults let their callers do.

use azvault::{
    management::{
        AccessPolicyEntry, KeyVaultManagementClient, KeyVaultRole, ObjectCollection, Scope,
        VaultCreateOrUpdateParameters,
    },
    secrets::{ErrorKind, SecretClient},
};
use azvault_emulator::{Emulator, Principal};

const READER: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
const GROUP: &str = "my-rg";

fn management(emulator: &Emulator) -> KeyVaultManagementClient {
    KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

fn secrets(emulator: &Emulator, principal: Principal) -> SecretClient {
    SecretClient::builder(&emulator.vault_url("my-vault"))
        .credential(emulator.credential_for(principal))
        .transport(emulator.in_memory_transport())
        .build()
        .unwrap()
}

async fn vault(management: &KeyVaultManagementClient, parameters: VaultCreateOrUpdateParameters) {
    management.resource_groups().create_or_update(GROUP, "eastus").await.unwrap();
    management.vaults().ensure_vault(GROUP, "my-vault", parameters).await.unwrap();
}

#[tokio::test]
async fn a_role_for_one_secret_lets_its_principal_read_that_one_alone() {
    let emulator = Emulator::in_memory();
    let management = management(&emulator);
    vault(&management, VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id())).await;
    let assignments = management.role_assignments();
    let scope = Scope::vault(emulator.subscription_id(), GROUP, "my-vault").unwrap();
    let owner = emulator.default_principal();
    assignments.ensure(&scope, KeyVaultRole::SecretsOfficer, owner.oid()).await.unwrap();
    let writer = secrets(&emulator, owner);
    for name in ["db", "other"] {
        writer.set_secret(name, "value").await.unwrap();
    }
    let reader = secrets(&emulator, Principal::new(READER));
    let error = reader.get_secret("db").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForbiddenByRbac);

    let one = scope.object(ObjectCollection::Secrets, "db").unwrap();
    let made = assignments.ensure(&one, KeyVaultRole::SecretsUser, READER).await.unwrap();
    assert!(reader.get_secret("db").await.is_ok());
    let error = reader.get_secret("other").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForbiddenByRbac);

    assignments.delete(&one, made.name()).await.unwrap();
    let error = reader.get_secret("db").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForbiddenByRbac);
}

#[tokio::test]
async fn a_policy_lets_its_principal_in_until_it_is_removed() {
    let emulator = Emulator::in_memory();
    let management = management(&emulator);
    let owner = emulator.default_principal();
    let officer = AccessPolicyEntry::secrets_officer(emulator.tenant_id(), owner.oid());
    let parameters = VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    vault(&management, parameters.access_policy(officer)).await;
    secrets(&emulator, owner).set_secret("db", "value").await.unwrap();
    let reader = secrets(&emulator, Principal::new(READER));
    let vaults = management.vaults();
    let refused = reader.get_secret("db").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ForbiddenByPolicy);
    let policy = AccessPolicyEntry::secrets_reader(emulator.tenant_id(), READER);
    vaults.ensure_access_policy(GROUP, "my-vault", policy).await.unwrap();
    assert!(reader.get_secret("db").await.is_ok());
    let left = vaults.remove_access_policy(GROUP, "my-vault", READER).await.unwrap();
    assert_eq!(left.len(), 1);
    let refused = reader.get_secret("db").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ForbiddenByPolicy);
}
