//! The token endpoint of an Entra authority: one form sent, one answer read.

use azure_core::{
    credentials::AccessToken,
    http::{Method, RawResponse, Request},
};
use bytes::Bytes;
use serde::Deserialize;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use super::{Claims, Surroundings, TenantId};
use crate::{
    Error, ErrorKind, Operation, Pipeline, Result, SecretValue,
    call::{CallOptions, from_json},
};

static REQUEST_TOKEN: Operation = Operation::idempotent("token request");

/// Requests tokens for a client, from the authority it is told, never from one that a challenge
/// names: a challenge could come from anybody, and the request carries a secret.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    pipeline: Pipeline,
    authority: Url,
    tenant: String,
    client_id: String,
    surroundings: Surroundings,
}

/// What the endpoint gives.
#[derive(Deserialize)]
pub(super) struct Granted {
    access_token: SecretValue,
    expires_in: i64,
    /// For a person who signed in; it is good for tokens for other scopes too.
    pub(super) refresh_token: Option<SecretValue>,
}

/// By what a signed assertion is presented (RFC 7523, 2.2).
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl TokenEndpoint {
    pub(super) fn new(
        tenant: String,
        client_id: String,
        surroundings: Surroundings,
    ) -> Result<Self> {
        check_id("tenant id", &tenant)?;
        check_id("client id", &client_id)?;
        let authority = parse_authority(&surroundings.authority())?;
        let pipeline = surroundings.pipeline()?;
        Ok(Self { pipeline, authority, tenant, client_id, surroundings })
    }

    /// Requests a token for `scopes` with what proves the client's identity.
    pub(super) async fn request(
        &self,
        scopes: &[&str],
        tenant: Option<&TenantId>,
        claims: Option<&Claims>,
        proof: &[(&str, &str)],
    ) -> Result<AccessToken> {
        let mut request = self.build(scopes, tenant, claims, proof)?;
        let answer = self
            .pipeline
            .send(&REQUEST_TOKEN, &mut request, &CallOptions::default())
            .await
            .map_err(|error| refused(&self.authority, error))?;
        Ok(self.access(&from_json(&answer)?))
    }

    /// Posts a form; an error is as the authority gave it.
    pub(super) async fn post(&self, url: Url, form: &[(&str, &str)]) -> Result<RawResponse> {
        let mut request = filled_in(url, form);
        self.pipeline.send(&REQUEST_TOKEN, &mut request, &CallOptions::default()).await
    }

    /// The token of an answer, with the time it ends.
    pub(super) fn access(&self, granted: &Granted) -> AccessToken {
        let life = time::Duration::seconds(granted.expires_in.clamp(0, 7 * 24 * 3600));
        let expires_on = self.surroundings.time().now() + life;
        AccessToken::new(granted.access_token.expose().to_owned(), expires_on)
    }

    /// The address of `leaf`, for a tenant that a challenge named, else for the client's own.
    pub(super) fn url(&self, tenant: Option<&TenantId>, leaf: &str) -> Result<Url> {
        let tenant = tenant.map_or(self.tenant.as_str(), TenantId::as_str);
        check_id("tenant id", tenant)?;
        let mut url = self.authority.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([tenant, "oauth2", "v2.0", leaf]);
        }
        Ok(url)
    }

    pub(super) fn client_id(&self) -> &str {
        &self.client_id
    }

    pub(super) fn authority(&self) -> &Url {
        &self.authority
    }

    pub(super) fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    fn build(
        &self,
        scopes: &[&str],
        tenant: Option<&TenantId>,
        claims: Option<&Claims>,
        proof: &[(&str, &str)],
    ) -> Result<Request> {
        let scopes = scopes.join(" ");
        let mut form = vec![
            ("client_id", self.client_id.as_str()),
            ("grant_type", "client_credentials"),
            ("scope", scopes.as_str()),
        ];
        form.extend_from_slice(proof);
        form.extend(claims.map(|claims| ("claims", claims.as_str())));
        Ok(filled_in(self.url(tenant, "token")?, &form))
    }
}

/// The request with a form, whose text is wiped with it.
fn filled_in(url: Url, form: &[(&str, &str)]) -> Request {
    // Escapes take three bytes; a buffer that grows would leave copies of secrets behind.
    let room = form.iter().map(|(name, value)| 2 + name.len() + 3 * value.len()).sum();
    let mut text = form_urlencoded::Serializer::new(String::with_capacity(room));
    text.extend_pairs(form);
    let mut request = Request::new(url, Method::Post);
    request.insert_header("content-type", "application/x-www-form-urlencoded");
    request.insert_header("accept", "application/json");
    request.set_body(Bytes::from_owner(Zeroizing::new(text.finish().into_bytes())));
    request
}

