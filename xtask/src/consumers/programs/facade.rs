//! Makes a vault, keeps a secret in it and signs with a key of it, by `azvault` with every feature.

use std::error::Error;

use azvault::KeyVaultClient;
use azvault::keys::{SignatureAlgorithm::ES256, SignatureBytes};
use azvault::management::{KeyVaultManagementClient, VaultCreateOrUpdateParameters};
use azvault_emulator::Emulator;
use signature::AsyncSigner;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let management = KeyVaultManagementClient::builder(emulator.subscription_id())
        .endpoint(emulator.management_url())
        .credential(emulator.credential())
        .transport(emulator.transport())
        .build()?;
    management.resource_groups().create_or_update("my-rg", "eastus").await?;
    let parameters = VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id());
    let made = management.vaults().create_or_update("my-rg", "made-here", parameters).await?;
    assert_eq!(management.vaults().get("my-rg", "made-here").await?.vault_uri(), made.vault_uri());

    let url = emulator.vault_url("my-vault");
    let vaults =
        KeyVaultClient::builder(emulator.credential()).transport(emulator.transport()).build()?;
    vaults.secrets(&url)?.set_secret("my-secret", "correct horse battery staple").await?;
    let secret = vaults.get_secret(&url, "my-secret", "").await?;
    assert_eq!(secret.value().expose(), "correct horse battery staple");

    vaults.keys(&url)?.create_ec_key("my-key").await?;
    let crypto = vaults.keys(&url)?.cryptography_client("my-key")?;
    let signed: SignatureBytes = crypto.signer(ES256).sign_async(b"message").await?;
    assert_eq!(signed.as_bytes().len(), 64);
    assert!(crypto.verify_data(ES256, b"message", signed.clone()).await?.is_valid());
    assert!(!crypto.verify_data(ES256, b"another", signed).await?.is_valid());

    for request in &emulator.journal() {
        println!("User-Agent: {}", request.user_agent().unwrap_or_default());
    }
    Ok(())
}
