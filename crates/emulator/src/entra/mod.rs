//! The Entra part: discovery documents, the token endpoint, and the tokens themselves.
//!
//! Only what credentials of the SDKs and the CLI ask on their way to a vault. Nothing here knows a vault.

mod discovery;
mod fields;
mod managed_identity;
mod signing_key;
mod token_endpoint;
mod tokens;

use http::{Method, StatusCode};

pub(crate) use managed_identity::managed_identity;
pub(crate) use signing_key::SigningKey;
pub(crate) use tokens::{Caller, TokenRefusal, Tokens, audience_of_scope};

use crate::message::{Request, Response, json_response};

/// Answers a request to the authority's host.
pub(crate) fn answer(tokens: &Tokens, request: &Request) -> Response {
    let segments: Vec<&str> =
        request.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let base = format!("https://{}", request.host);
    match (&request.method, segments.as_slice()) {
        (&Method::GET, [tenant, .., ".well-known", "openid-configuration"]) => {
            discovery::openid_configuration(&base, tokens, tenant)
        }
        (&Method::GET, [_, "discovery", .., "keys"]) => discovery::key_set(tokens),
        (&Method::GET, ["common", "discovery", "instance"]) => {
            discovery::instance(&request.host, tokens)
        }
        (&Method::POST, [tenant, "oauth2", .., "token"]) => {
            token_endpoint::answer(tokens, tenant, request)
        }
        (_, ["msi", "token"]) => managed_identity(tokens, request),
        _ => not_served(request),
    }
}

fn not_served(request: &Request) -> Response {
    let message =
        format!("{} {} is not served by this emulator's authority.", request.method, request.path);
    json_response(
        StatusCode::NOT_FOUND,
        &serde_json::json!({"error": {"code": "NotSupportedByEmulator", "message": message}}),
    )
}
