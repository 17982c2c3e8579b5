//! `GET /metadata/identity/oauth2/token` of a virtual machine's metadata service (IMDS).

use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::{failed, identity, is_read};
use crate::{
    entra::{fields::Fields, tokens::Tokens},
    message::{Request, Response, header as request_header, json_response},
};

pub(super) fn answer(tokens: &Tokens, request: &Request) -> Response {
    if !is_read(request) {
        return refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "The method is not allowed",
        );
    }
    // Clients that probe whether there is an IMDS leave the header out, and take this for a yes.
    let metadata = request_header(&request.headers, "metadata").unwrap_or_default();
    if !metadata.eq_ignore_ascii_case("true") {
        return invalid("Required metadata header not specified");
    }
    if request.headers.contains_key("x-forwarded-for") {
        return invalid("Request contains X-Forwarded-For header");
    }
    let query = Fields::of_query(request);
    if query.get("api-version").is_none() {
        return invalid("Required query variable 'api-version' is missing");
    }
    let Some(resource) = query.get("resource") else {
        return invalid("Required query variable 'resource' is missing");
    };
    let Some(principal) = identity(tokens, &query) else {
        return invalid("Identity not found");
    };
    match tokens.mint(&principal, resource) {
        Ok(minted) => {
            let expires_in = (minted.expires_on - tokens.now()).whole_seconds().max(0).to_string();
            json_response(
                StatusCode::OK,
                &json!({
                    "access_token": minted.token,
                    "client_id": principal.appid(),
                    "expires_in": expires_in,
                    "expires_on": minted.expires_on.unix_timestamp().to_string(),
                    "ext_expires_in": expires_in,
                    "not_before": minted.not_before.unix_timestamp().to_string(),
                    "resource": resource,
                    "token_type": "Bearer",
                }),
            )
        }
        Err(error) => {
            tracing::error!(%error, "no token could be issued");
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "unknown",
                "The emulator could not sign a token",
            )
        }
    }
}

/// What IMDS says of a path that it has not.
pub(super) fn not_found(request: &Request) -> Response {
    let message = format!("{} is not served by this emulator's metadata service", request.path);
    refusal(StatusCode::NOT_FOUND, "not_found", &message)
}

fn invalid(description: &str) -> Response {
    refusal(StatusCode::BAD_REQUEST, "invalid_request", description)
}

fn refusal(status: StatusCode, error: &str, description: &str) -> Response {
    let mut response = failed(status, &json!({"error": error, "error_description": description}));
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("IMDS/150.870.65.1854"));
    response
}
