//! The token check, on every request, and the challenge that answers a request without a good token.

use std::sync::Arc;

use http::{HeaderValue, Method, header};
use uuid::Uuid;

use super::ServiceError;
use crate::{
    entra::{Caller, TokenRefusal, Tokens, tell_of_foreign},
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
    id: &Uuid,
) -> Result<Arc<Caller>, Box<Response>> {
    let Some(token) = bearer(&request.headers) else {
        let missing = "AKV10000: Request is missing a Bearer or PoP token.";
        return Err(challenge(tenant, site, request, id, missing, None));
    };
    let audiences = [site.resource.as_str(), site.public_resource];
    tokens.check_for(tenant, token, &audiences).map_err(|refusal| {
        tell_of_foreign(&refusal, token, "vault");
        let message = text(&refusal, site.kind);
        challenge(tenant, site, request, id, &message, Some("invalid_token"))
    })
}

fn text(refusal: &TokenRefusal, kind: VaultKind) -> String {
    match refusal {
        // As users reported it (Azure/azure-sdk-for-java#33659).
        TokenRefusal::Audience { expected, found } if kind == VaultKind::ManagedHsm => {
            format!("Found token with aud={found}, but expected aud={expected}")
        }
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
    id: &Uuid,
    message: &str,
    error: Option<&str>,
) -> Box<Response> {
    let mut response = match (site.kind, error) {
        // Where there is no token, a pool's body is no JSON: two bytes on GET, none otherwise.
        (VaultKind::ManagedHsm, None) => {
            let body: &'static [u8] = if request.method == Method::GET { b"OK" } else { b"" };
            let mut response = Response::new(body.into());
            *response.status_mut() = http::StatusCode::UNAUTHORIZED;
            response
        }
        _ => ServiceError::unauthorized(message.to_owned()).into_response(site.kind, id),
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
