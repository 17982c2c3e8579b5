//! A service principal that environment variables describe.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

use super::{ClientSecretCredential, Credential, Surroundings, Unavailable};
use crate::{Error, Result};

/// Authenticates the service principal that `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
/// `AZURE_CLIENT_SECRET` describe. `AZURE_AUTHORITY_HOST` names another cloud's authority.
///
/// # Examples
/// ```
/// use azvault_core::credentials::{EnvironmentCredential, Env, Surroundings};
///
/// let env = Env::from_pairs([
///     ("AZURE_TENANT_ID", "my-tenant"),
///     ("AZURE_CLIENT_ID", "my-client-id"),
///     ("AZURE_CLIENT_SECRET", "my-secret"),
/// ]);
/// let credential = EnvironmentCredential::new(Surroundings::default().env(env))?;
/// # let _ = credential;
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub struct EnvironmentCredential {
    configured: Result<ClientSecretCredential, Unavailable>,
}

impl EnvironmentCredential {
    /// A credential from the environment; without the variables it is [`Unavailable`].
    ///
    /// # Errors
    /// `InvalidInput` if a variable has a value that cannot be one, or asks for a client
    /// certificate, which this version does not offer.
    pub fn new(surroundings: Surroundings) -> Result<Self> {
        let var = |name| surroundings.var(name);
        let (Some(tenant), Some(client)) = (var("AZURE_TENANT_ID"), var("AZURE_CLIENT_ID")) else {
            return Ok(Self {
                configured: Err(Unavailable::new(
                    "AZURE_TENANT_ID and AZURE_CLIENT_ID are not both set",
                )),
            });
        };
        if let Some(secret) = var("AZURE_CLIENT_SECRET") {
            let credential =
                ClientSecretCredential::with_surroundings(tenant, client, secret, surroundings)?;
            return Ok(Self { configured: Ok(credential) });
        }
        if var("AZURE_CLIENT_CERTIFICATE_PATH").is_some() {
            // Passing over it would mean to go on as somebody else.
            return Err(Error::invalid_input(
                "AZURE_CLIENT_CERTIFICATE_PATH is set, but client certificates are not supported yet: set AZURE_CLIENT_SECRET, or give the client an azure_identity ClientCertificateCredential",
            ));
        }
        Ok(Self {
            configured: Err(Unavailable::new(
                "AZURE_CLIENT_SECRET is not set, nor is AZURE_CLIENT_CERTIFICATE_PATH",
            )),
        })
    }
}

#[async_trait]
impl TokenCredential for EnvironmentCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        match &self.configured {
            Ok(credential) => credential.get_token(scopes, options).await,
            Err(unavailable) => Err(unavailable.clone().into_azure()),
        }
    }
}

impl fmt::Debug for EnvironmentCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnvironmentCredential { .. }")
    }
}

impl From<EnvironmentCredential> for Credential {
    fn from(credential: EnvironmentCredential) -> Self {
        Arc::new(credential).into()
    }
}
