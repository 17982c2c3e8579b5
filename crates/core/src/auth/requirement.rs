//! What a token must be for, and whether a challenge may ask for it.

use url::Url;

use super::{Challenge, Cloud, known_audience};
use crate::{Endpoint, Error, ErrorKind, Result};

/// What a vault requires of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    scope: String,
    resource: Option<String>,
    authority: Option<String>,
    tenant: Option<String>,
}

impl Requirement {
    /// What a vault in `cloud`, or in one that everybody knows, requires, without asking it.
    pub fn known(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Option<Self> {
        let host = endpoint.host();
        match cloud.and_then(|cloud| cloud.audience_of(host)) {
            Some(audience) => Some(Self::of_audience(audience)),
            None => known_audience(host).map(|audience| Self::of_audience(&audience)),
        }
    }

    /// What Azure Resource Manager at `endpoint` requires: its address is its audience, unless it
    /// is that of `cloud`, which may have another.
    pub fn of_resource_manager(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Self {
        let audience = cloud.and_then(|cloud| cloud.resource_manager_audience_at(endpoint));
        Self::of_audience(audience.unwrap_or(endpoint.as_str()))
    }

    fn of_audience(audience: &str) -> Self {
        let scope = format!("{}/.default", audience.trim_end_matches('/'));
        Self { scope, resource: Some(audience.to_owned()), authority: None, tenant: None }
    }

    /// What a challenge from the vault at `endpoint` requires.
    ///
    /// # Errors
    /// `Authentication` if the challenge names neither resource nor scope, or if `verify` is set
    /// and the resource's host is not a parent domain of the vault's: a token for it could be
    /// used elsewhere.
    pub fn from_challenge(
        challenge: &Challenge,
        endpoint: &Endpoint,
        verify: bool,
    ) -> Result<Self> {
        let scope = match (challenge.parameter("scope"), challenge.parameter("resource")) {
            (Some(scope), _) => scope.to_owned(),
            (None, Some(resource)) => format!("{}/.default", resource.trim_end_matches('/')),
            (None, None) => {
                return Err(refused(format!(
                    "the challenge of {endpoint} names neither a resource nor a scope"
                )));
            }
        };
        if verify {
            verify_resource(&scope, endpoint)?;
            if let Some(resource) = challenge.parameter("resource") {
                verify_resource(resource, endpoint)?;
            }
        }
        let authority = authority_of(challenge);
        let tenant = authority.as_deref().and_then(tenant_of);
        let resource = challenge.parameter("resource").map(ToOwned::to_owned);
        Ok(Self { scope, resource, authority, tenant })
    }

    /// The same audience, with the authority and the tenant that `challenge` names.
    pub(crate) fn with_authority_of(&self, challenge: &Challenge) -> Self {
        let authority = authority_of(challenge);
        let tenant = authority.as_deref().and_then(tenant_of);
        Self { authority, tenant, ..self.clone() }
    }

    /// The scope to request: an audience with `/.default` behind it.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The resource that the vault named, or is known by.
    pub fn resource(&self) -> Option<&str> {
        self.resource.as_deref()
    }

    /// The URL of the authority that the vault trusts, if it named one.
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// The vault's tenant, if it named one.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_deref()
    }
}

fn authority_of(challenge: &Challenge) -> Option<String> {
    challenge
        .parameter("authorization")
        .or_else(|| challenge.parameter("authorization_uri"))
        .map(ToOwned::to_owned)
}

fn tenant_of(authority: &str) -> Option<String> {
    let url = Url::parse(authority).ok()?;
    let tenant = url.path_segments()?.next()?;
    // An AD FS authority has this in the place of a tenant.
    (!tenant.is_empty() && tenant != "adfs").then(|| tenant.to_owned())
}

fn verify_resource(resource: &str, endpoint: &Endpoint) -> Result<()> {
    let mismatch = || {
        refused(format!(
            "the challenge asks for a token for '{resource}', which is not a parent domain of {endpoint}"
        ))
        .with_advice("if the vault has a custom domain and you trust it, build the client with verify_challenge_resource(false)")
    };
    // Two of them in one would pass by the first, and a URL parser drops some of these silently.
    if resource.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(mismatch());
    }
    let url = Url::parse(resource).map_err(|_| mismatch())?;
    let host = url.host_str().unwrap_or_default();
    let is_parent = endpoint.host().strip_suffix(host).is_some_and(|rest| rest.ends_with('.'));
    let is_plain = url.scheme() == "https" && url.username().is_empty() && url.password().is_none();
    // A resource need not name the port, but must not name another.
    let same_port = url.port().is_none_or(|port| port == endpoint.port());
    // A single label would be a parent of half the world; `localhost` is of this machine only.
    let narrow = host.contains('.') || host == "localhost";
    if is_plain && is_parent && same_port && narrow { Ok(()) } else { Err(mismatch()) }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Authentication, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn require(vault: &str, header: &str, verify: bool) -> Result<Requirement> {
        Requirement::from_challenge(
            &Challenge::bearer(header).unwrap(),
            &Endpoint::parse(vault).unwrap(),
            verify,
        )
    }

    const VAULT: &str = "https://v.vault.azure.net";

    #[test]
    fn tenant_and_scope_come_from_the_challenge() {
        let requirement = require(
            VAULT,
            r#"Bearer authorization="https://login.windows.net/t1", resource="https://vault.azure.net""#,
            true,
        )
        .unwrap();
        assert_eq!(requirement.scope(), "https://vault.azure.net/.default");
        assert_eq!(requirement.tenant(), Some("t1"));
        let adfs = r#"Bearer authorization="https://a.example/adfs", scope="https://vault.azure.net/.default""#;
        assert_eq!(require(VAULT, adfs, true).unwrap().tenant(), None);
    }

    #[test]
    fn a_resource_that_is_no_parent_domain_is_refused() {
        for resource in [
            "https://evil.example",
            "https://azure.net.evil.example",
            "https://ault.azure.net",
            "https://v.vault.azure.net",
            "https://net",
            "http://vault.azure.net",
            "https://x@vault.azure.net",
            "https://vault.azure.net:8443",
            "https://vault.azure.net.",
            "vault.azure.net",
        ] {
            let header = format!(r#"Bearer resource="{resource}""#);
            let error = require(VAULT, &header, true).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Authentication, "{resource}");
            assert!(error.explain().unwrap().contains("verify_challenge_resource"), "{resource}");
            if resource.contains("://") {
                assert!(require(VAULT, &header, false).is_ok(), "{resource}");
            }
        }
    }

    #[test]
    fn scope_cannot_be_used_to_get_round_the_check() {
        let header =
            r#"Bearer scope="https://evil.example/.default", resource="https://vault.azure.net""#;
        assert!(require(VAULT, header, true).is_err());
    }

    #[test]
    fn a_local_vaults_resource_carries_its_port() {
        let vault = "https://v.vault.localhost:8443";
        for (resource, ok) in [
            ("https://vault.localhost:8443", true),
            ("https://vault.localhost", true),
            ("https://localhost:8443", true),
            ("https://vault.localhost:9999", false),
        ] {
            let header = format!(r#"Bearer resource="{resource}""#);
            assert_eq!(require(vault, &header, true).is_ok(), ok, "{resource}");
        }
    }
}
