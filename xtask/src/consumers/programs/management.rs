//! Makes a vault with access policies, by `azvault-management` alone.

use std::error::Error;

use azvault_emulator::Emulator;
use azvault_management::{
    AccessPolicyEntry, KeyPermission, KeyVaultManagementClient, SecretPermission, SkuName,
    VaultCreateOrUpdateParameters,
};

const SOMEBODY: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let client = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    client.resource_groups().create_or_update("my-rg", "eastus").await?;

    let policy = AccessPolicyEntry::new(emulator.tenant_id(), SOMEBODY)
        .keys([KeyPermission::Get, KeyPermission::Sign])
        .secrets([SecretPermission::Get]);
    let parameters = VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id())
        .sku(SkuName::Standard)
        .access_policy(policy);
    client.vaults().create_or_update("my-rg", "my-vault", parameters).await?;

    let vault = client.vaults().get("my-rg", "my-vault").await?;
    assert_eq!(vault.name(), "my-vault");
    assert!(!vault.rbac_authorization());
    let [policy] = vault.access_policies() else {
        return Err("the vault has not the one policy that it was made with".into());
    };
    assert_eq!(policy.object_id(), SOMEBODY);
    assert_eq!(policy.key_permissions(), [KeyPermission::Get, KeyPermission::Sign]);
    assert_eq!(policy.secret_permissions(), [SecretPermission::Get]);

    let journal = emulator.journal();
    assert!(journal.iter().any(|request| request.operation() == Some("Vaults_CreateOrUpdate")));
    for request in &journal {
        println!("User-Agent: {}", request.user_agent().unwrap_or_default());
    }
    Ok(())
}
