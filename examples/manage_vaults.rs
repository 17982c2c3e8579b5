//! Lists the vaults of a subscription and of a resource group, gets one, updates it and deletes it:
//! what the sample `key-vault-python-manage` does.
//!
//! `cargo run --example manage_vaults` runs it in this process. With `AZURE_SUBSCRIPTION_ID`,
//! `AZURE_TENANT_ID`, `AZURE_RESOURCE_GROUP` (one that exists), `KEY_VAULT_NAME` (a name that is
//! free) and the argument `--live` it runs in Azure as whoever `DefaultAzureCredential` finds. There
//! it makes a vault and **deletes it at the end**; the deleted vault keeps its name until it is
//! purged.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment")]

use std::error::Error;

use azvault_core::credentials::DefaultAzureCredential;
use azvault_emulator::Emulator;
use azvault_management::{
    AccessPolicyEntry, ErrorKind, KeyVaultManagementClient, SkuName, Vault,
    VaultCreateOrUpdateParameters,
};
use futures::TryStreamExt;

/// A principal that is to read secrets.
const READER: &str = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";

/// Where the vault is made.
struct Place {
    management: KeyVaultManagementClient,
    tenant_id: String,
    resource_group: String,
    vault_name: String,
    /// Kept running as long as it is used.
    _emulator: Option<Emulator>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Place { management, tenant_id, resource_group, vault_name, .. } = &find_place().await?;
    let vaults = management.vaults();

    // 1. Make a vault, and wait until its host name is known. It goes by access policies.
    println!("Create {vault_name} in {resource_group}");
    let parameters = VaultCreateOrUpdateParameters::new("eastus", tenant_id)
        .rbac_authorization(false)
        .tag("team", "payments");
    let vault = vaults.create_or_update(resource_group, vault_name, parameters).await?;
    describe(&vault);

    // 2. List them. A list fetches its pages as it is read, and can be left at any point.
    println!("\nThe vaults of the subscription");
    let mut list = vaults.list_by_subscription();
    while let Some(vault) = list.try_next().await? {
        println!("  {} in {}", vault.name(), vault.location());
    }
    println!("\nThe vaults of {resource_group}");
    let mut list = vaults.list_by_resource_group(resource_group);
    while let Some(vault) = list.try_next().await? {
        println!("  {} in {}", vault.name(), vault.location());
    }

    // 3. Update it: what is not named stays as it is.
    println!("\nUpdate {vault_name}");
    let update = vaults.update(resource_group, vault_name).sku(SkuName::Premium);
    update.tag("team", "orders").await?;
    // Policies have a call of their own, which adds what is missing and takes nothing away.
    let reader = AccessPolicyEntry::secrets_reader(tenant_id, READER);
    vaults.ensure_access_policy(resource_group, vault_name, reader).await?;

    // 4. Get it.
    describe(&vaults.get(resource_group, vault_name).await?);

    // 5. Delete it. It can be recovered for 90 days, and its name is taken until then.
    println!("\nDelete {vault_name}");
    vaults.delete(resource_group, vault_name).await?;
    match vaults.get(resource_group, vault_name).await {
        Err(error) if error.kind() == ErrorKind::NotFound => println!("  it is gone"),
        other => return Err(format!("expected it to be gone, got {other:?}").into()),
    }
    let name = vaults.check_name_availability(vault_name).await?;
    println!("  its name is free: {}", name.is_available());
    let mut deleted = vaults.list_deleted();
    while let Some(vault) = deleted.try_next().await? {
        if let Some(purged) = vault.scheduled_purge_on() {
            println!("  {} is purged on {}", vault.name(), purged.date());
        }
    }
    Ok(())
}

fn describe(vault: &Vault) {
    println!("  {}", vault.id());
    println!("  {}", vault.vault_uri());
    let tags: Vec<String> = vault.tags().map(|(name, value)| format!("{name}={value}")).collect();
    println!("  tier {}, tags {}", vault.sku(), tags.join(" "));
    for policy in vault.access_policies() {
        let secrets: Vec<String> =
            policy.secret_permissions().iter().map(ToString::to_string).collect();
        println!("  {} may do with secrets: {}", policy.object_id(), secrets.join(", "));
    }
}

/// The subscription that the environment names, if the caller agrees to it, or one in this process.
async fn find_place() -> Result<Place, Box<dyn Error>> {
    let Ok(subscription_id) = std::env::var("AZURE_SUBSCRIPTION_ID") else {
        if std::env::var("KEY_VAULT_NAME").is_ok() {
            return Err("KEY_VAULT_NAME is set, but not AZURE_SUBSCRIPTION_ID: set both, or none \
                        to run on the emulator"
                .into());
        }
        return in_process().await;
    };
    if !std::env::args().any(|argument| argument == "--live") {
        return Err(format!(
            "AZURE_SUBSCRIPTION_ID is {subscription_id}: this example makes and deletes a vault \
             there. Run it with `-- --live` if that is right, or unset it. Nothing was touched"
        )
        .into());
    }
    let var = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let place = Place {
        management: KeyVaultManagementClient::new(subscription_id, DefaultAzureCredential::new()?)?,
        tenant_id: var("AZURE_TENANT_ID")?,
        resource_group: var("AZURE_RESOURCE_GROUP")?,
        vault_name: var("KEY_VAULT_NAME")?,
        _emulator: None,
    };
    // The vault is made anew and deleted at the end, which must not befall one that is in use.
    let name = place.management.vaults().check_name_availability(&place.vault_name).await?;
    if !name.is_available() {
        return Err(format!(
            "KEY_VAULT_NAME is {}, which cannot be had ({}): choose a name that is free, since this \
             example deletes its vault. Nothing was touched",
            place.vault_name,
            name.message().unwrap_or("no reason is given")
        )
        .into());
    }
    Ok(place)
}

/// A subscription with a resource group and another vault in it.
async fn in_process() -> Result<Place, Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    let tenant_id = emulator.tenant_id().to_owned();
    for group in ["my-rg", "other-rg"] {
        management.resource_groups().create_or_update(group, "eastus").await?;
    }
    let other = VaultCreateOrUpdateParameters::new("westeurope", &tenant_id);
    management.vaults().create_or_update("other-rg", "other-vault", other).await?;
    Ok(Place {
        management,
        tenant_id,
        resource_group: "my-rg".to_owned(),
        vault_name: "my-vault".to_owned(),
        _emulator: Some(emulator),
    })
}
