//! An application, and what it may sign in with.

use super::{certificate::Certificate, secret::Secret};
use crate::{error::Error, principal::Principal};

/// An application with its service principal, for [`Principals`](crate::Principals).
///
/// One without any secret, certificate or federated credential signs in with whatever it sends.
///
/// ```
/// let ci = azvault_emulator::Application::new("11111111-1111-1111-1111-111111111111")
///     .name("ci")
///     .secret("s3cret");
/// assert!(!format!("{ci:?}").contains("s3cret"));
/// ```
#[derive(Clone, Debug)]
pub struct Application {
    pub(crate) principal: Principal,
    pub(crate) name: Option<String>,
    secrets: Vec<Secret>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) federated: Vec<Federated>,
}

/// Whose tokens stand for the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Federated {
    pub(crate) issuer: String,
    pub(crate) subject: String,
}

impl Application {
    /// The application with that client id; the object id of its service principal follows from it until set.
    pub fn new(client_id: impl AsRef<str>) -> Self {
        Self {
            principal: Principal::for_client_id(client_id.as_ref()),
            name: None,
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated: Vec::new(),
        }
    }

    /// The object id of its service principal, a GUID.
    #[must_use]
    pub fn object_id(mut self, object_id: impl Into<String>) -> Self {
        self.principal = self.principal.with_oid(object_id);
        self
    }

    /// Its display name; the client id when not set.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a client secret.
    #[must_use]
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(Secret::new(secret.into()));
        self
    }

    /// Adds a certificate, in PEM; only the first one of the text is read, and no private key beside it.
    ///
    /// # Errors
    /// When there is no certificate in the text, or one whose key is neither RSA nor on P-256 or P-384.
    ///
    /// ```
    /// assert!(azvault_emulator::Application::new("app").certificate_pem("no certificate").is_err());
    /// ```
    pub fn certificate_pem(mut self, pem: &str) -> Result<Self, Error> {
        self.certificates.push(Certificate::from_pem(pem)?);
        Ok(self)
    }

    /// Adds a federated credential: a token of `issuer` about `subject` stands for the application.
    ///
    /// The token's signature is not verified: the issuer is elsewhere.
    #[must_use]
    pub fn federated(mut self, issuer: impl Into<String>, subject: impl Into<String>) -> Self {
        self.federated.push(Federated { issuer: issuer.into(), subject: subject.into() });
        self
    }

    pub(crate) fn is(&self, client_id: &str) -> bool {
        self.principal.appid().eq_ignore_ascii_case(client_id)
    }

    /// Whether there is nothing to check what it sends against.
    pub(crate) fn has_no_credential(&self) -> bool {
        self.secrets.is_empty() && self.certificates.is_empty() && self.federated.is_empty()
    }

    pub(crate) fn knows_secret(&self, sent: &str) -> bool {
        self.has_no_credential() || self.secrets.iter().any(|secret| secret.is(sent))
    }
}
