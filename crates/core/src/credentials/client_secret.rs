//! A service principal by its secret.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::{Credential, Surroundings, request::wanted, token_endpoint::TokenEndpoint};
use crate::{Error, Result, SecretValue};

/// Authenticates a service principal by a client secret.
///
/// Unlike azure_identity's it can request tokens for the tenant and the claims that a vault's
/// challenge names.
///
/// Source: [Client credentials grant](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
///
/// # Examples
/// ```
/// use azvault_core::credentials::ClientSecretCredential;
///
/// let credential = ClientSecretCredential::new("my-tenant", "my-client-id", "my-secret")?;
/// assert!(!format!("{credential:?}").contains("my-secret"));
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub struct ClientSecretCredential {
    endpoint: TokenEndpoint,
    secret: SecretValue,
}

impl ClientSecretCredential {
    /// A credential at the authority that `AZURE_AUTHORITY_HOST` names, else the public cloud's.
    ///
    /// # Errors
    /// `InvalidInput` if an id has other characters than ids have, or the secret is empty.
    pub fn new(
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        secret: impl Into<SecretValue>,
    ) -> Result<Self> {
        Self::with_surroundings(tenant_id, client_id, secret, Surroundings::default())
    }

    /// The same with another transport, clock or environment.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_surroundings(
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        secret: impl Into<SecretValue>,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let secret = secret.into();
        if secret.expose().is_empty() {
            return Err(Error::invalid_input("the client secret is empty"));
        }
        let endpoint = TokenEndpoint::new(tenant_id.into(), client_id.into(), surroundings)?;
        Ok(Self { endpoint, secret })
    }
}

#[async_trait]
impl TokenCredential for ClientSecretCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let (tenant, claims) = wanted(options.as_ref());
        let proof = [("client_secret", self.secret.expose())];
        self.endpoint.request(scopes, tenant, claims, &proof).await.map_err(Error::into_azure)
    }
}

impl fmt::Debug for ClientSecretCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecretCredential { .. }")
    }
}

impl From<ClientSecretCredential> for Credential {
    fn from(credential: ClientSecretCredential) -> Self {
        Arc::new(credential).into()
    }
}
