//! What one would write with reqwest alone: the same request, the same models, and nothing else.

use anyhow::Result;
use azvault_secrets::{SecretBundle, SecretProperties};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
use serde::{Deserialize, de::DeserializeOwned};

use super::Contender;

const API_VERSION: &str = "2026-04-01";
const SDK: &str = concat!("azvault-rust/", env!("CARGO_PKG_VERSION"));

#[derive(Clone)]
pub(crate) struct Raw {
    client: reqwest::Client,
    vault_url: String,
    token: String,
    user_agent: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    value: Vec<SecretProperties>,
    next_link: Option<String>,
}

impl Raw {
    pub(crate) fn new(client: reqwest::Client, vault_url: &str, token: String) -> Self {
        let user_agent = format!("{SDK} ({}; {})", std::env::consts::OS, std::env::consts::ARCH);
        Self { client, vault_url: vault_url.to_owned(), token, user_agent }
    }

    pub(crate) async fn secret(&self, name: &str) -> Result<SecretBundle> {
        self.json(&format!("{}/secrets/{name}?api-version={API_VERSION}", self.vault_url)).await
    }

    async fn json<T: DeserializeOwned>(&self, url: &str) -> Result<T> {
        // Not `bearer_auth`: that keeps HTTP/2 from compressing the header, which the others do.
        let response = self
            .client
            .get(url)
            .header("accept", "application/json")
            .header("user-agent", &self.user_agent)
            .header("x-ms-client-request-id", uuid::Uuid::new_v4().to_string())
            .header("authorization", format!("Bearer {}", self.token))
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }
}

impl Raw {
    /// A signature by the service, in the form that it gives.
    pub(crate) async fn sign(&self, key: &str, alg: &str, digest: &[u8]) -> Result<Vec<u8>> {
        #[derive(Deserialize)]
        struct Signed {
            value: String,
        }

        let url = format!("{}/keys/{key}/sign?api-version={API_VERSION}", self.vault_url);
        let value = URL_SAFE_NO_PAD.encode(digest);
        let response = self
            .client
            .post(url)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("user-agent", &self.user_agent)
            .header("x-ms-client-request-id", uuid::Uuid::new_v4().to_string())
            .header("authorization", format!("Bearer {}", self.token))
            .body(serde_json::to_vec(&serde_json::json!({ "alg": alg, "value": value }))?)
            .send()
            .await?
            .error_for_status()?;
        let signed: Signed = serde_json::from_slice(&response.bytes().await?)?;
        Ok(URL_SAFE_NO_PAD.decode(signed.value)?)
    }
}

impl Contender for Raw {
    async fn get(&self, name: &str) -> Result<usize> {
        Ok(self.secret(name).await?.value().expose().len())
    }

    fn names(&self) -> BoxStream<'static, Result<String>> {
        let first = format!("{}/secrets?api-version={API_VERSION}", self.vault_url);
        let pages =
            futures::stream::try_unfold((self.clone(), Some(first)), |(raw, next)| async move {
                let Some(url) = next else { return anyhow::Ok(None) };
                let page: Page = raw.json(&url).await?;
                Ok(Some((page.value, (raw, page.next_link))))
            });
        let secrets = pages.map_ok(|page| futures::stream::iter(page).map(Ok)).try_flatten();
        secrets.map_ok(|secret| secret.name().to_owned()).boxed()
    }
}
