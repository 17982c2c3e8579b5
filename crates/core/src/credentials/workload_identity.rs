//! A workload in Kubernetes, by the token that is put into a file for it.

use std::{
    fmt,
    io::{self, ErrorKind as IoKind},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::{
    Credential, Surroundings, Unavailable,
    request::wanted,
    token_endpoint::{ASSERTION_TYPE, TokenEndpoint},
};
use crate::{Error, ErrorKind, Result};

/// Authenticates a workload by a federated token from a file, which is read for each request,
/// since Kubernetes replaces it.
///
/// Source: [Workload identity](https://azure.github.io/azure-workload-identity/docs/).
pub struct WorkloadIdentityCredential {
    configured: Result<(TokenEndpoint, PathBuf), Unavailable>,
}

/// A token is a few KiB; this is far more than any.
const MAX_TOKEN: u64 = 64 * 1024;

impl WorkloadIdentityCredential {
    /// A credential from `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_FEDERATED_TOKEN_FILE`;
    /// without them it is [`Unavailable`].
    ///
    /// # Errors
    /// `InvalidInput` if an id has other characters than ids have.
    pub fn from_env(surroundings: Surroundings) -> Result<Self> {
        let (Some(tenant), Some(client), Some(file)) = (
            surroundings.var("AZURE_TENANT_ID"),
            surroundings.var("AZURE_CLIENT_ID"),
            surroundings.var("AZURE_FEDERATED_TOKEN_FILE"),
        ) else {
            return Ok(Self {
                configured: Err(Unavailable::new(
                    "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE are not all set",
                )),
            });
        };
        let endpoint = TokenEndpoint::new(tenant, client, surroundings)?;
        Ok(Self { configured: Ok((endpoint, PathBuf::from(file))) })
    }
}

#[async_trait]
impl TokenCredential for WorkloadIdentityCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let (endpoint, file) = self.configured.as_ref().map_err(|u| u.clone().into_azure())?;
        let (tenant, claims) = wanted(options.as_ref());
        let assertion =
            endpoint.surroundings().read(file, MAX_TOKEN).await.map_err(|e| unread(file, e))?;
        let assertion = std::str::from_utf8(assertion.expose())
            .map_err(|_| unread(file, IoKind::InvalidData.into()))?;
        let proof =
            [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.trim())];
        endpoint.request(scopes, tenant, claims, &proof).await.map_err(Error::into_azure)
    }
}

fn unread(file: &Path, error: io::Error) -> azure_core::Error {
    let file = file.display();
    let message = format!("AZURE_FEDERATED_TOKEN_FILE names {file}, which cannot be read");
    Error::new(ErrorKind::Authentication, message).with_source(error).into_azure()
}

impl fmt::Debug for WorkloadIdentityCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WorkloadIdentityCredential { .. }")
    }
}

impl From<WorkloadIdentityCredential> for Credential {
    fn from(credential: WorkloadIdentityCredential) -> Self {
        Arc::new(credential).into()
    }
}
