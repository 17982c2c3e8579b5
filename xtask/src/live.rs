//! `cargo xtask live`: the quick starts against a vault on Azure.

use anyhow::{Result, bail};

use crate::process::{cargo, run as go};

const HOW: &str = "\
KEY_VAULT_NAME is not set, so there is no vault to run against. Set

  KEY_VAULT_NAME   the vault's name: my-vault for https://my-vault.vault.azure.net

and be signed in by any way DefaultAzureCredential knows: `az login`, or AZURE_TENANT_ID,
AZURE_CLIENT_ID and AZURE_CLIENT_SECRET, or a managed identity. The identity needs every key
and secret permission (the Key Vault Crypto Officer and Secrets Officer roles), `purge` included.

Use a vault that holds nothing else: this creates, changes, deletes and purges keys and secrets in it.";

/// Runs both, or says what to set and fails.
pub(crate) fn run() -> Result<()> {
    let Ok(vault) = std::env::var("KEY_VAULT_NAME") else { bail!(HOW) };
    if vault.trim().is_empty() {
        bail!(HOW);
    }
    println!("vault `{vault}`: keys and secrets WILL be created in it and purged from it");
    for example in ["keys_quickstart", "secrets_quickstart"] {
        go(&mut cargo(&["run", "--example", example, "--", "--live"])?)?;
    }
    Ok(())
}
