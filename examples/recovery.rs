//! Soft-deletes a vault, a key and a secret, recovers them, purges them, and meets purge protection.
//!
//! `cargo run --example recovery` runs it in this process. It is not for Azure: what it shows ends
//! with a vault that nobody can purge for 90 days.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment")]

use std::error::Error;

use azvault_emulator::Emulator;
use azvault_keys::KeyClient;
use azvault_management::{
    AccessPolicyEntry, CreateMode, KeyPermission, KeyVaultManagementClient, SecretPermission,
    VaultCreateOrUpdateParameters,
};
use azvault_secrets::SecretClient;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    if std::env::var("KEY_VAULT_NAME").is_ok() {
        return Err(
            "KEY_VAULT_NAME is set, but this example does not run in Azure: it would leave a \
                    vault there that nobody can purge. Unset it to run on the emulator"
                .into(),
        );
    }
    let emulator = Emulator::start().await?;
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    management.resource_groups().create_or_update("my-rg", "eastus").await?;
    let vaults = management.vaults();

    // Purging is named besides `All`, which does not include it.
    let policy = AccessPolicyEntry::new(emulator.tenant_id(), emulator.default_principal().oid())
        .keys([KeyPermission::All, KeyPermission::Purge])
        .secrets([SecretPermission::All, SecretPermission::Purge]);
    let parameters = || VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());

    // 1. A vault with a key and a secret in it.
    let vault = vaults
        .create_or_update("my-rg", "my-vault", parameters().access_policy(policy.clone()))
        .await?;
    println!("A vault with a key and a secret: {}", vault.vault_uri());
    let keys = KeyClient::builder(vault.vault_uri())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    let secrets = SecretClient::builder(vault.vault_uri())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    keys.create_ec_key("my-key").await?;
    secrets.set_secret("my-secret", "correct horse battery staple").await?;

    // 2. A key and a secret, deleted and recovered.
    println!("\nDelete and recover the key and the secret");
    keys.begin_delete_key("my-key").await?.wait().await?;
    secrets.begin_delete_secret("my-secret").await?.wait().await?;
    let key = keys.begin_recover_deleted_key("my-key").await?.wait().await?;
    let secret = secrets.begin_recover_deleted_secret("my-secret").await?.wait().await?;
    println!("  back: {}\n  back: {}", key.id(), secret.id());

    // 3. The whole vault, deleted and recovered: what was in it comes back with it.
    println!("\nDelete the vault");
    vaults.delete("my-rg", "my-vault").await?;
    for deleted in vaults.list_deleted().try_collect().await? {
        println!("  deleted: {} in {}", deleted.name(), deleted.location());
    }
    println!("Recover the vault");
    let recover = parameters().create_mode(CreateMode::Recover);
    let vault = vaults.create_or_update("my-rg", "my-vault", recover).await?;
    println!("  back, with {} access policy", vault.access_policies().len());
    println!("  with its key {}", keys.get_key("my-key").await?.name());
    println!("  with its secret {}", secrets.get_secret("my-secret").await?.name());

    // 4. Purged, each for good: a key, a secret, and the vault.
    println!("\nDelete and purge the key, the secret and the vault");
    keys.begin_delete_key("my-key").await?.wait().await?;
    keys.purge_deleted_key("my-key").await?;
    secrets.begin_delete_secret("my-secret").await?.wait().await?;
    secrets.purge_deleted_secret("my-secret").await?;
    vaults.delete("my-rg", "my-vault").await?;
    vaults.begin_purge_deleted("eastus", "my-vault").await?.wait().await?;
    let free = vaults.check_name_availability("my-vault").await?.is_available();
    println!("  gone for good; the vault's name is free: {free}");

    // 5. Purge protection: nobody can purge before the retention ends.
    println!("\nThe same with purge protection, and a retention of 7 days");
    let protected = parameters().access_policy(policy).purge_protection().retention_days(7);
    vaults.create_or_update("my-rg", "my-vault", protected).await?;
    secrets.set_secret("my-secret", "correct horse battery staple").await?;
    secrets.begin_delete_secret("my-secret").await?.wait().await?;
    match secrets.purge_deleted_secret("my-secret").await {
        Err(error) => println!("  the secret: {error}"),
        Ok(()) => return Err("expected a refusal".into()),
    }
    vaults.delete("my-rg", "my-vault").await?;
    match vaults.begin_purge_deleted("eastus", "my-vault").await {
        Err(error) => println!("  the vault: {error}"),
        Ok(_) => return Err("expected a refusal".into()),
    }
    Ok(())
}
