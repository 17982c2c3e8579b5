//! azvault's client of secrets.

use std::sync::Arc;

use anyhow::Result;
use azure_core::{credentials::TokenCredential, http::Transport};
use azvault_core::transport::TransportOptions;
use azvault_secrets::SecretClient;
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};

use super::Contender;

#[derive(Clone)]
pub(crate) struct Ours(pub(crate) SecretClient);

impl Ours {
    /// With azvault's own transport.
    pub(crate) fn new(
        vault_url: &str,
        ca_pem: &str,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self> {
        let options = TransportOptions::default().no_proxy().trust_pem(ca_pem);
        let client = SecretClient::builder(vault_url)
            .credential(credential)
            .transport_options(options)
            .verify_challenge_resource(false) // localhost is not under vault.azure.net
            .build()?;
        Ok(Self(client))
    }

    pub(crate) fn over(
        vault_url: &str,
        transport: Transport,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self> {
        let client = SecretClient::builder(vault_url)
            .credential(credential)
            .transport(transport)
            .verify_challenge_resource(false) // localhost is not under vault.azure.net
            .build()?;
        Ok(Self(client))
    }
}

impl Contender for Ours {
    async fn get(&self, name: &str) -> Result<usize> {
        let secret = self.0.get_secret(name).await?;
        Ok(secret.value().expose().len())
    }

    fn names(&self) -> BoxStream<'static, Result<String>> {
        let secrets = self.0.list_secret_properties().map_err(anyhow::Error::from);
        secrets.map_ok(|secret| secret.name().to_owned()).boxed()
    }
}
