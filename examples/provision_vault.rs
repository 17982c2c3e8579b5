//! Provisions a vault with access policies, uses it as the principal that they name, and shows what
//! another principal is told.
//!
//! `cargo run --example provision_vault` runs it in this process. With `AZURE_SUBSCRIPTION_ID`,
//! `AZURE_TENANT_ID`, `AZURE_RESOURCE_GROUP`, `KEY_VAULT_NAME` (a name that is free) and
//! `AZURE_PRINCIPAL_ID` (your own object id), and the argument `--live`, it runs in Azure as whoever
//! `DefaultAzureCredential` finds. There it makes the vault in an existing resource group, and
//! **deletes it at the end**; the deleted vault keeps its name until it is purged.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment")]

use std::error::Error;

use azvault_core::{Credential, ErrorKind, credentials::DefaultAzureCredential};
use azvault_emulator::{Emulator, Principal};
use azvault_keys::KeyClient;
use azvault_management::{
    AccessPolicyEntry, KeyPermission, KeyVaultManagementClient, SecretPermission, SkuName, Vault,
    VaultCreateOrUpdateParameters,
};
use azvault_secrets::SecretClient;

/// Where the vault is made, and for whom.
struct Place {
    management: KeyVaultManagementClient,
    tenant_id: String,
    resource_group: String,
    vault_name: String,
    /// Whom the policies permit what the example does.
    object_id: String,
    credential: Credential,
    emulator: Option<Emulator>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let place = find_place().await?;

    // 1. What the principal may do. `All` is every permission but `Purge`, which must be named.
    let policy = AccessPolicyEntry::new(&place.tenant_id, &place.object_id)
        .keys([KeyPermission::All])
        .secrets([SecretPermission::All]);

    // 2. The vault. Giving policies also says that it goes by them: since API version 2026-02-01 a
    //    vault that is not told so goes by Azure roles, and ignores its policies.
    println!("Create the vault '{}' in '{}'", place.vault_name, place.resource_group);
    let parameters = VaultCreateOrUpdateParameters::new("eastus", &place.tenant_id)
        .sku(SkuName::Standard)
        .access_policy(policy)
        .tag("made-by", "provision_vault");
    let vaults = place.management.vaults();
    let vault =
        vaults.create_or_update(&place.resource_group, &place.vault_name, parameters).await?;
    describe(&vault);

    // 3. Use it, as the principal that the policy names.
    println!("\nUse it as {}", place.object_id);
    let keys = keys(&place, &vault, place.credential.clone())?;
    let key = keys.create_ec_key("my-key").await?;
    println!("  created the key {}", key.id());
    let secrets = secrets(&place, &vault)?;
    let secret = secrets.set_secret("my-secret", "correct horse battery staple").await?;
    println!("  set the secret {}", secret.id());

    // 4. Another principal is refused, and told who lacks what.
    if let Some(emulator) = &place.emulator {
        let stranger = Principal::new("9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90");
        println!("\nUse it as {}", stranger.oid());
        let keys = self::keys(&place, &vault, emulator.credential_for(stranger).into())?;
        match keys.get_key("my-key").await {
            Err(error) if error.kind() == ErrorKind::ForbiddenByPolicy => {
                println!("  refused: {error}");
                println!("  way out: {}", error.explain().unwrap_or("none is known"));
            }
            other => return Err(format!("expected a refusal, got {other:?}").into()),
        }
    }

    // 5. Nothing is left behind but a deleted vault, which can be recovered for 90 days.
    println!("\nDelete the vault");
    vaults.delete(&place.resource_group, &place.vault_name).await?;
    let deleted = vaults.get_deleted(vault.location(), &place.vault_name).await?;
    if let Some(at) = deleted.scheduled_purge_on() {
        println!("  it will be purged on {}", at.date());
    }
    Ok(())
}

fn describe(vault: &Vault) {
    println!("  {}", vault.vault_uri());
    println!(
        "  tier {}, goes by {}",
        vault.sku(),
        match vault.rbac_authorization() {
            true => "Azure roles",
            false => "access policies",
        }
    );
    for policy in vault.access_policies() {
        let words = |permissions: Vec<String>| permissions.join(", ");
        let keys = policy.key_permissions().iter().map(ToString::to_string).collect();
        let secrets = policy.secret_permissions().iter().map(ToString::to_string).collect();
        println!("  {}: keys {}; secrets {}", policy.object_id(), words(keys), words(secrets));
    }
}

fn keys(place: &Place, vault: &Vault, credential: Credential) -> azvault_core::Result<KeyClient> {
    let builder = KeyClient::builder(vault.vault_uri()).credential(credential);
    match &place.emulator {
        Some(emulator) => builder.transport(emulator.transport()).build(),
        None => builder.build(),
    }
}

fn secrets(place: &Place, vault: &Vault) -> azvault_core::Result<SecretClient> {
    let builder = SecretClient::builder(vault.vault_uri()).credential(&place.credential);
    match &place.emulator {
        Some(emulator) => builder.transport(emulator.transport()).build(),
        None => builder.build(),
    }
}

/// The subscription that the environment names, if the caller agrees to it, or one in this process.
async fn find_place() -> Result<Place, Box<dyn Error>> {
    let Ok(subscription_id) = std::env::var("AZURE_SUBSCRIPTION_ID") else {
        if std::env::var("KEY_VAULT_NAME").is_ok() {
            return Err(
                "KEY_VAULT_NAME is set, but not AZURE_SUBSCRIPTION_ID: set both, or none to \
                        run on the emulator"
                    .into(),
            );
        }
        return in_process().await;
    };
    if !std::env::args().any(|argument| argument == "--live") {
        return Err(format!(
            "AZURE_SUBSCRIPTION_ID is {subscription_id}: this example makes and deletes a vault there. \
             Run it with `-- --live` if that is right, or unset it. Nothing was touched"
        )
        .into());
    }
    let var = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let credential = Credential::from(DefaultAzureCredential::new()?);
    Ok(Place {
        management: KeyVaultManagementClient::builder(subscription_id)
            .credential(&credential)
            .build()?,
        tenant_id: var("AZURE_TENANT_ID")?,
        resource_group: var("AZURE_RESOURCE_GROUP")?,
        vault_name: var("KEY_VAULT_NAME")?,
        object_id: var("AZURE_PRINCIPAL_ID")?,
        credential,
        emulator: None,
    })
}

async fn in_process() -> Result<Place, Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    management.resource_groups().create_or_update("my-rg", "eastus").await?;
    Ok(Place {
        management,
        tenant_id: emulator.tenant_id().to_owned(),
        resource_group: "my-rg".to_owned(),
        vault_name: "my-vault".to_owned(),
        object_id: emulator.default_principal().oid().to_owned(),
        credential: emulator.credential().into(),
        emulator: Some(emulator),
    })
}
