//! `cargo xtask live`: the quick start and the live suite against a vault on Azure.

use anyhow::{Result, bail};

use crate::process::{cargo, run as go};

const HOW: &str = "\
KEY_VAULT_NAME is not set, so there is no vault to run against. Set

  KEY_VAULT_NAME   the vault's name: my-vault for https://my-vault.vault.azure.net

and be signed in by any way DefaultAzureCredential knows: `az login`, or AZURE_TENANT_ID,
AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or a managed identity. The identity needs every key
permission (the Key Vault Crypto Officer role); purging needs `purge` as well.

Use a vault that holds nothing else: this creates, changes and deletes keys in it.";

/// Runs both, or says what to set and fails.
pub(crate) fn run() -> Result<()> {
    let Ok(vault) = std::env::var("KEY_VAULT_NAME") else { bail!(HOW) };
    if vault.trim().is_empty() {
        bail!(HOW);
    }
    println!("vault `{vault}`: keys WILL be created in it and deleted from it");
    go(&mut cargo(&["run", "--example", "keys_quickstart"])?)?;
    go(cargo(&["test", "-p", "azvault-tests"])?.env("AZVAULT_LIVE", "1"))
}
