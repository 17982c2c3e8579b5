//! The Entra part: discovery documents, the token endpoint, and the tokens themselves.
//!
//! Only what credentials of the SDKs and the CLI ask on their way to a vault. Nothing here knows a vault.

mod directory;
mod discovery;
mod fields;
mod foreign;
mod grants;
mod managed_identity;
mod principals;
mod realm;
mod refusal;
mod sign_in;
mod signing_key;
mod tenant;
mod tokens;
mod verified;

use http::{Method, StatusCode};

pub(crate) use directory::{Directory, Entry, Kind, LoadedDirectory};
pub(crate) use fields::Fields;
pub(crate) use foreign::tell_of_foreign;
pub(crate) use managed_identity::managed_identity;
pub use principals::{Application, ManagedIdentity, Principals, User};
pub(crate) use principals::{ListedPrincipals, Secret};
pub(crate) use refusal::refused;
pub(crate) use sign_in::SignIns;
pub(crate) use signing_key::SigningKey;
pub(crate) use tokens::{Caller, TokenRefusal, Tokens, audience_of_scope};

use crate::message::{Request, Response, json_response};

/// Answers a request to the authority's host.
pub(crate) fn answer(tokens: &Tokens, request: &Request) -> Response {
    let segments: Vec<&str> =
        request.path.split('/').filter(|segment| !segment.is_empty()).collect();
    let segments = segments.as_slice();
    let base = &format!("https://{}", request.host);
    match (&request.method, segments) {
        (&Method::GET, [.., ".well-known", "openid-configuration"]) => {
            discovery::openid_configuration(base, tokens, segments)
        }
        (&Method::GET, [_, "discovery", .., "keys"]) => discovery::key_set(tokens),
        (&Method::GET, ["common", "discovery", "instance"]) => discovery::instance(tokens, request),
        // MSAL for Go writes it with capitals.
        (&Method::GET, [_, realm, upn]) if realm.eq_ignore_ascii_case("userrealm") => {
            realm::answer(tokens, upn)
        }
        (&Method::POST, [_, "oauth2", .., "token"]) => {
            grants::answer(tokens, base, segments, request)
        }
        (&Method::POST, [_, "oauth2", .., "devicecode"]) => {
            sign_in::begin_device(tokens, base, segments, request)
        }
        (&(Method::GET | Method::POST), [_, "oauth2", .., "authorize"]) => {
            sign_in::authorize(tokens, base, segments, request)
        }
        (&(Method::GET | Method::POST), ["devicelogin"] | ["common", "oauth2", "deviceauth"]) => {
            sign_in::approve(tokens, request)
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
