//! The token check, on every request, and the challenge that answers a request without a good token.

use http::{HeaderValue, Method, header};

use super::ServiceError;
use crate::{
    entra::{Caller, TokenRefusal, Tokens},
    host::{VaultKind, VaultSite},
    message::{Request, Response, bearer},
};

/// The caller, or the challenge to answer with, boxed since the good path is the common one.
///
/// `tenant` is the vault's own: its challenge names it, and only its tokens count.
pub(super) fn authenticate(
    tokens: &Tokens,
    tenant: &str,
    site: &VaultSite,
    request: &Request,
) -> Result<Caller, Box<Response>> {
    let Some(token) = bearer(&request.headers) else {
        let missing = "AKV10000: Request is missing a Bearer or PoP token.";
        return Err(challenge(tenant, site, request, missing, None));
    };
    let audiences = [site.resource.as_str(), site.public_resource];
    tokens.check_for(tenant, token, &audiences).map_err(|refusal| {
        let message = text(&refusal);
        challenge(tenant, site, request, &message, Some("invalid_token"))
    })
}

fn text(refusal: &TokenRefusal) -> String {
    match refusal {
        TokenRefusal::Malformed => {
            "AKV10000: The Bearer token is not a well-formed JSON web token.".to_owned()
        }
        TokenRefusal::Signature => {
            "AKV10046: Unable to resolve the key used for signature validation.".to_owned()
        }
        TokenRefusal::Expired => "The token has expired.".to_owned(),
        TokenRefusal::NotYetValid => "Token not yet valid.".to_owned(),
        TokenRefusal::Audience { expected, found } => {
            format!("AKV10022: Invalid audience. Expected {expected}, found: {found}.")
        }
        TokenRefusal::Issuer { expected, found } => {
            format!("AKV10032: Invalid issuer. Expected one of {expected}, found {found}.")
        }
    }
}

fn challenge(
    tenant: &str,
    site: &VaultSite,
    request: &Request,
    message: &str,
    error: Option<&str>,
) -> Box<Response> {
    let mut response = match site.kind {
        VaultKind::Vault => ServiceError::unauthorized(message.to_owned()).into_response(site.kind),
        VaultKind::ManagedHsm => {
            // The pool's challenge bodies are not JSON: two bytes on GET, none otherwise.
            let body: &'static [u8] = if request.method == Method::GET { b"OK" } else { b"" };
            let mut response = Response::new(body.into());
            *response.status_mut() = http::StatusCode::UNAUTHORIZED;
            response
        }
    };
    let mut value =
        format!("Bearer authorization=\"{}/{tenant}\", resource=\"{}\"", site.login, site.resource);
    if let Some(error) = error {
        // Claims of the token end up in the text: keep the quoted string whole.
        let description = message.replace(['"', '\\'], "'");
        value.push_str(&format!(", error=\"{error}\", error_description=\"{description}\""));
    }
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    Box::new(response)
}
