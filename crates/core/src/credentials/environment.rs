//! A service principal that environment variables describe.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};

#[cfg(feature = "client-certificate")]
use super::{ClientCertificate, ClientCertificateCredential};
use super::{ClientSecretCredential, Credential, Surroundings, Unavailable};
use crate::Result;

/// Authenticates the service principal that environment variables describe, in this order:
///
/// 1. by a secret: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET`;
/// 2. by a certificate: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and `AZURE_CLIENT_CERTIFICATE_PATH`,
///    a PEM or PFX file, with `AZURE_CLIENT_CERTIFICATE_PASSWORD` if it is encrypted.
///    `AZURE_CLIENT_SEND_CERTIFICATE_CHAIN` set to `true` or `1` sends the certificate's issuers
///    along. Needs the feature `client-certificate`, which is on by default.
///
/// `AZURE_AUTHORITY_HOST` names another cloud's authority.
///
/// Source: [Environment variables](https://learn.microsoft.com/dotnet/api/azure.identity.environmentcredential).
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
    configured: Result<Arc<dyn TokenCredential>, Unavailable>,
}

impl EnvironmentCredential {
    /// A credential from the environment; without the variables it is [`Unavailable`].
    ///
    /// # Errors
    /// `InvalidInput` if a variable has a value that cannot be one, or asks for a client
    /// certificate and the feature `client-certificate` is off.
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
            return Ok(Self { configured: Ok(Arc::new(credential)) });
        }
        if let Some(path) = var("AZURE_CLIENT_CERTIFICATE_PATH") {
            return Ok(Self {
                configured: Ok(by_certificate(tenant, client, path, surroundings)?),
            });
        }
        Ok(Self {
            configured: Err(Unavailable::new(
                "AZURE_CLIENT_SECRET is not set, nor is AZURE_CLIENT_CERTIFICATE_PATH",
            )),
        })
    }
}

#[cfg(feature = "client-certificate")]
fn by_certificate(
    tenant: String,
    client: String,
    path: String,
    surroundings: Surroundings,
) -> Result<Arc<dyn TokenCredential>> {
    let chain = surroundings.var("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN").unwrap_or_default();
    let mut certificate = ClientCertificate::from_file(path)
        .send_chain(chain == "1" || chain.eq_ignore_ascii_case("true"));
    if let Some(password) = surroundings.var("AZURE_CLIENT_CERTIFICATE_PASSWORD") {
        certificate = certificate.password(password);
    }
    let credential =
        ClientCertificateCredential::with_surroundings(tenant, client, certificate, surroundings)?;
    Ok(Arc::new(credential))
}

/// Passing over it would mean to go on as somebody else.
#[cfg(not(feature = "client-certificate"))]
fn by_certificate(
    _tenant: String,
    _client: String,
    _path: String,
    _surroundings: Surroundings,
) -> Result<Arc<dyn TokenCredential>> {
    Err(crate::Error::invalid_input(
        "AZURE_CLIENT_CERTIFICATE_PATH is set, but this program was built without the feature 'client-certificate' of azvault-core: turn it on, or set AZURE_CLIENT_SECRET",
    ))
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

#[cfg(all(test, not(feature = "client-certificate")))]
mod tests {
    use super::*;
    use crate::credentials::Env;

    #[tokio::test]
    async fn a_certificate_without_its_feature_is_refused_by_name() {
        let env = Env::from_pairs([
            ("AZURE_TENANT_ID", "my-tenant"),
            ("AZURE_CLIENT_ID", "my-client"),
            ("AZURE_CLIENT_CERTIFICATE_PATH", "/certificate.pem"),
        ]);
        let error = EnvironmentCredential::new(Surroundings::default().env(env)).unwrap_err();
        assert!(error.to_string().contains("the feature 'client-certificate'"), "{error}");
    }
}
