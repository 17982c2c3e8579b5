//! The official crate, `azure_security_keyvault_secrets`.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use azure_core::{
    credentials::TokenCredential,
    http::{ClientOptions, Transport},
};
use azure_security_keyvault_secrets::{SecretClient, SecretClientOptions};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};

use super::{Contender, name_in};

#[derive(Clone)]
pub(crate) struct Official(pub(crate) Arc<SecretClient>);

impl Official {
    pub(crate) fn over(
        vault_url: &str,
        transport: Transport,
        credential: Arc<dyn TokenCredential>,
    ) -> Result<Self> {
        let options = SecretClientOptions {
            client_options: ClientOptions { transport: Some(transport), ..Default::default() },
            verify_challenge_resource: Some(false), // localhost is not under vault.azure.net
            ..Default::default()
        };
        let client = SecretClient::new(vault_url, credential, Some(options))?;
        Ok(Self(Arc::new(client)))
    }
}

impl Contender for Official {
    async fn get(&self, name: &str) -> Result<usize> {
        let secret = self.0.get_secret(name, None).await?.into_model()?;
        Ok(secret.value.context("the secret has no value")?.len())
    }

    fn names(&self) -> BoxStream<'static, Result<String>> {
        let pager = match self.0.list_secret_properties(None) {
            Ok(pager) => pager,
            Err(error) => return futures::stream::once(async { Err(error.into()) }).boxed(),
        };
        let ids = pager
            .map_err(anyhow::Error::from)
            .and_then(async |secret| name_in(&secret.id.context("the secret has no identifier")?));
        ids.boxed()
    }
}