/// Says what the authority said: its codes are what people search for.
pub(super) fn refused(asked: &Url, error: Error) -> Error {
    let host = asked.host_str().unwrap_or_default();
    let message = if error.message().is_empty() {
        format!("no token from {host}: {}", error.code().unwrap_or("no answer that says why"))
    } else {
        format!("no token from {host}: {}", error.message())
    };
    Error::new(ErrorKind::Authentication, message).with_source(error)
}

fn parse_authority(authority: &str) -> Result<Url> {
    let with_scheme = if authority.contains("://") {
        authority.to_owned()
    } else {
        format!("https://{authority}")
    };
    match Url::parse(&with_scheme) {
        Ok(url) if url.scheme() == "https" && url.host().is_some() && url.username().is_empty() => {
            Ok(url)
        }
        _ => Err(Error::invalid_input(
            "the authority host (AZURE_AUTHORITY_HOST) must be an https URL like https://login.microsoftonline.com",
        )),
    }
}

fn check_id(what: &str, id: &str) -> Result<()> {
    let is_plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    // A URL takes segments of dots as steps.
    if is_plain && !id.trim_matches('.').is_empty() {
        return Ok(());
    }
    Err(Error::invalid_input(format!(
        "the {what} {id:?} is not one: it has letters, digits, hyphens, dots and underscores"
    )))
}

#[cfg(test)]
#[cfg(feature = "reqwest")]
mod tests {
    use super::*;

    fn endpoint(authority: &str) -> Result<TokenEndpoint> {
        let env = super::super::Env::from_pairs([("AZURE_AUTHORITY_HOST", authority)]);
        TokenEndpoint::new("t1".into(), "c1".into(), Surroundings::default().env(env))
    }

    #[tokio::test]
    async fn the_request_goes_to_the_tenant_and_authority_asked_for() {
        let endpoint = endpoint("https://login.example/prefix/").unwrap();
        let tenant = TenantId::new("t2");
        let claims = Claims::new("{\"a\":1}");
        let request = endpoint
            .build(&["s/.default"], Some(&tenant), Some(&claims), &[("client_secret", "a&b")])
            .unwrap();
        assert_eq!(request.url().as_str(), "https://login.example/prefix/t2/oauth2/v2.0/token");
        assert_eq!(
            Bytes::from(request.body()),
            "client_id=c1&grant_type=client_credentials&scope=s%2F.default&client_secret=a%26b&claims=%7B%22a%22%3A1%7D"
        );
    }

    #[tokio::test]
    async fn a_tenant_from_a_challenge_cannot_change_the_path() {
        let endpoint = endpoint("login.example").unwrap();
        for tenant in ["../x", "a/b", "a?b", "..", ".", ""] {
            let tenant = TenantId::new(tenant);
            assert!(endpoint.build(&["s"], Some(&tenant), None, &[]).is_err(), "{tenant:?}");
        }
    }

    #[tokio::test]
    async fn the_authority_is_the_clouds_then_the_variables_then_the_public_one() {
        let asked = |around: Surroundings| {
            let endpoint = TokenEndpoint::new("t1".into(), "c1".into(), around).unwrap();
            endpoint.authority.host_str().unwrap().to_owned()
        };
        let none: [(&str, &str); 0] = [];
        let nowhere = Surroundings::default().env(super::super::Env::from_pairs(none));
        assert_eq!(asked(nowhere.clone()), "login.microsoftonline.com");
        let env = super::super::Env::from_pairs([("AZURE_AUTHORITY_HOST", "login.example")]);
        assert_eq!(asked(nowhere.env(env.clone())), "login.example");
        let china = Surroundings::default().env(env).cloud(crate::auth::Cloud::china());
        assert_eq!(asked(china), "login.chinacloudapi.cn");
    }

    #[tokio::test]
    async fn an_authority_without_tls_is_refused() {
        for authority in ["http://login.example", "ftp://x", "https://u@login.example"] {
            let error = endpoint(authority).unwrap_err();
            assert!(error.to_string().contains("AZURE_AUTHORITY_HOST"), "{error}");
        }
    }
}
