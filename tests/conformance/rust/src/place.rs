//! Where the emulator is, as the variables say.

use std::sync::Arc;

use anyhow::{Context, Result};
use azure_core::credentials::{Secret, TokenCredential};
use azure_identity::ClientSecretCredential;
use azure_security_keyvault_keys::KeyClient;
use azure_security_keyvault_secrets::SecretClient;

pub struct Place {
    pub proxy: bool,
    suffix: String,
    pub management: String,
    pub tenant: String,
    pub client: String,
    pub secret: String,
}

impl Place {
    pub fn of_environment() -> Result<Self> {
        let value = |name: &str| std::env::var(name).with_context(|| name.to_owned());
        Ok(Self {
            proxy: value("MODE")? == "proxy",
            suffix: value("VAULT_SUFFIX")?,
            management: value("MANAGEMENT_URL")?.trim_end_matches('/').to_owned(),
            tenant: value("AZURE_TENANT_ID")?,
            client: value("AZURE_CLIENT_ID")?,
            secret: value("AZURE_CLIENT_SECRET")?,
        })
    }

    /// The URL of a vault of names.txt.
    pub fn vault(&self, name: &str) -> String {
        format!("https://{name}{}", self.suffix)
    }

    /// The URL of a managed HSM.
    pub fn pool(&self, name: &str) -> String {
        self.vault(name).replacen(".vault.", ".managedhsm.", 1)
    }

    /// What a token of the vaults is asked for.
    pub fn scope(&self) -> String {
        format!("https://{}/.default", self.suffix.trim_start_matches('.'))
    }

    /// What the areas beside identity are called with. It needs no option in either mode: this client has no
    /// instance discovery, and takes its authority from `AZURE_AUTHORITY_HOST`.
    pub fn credential(&self) -> Result<Arc<dyn TokenCredential>> {
        let secret = Secret::new(self.secret.clone());
        Ok(ClientSecretCredential::new(&self.tenant, self.client.clone(), secret, None)?)
    }

    pub fn keys(&self, url: &str) -> Result<KeyClient> {
        Ok(KeyClient::new(url, self.credential()?, None)?)
    }

    pub fn secrets(&self, url: &str) -> Result<SecretClient> {
        Ok(SecretClient::new(url, self.credential()?, None)?)
    }
}
