//! A service principal by its certificate.

mod assertion;
mod certificate;
mod contents;
mod pem;
mod pfx;
mod signer;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use time::OffsetDateTime;
use url::Url;
use zeroize::Zeroizing;

pub use certificate::ClientCertificate;

use super::{
    Claims, Credential, Surroundings, TenantId,
    request::wanted,
    token_endpoint::{ASSERTION_TYPE, TokenEndpoint},
};
use crate::{Error, ErrorKind, Result};

/// Authenticates a service principal by a certificate and its private key.
///
/// Each token request carries a new assertion, signed with the key: `PS256` for an RSA key, as
/// Entra ID documents it, and `ES256`, `ES384` or `ES512` for an EC key on P-256, P-384 or P-521,
/// which Entra ID itself is not known to accept yet: use RSA there.
/// The file is read for each request, so that a certificate that is renewed on disk is taken
/// without a restart and the key stays in memory no longer than it takes to sign.
///
/// Source: [Certificate credentials](https://learn.microsoft.com/entra/identity-platform/certificate-credentials),
/// [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523).
///
/// # Examples
/// ```
/// use azvault_core::credentials::{ClientCertificate, ClientCertificateCredential};
///
/// let certificate = ClientCertificate::from_file("/etc/app/certificate.pfx").password("hunter2");
/// let credential = ClientCertificateCredential::new("my-tenant", "my-client-id", certificate)?;
/// assert!(!format!("{credential:?}").contains("hunter2"));
/// # Ok::<(), azvault_core::Error>(())
/// ```
pub struct ClientCertificateCredential {
    endpoint: TokenEndpoint,
    certificate: Arc<ClientCertificate>,
}

impl ClientCertificateCredential {
    /// A credential at the authority that `AZURE_AUTHORITY_HOST` names, else the public cloud's.
    /// Nothing is read yet: what is wrong with the certificate is reported when the first token is
    /// asked for.
    ///
    /// # Errors
    /// `InvalidInput` if an id has other characters than ids have.
    pub fn new(
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        certificate: ClientCertificate,
    ) -> Result<Self> {
        Self::with_surroundings(tenant_id, client_id, certificate, Surroundings::default())
    }

    /// The same with another transport, clock, environment or file system.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_surroundings(
        tenant_id: impl Into<String>,
        client_id: impl Into<String>,
        certificate: ClientCertificate,
        surroundings: Surroundings,
    ) -> Result<Self> {
        let endpoint = TokenEndpoint::new(tenant_id.into(), client_id.into(), surroundings)?;
        Ok(Self { endpoint, certificate: Arc::new(certificate) })
    }

    async fn request(
        &self,
        scopes: &[&str],
        tenant: Option<&TenantId>,
        claims: Option<&Claims>,
    ) -> Result<AccessToken> {
        // An assertion is for one tenant: that of the request.
        let audience = self.endpoint.url(tenant, "token")?;
        let assertion = self.assertion(audience).await?;
        let proof =
            [("client_assertion_type", ASSERTION_TYPE), ("client_assertion", assertion.as_str())];
        self.endpoint.request(scopes, tenant, claims, &proof).await
    }

    async fn assertion(&self, audience: Url) -> Result<Zeroizing<String>> {
        let around = self.endpoint.surroundings();
        let bytes = self.certificate.read(around).await?;
        let now: OffsetDateTime = around.time().now();
        let (certificate, client) =
            (self.certificate.clone(), self.endpoint.client_id().to_owned());
        // To derive a key from a password takes long on purpose.
        let signed = tokio::task::spawn_blocking(move || {
            let signer = certificate.open(&bytes)?;
            assertion::sign(&signer, &client, audience.as_str(), now, certificate.sends_chain())
        });
        signed.await.unwrap_or_else(|_| {
            Err(Error::new(ErrorKind::Authentication, "the client assertion was not made"))
        })
    }
}

#[async_trait]
impl TokenCredential for ClientCertificateCredential {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let (tenant, claims) = wanted(options.as_ref());
        self.request(scopes, tenant, claims).await.map_err(Error::into_azure)
    }
}

impl fmt::Debug for ClientCertificateCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificateCredential")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

impl From<ClientCertificateCredential> for Credential {
    fn from(credential: ClientCertificateCredential) -> Self {
        Arc::new(credential).into()
    }
}
