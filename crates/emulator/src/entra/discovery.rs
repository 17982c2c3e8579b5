//! The documents that MSAL reads before it asks for a token.

use http::StatusCode;
use serde_json::json;

use super::{
    token_endpoint::{internal_error, tenant_of},
    tokens::Tokens,
};
use crate::message::{Response, json_response};

const PUBLIC_CLOUD: [&str; 4] =
    ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"];

/// `issuer` is needed by msal-node, `device_authorization_endpoint` by nobody who can get far here.
pub(super) fn openid_configuration(base: &str, tokens: &Tokens, tenant: &str) -> Response {
    let (issuer, oauth, keys) = if tenant.eq_ignore_ascii_case("adfs") {
        (
            format!("{base}/adfs"),
            format!("{base}/adfs/oauth2"),
            format!("{base}/adfs/discovery/keys"),
        )
    } else {
        let tenant = tenant_of(tokens, tenant);
        (
            format!("{base}/{tenant}/v2.0"),
            format!("{base}/{tenant}/oauth2/v2.0"),
            format!("{base}/{tenant}/discovery/v2.0/keys"),
        )
    };
    json_response(
        StatusCode::OK,
        &json!({
            "token_endpoint": format!("{oauth}/token"),
            "token_endpoint_auth_methods_supported":
                ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": keys,
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": issuer,
            "authorization_endpoint": format!("{oauth}/authorize"),
            "device_authorization_endpoint": format!("{oauth}/devicecode"),
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nbf", "oid", "tid", "ver"],
            "tenant_region_scope": null,
            "cloud_instance_name": "localhost",
        }),
    )
}

pub(super) fn key_set(tokens: &Tokens) -> Response {
    match tokens.key() {
        Ok(key) => json_response(
            StatusCode::OK,
            &json!({"keys": [{
                "kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid, "x5t": key.kid,
                "n": key.n, "e": key.e,
            }]}),
        ),
        Err(error) => internal_error(&error),
    }
}

/// MSAL's instance discovery: tells that the authority is a known one.
pub(super) fn instance(host: &str, tokens: &Tokens) -> Response {
    let aliases: Vec<&str> =
        if PUBLIC_CLOUD.contains(&host) { PUBLIC_CLOUD.to_vec() } else { vec![host] };
    let tenant = &tokens.tenant_id;
    json_response(
        StatusCode::OK,
        &json!({
            "tenant_discovery_endpoint":
                format!("https://{host}/{tenant}/v2.0/.well-known/openid-configuration"),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": host, "preferred_cache": host, "aliases": aliases,
            }],
        }),
    )
}
