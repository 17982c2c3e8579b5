//! One client over many vaults, with tokens from a callback: how the old single-client libraries
//! worked, for programs that name a vault with each call.
//!
//! `cargo run --example legacy_client` runs it on two vaults in this process. With
//! `KEY_VAULT_NAME=my-vault` it reads the key and the secret called `legacy-client` from that vault
//! in Azure as the service principal of `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
//! `AZURE_CLIENT_SECRET`; it makes and deletes nothing there.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]
#![expect(clippy::disallowed_methods, reason = "an example may read the environment")]

use std::error::Error;

use azvault::{CallbackCredential, ClientSecretCredential, KeyVaultClient};
use azvault_core::credentials::{Env, Surroundings};
use azvault_emulator::Emulator;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    match std::env::var("KEY_VAULT_NAME") {
        Ok(vault) => on_azure(&format!("https://{vault}.vault.azure.net")).await,
        Err(_) => on_the_emulator().await,
    }
}

async fn on_the_emulator() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start().await?;
    let urls = [emulator.vault_url("vault-a"), emulator.vault_url("vault-b")];

    // 1. The callback is told what the vault's challenge names, and gives a token, or a
    //    (token_type, token) pair. It is called once for what vaults have in common.
    let source = emulator.credential();
    let credential = CallbackCredential::new(move |challenge| {
        let source = source.clone();
        async move {
            println!("  the callback is asked for a token");
            println!("    authority {}", challenge.authority());
            println!("    resource  {}", challenge.resource());
            println!("    scope     {}", challenge.scope());
            let token = source.get_token(&[challenge.scope()], None).await?;
            Ok::<_, azure_core::Error>(("Bearer", token.token.secret().to_owned()))
        }
    });
    let vaults = KeyVaultClient::builder(credential).transport(emulator.transport()).build()?;

    // 2. Something to read, in each vault.
    for url in &urls {
        println!("\nPut a key and a secret into {url}");
        vaults.keys(url)?.create_ec_key("legacy-client").await?;
        vaults.secrets(url)?.set_secret("legacy-client", format!("of {url}")).await?;
    }

    // 3. The calls of the old clients: vault, name, version. An empty version is the latest.
    for url in &urls {
        println!("\nRead them back from {url}");
        read(&vaults, url).await?;
    }

    // 4. The same as a service principal, by its secret. The emulator takes any.
    println!("\nRead as a service principal");
    let around = Surroundings::default()
        .env(Env::from_pairs([("AZURE_AUTHORITY_HOST", emulator.authority())]))
        .transport(emulator.transport());
    let principal = ClientSecretCredential::with_surroundings(
        emulator.tenant_id(),
        "my-client-id",
        "my-client-secret",
        around,
    )?;
    let vaults = KeyVaultClient::builder(principal).transport(emulator.transport()).build()?;
    read(&vaults, &urls[0]).await
}

async fn on_azure(url: &str) -> Result<(), Box<dyn Error>> {
    let var = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let principal = ClientSecretCredential::new(
        var("AZURE_TENANT_ID")?,
        var("AZURE_CLIENT_ID")?,
        var("AZURE_CLIENT_SECRET")?,
    )?;
    println!("Read from {url} as a service principal");
    read(&KeyVaultClient::new(principal)?, url).await
}

async fn read(vaults: &KeyVaultClient, url: &str) -> Result<(), Box<dyn Error>> {
    let key = vaults.get_key(url, "legacy-client", "").await?.into_jwk();
    println!("  key    {} {}", key.key_type(), key.kid().unwrap_or_default());
    let secret = vaults.get_secret(url, "legacy-client", "").await?;
    println!("  secret {} {:?}", secret.id(), secret.value());
    // By identifier: the vault, the name and the version are all in it.
    let same = vaults.get_secret_by_id(&secret.id().to_string()).await?;
    println!("  the same by its id: {}", same.value().expose() == secret.value().expose());
    Ok(())
}
