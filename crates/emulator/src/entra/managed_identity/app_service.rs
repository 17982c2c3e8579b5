//! `GET {IDENTITY_ENDPOINT}?api-version=2019-08-01&resource=…` of App Service and Functions.

use http::StatusCode;
use serde_json::json;
use uuid::Uuid;

use super::{failed, identity, is_read};
use crate::{
    entra::{fields::Fields, tokens::Tokens},
    message::{Request, Response, header, json_response},
};

pub(super) fn answer(tokens: &Tokens, request: &Request) -> Response {
    if !is_read(request) {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "Only GET is supported.");
    }
    let sent = header(&request.headers, "x-identity-header").filter(|value| !value.is_empty());
    let right = match (sent, &tokens.identity_header) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(sent), Some(expected)) => expected.is(sent),
    };
    if !right {
        return refusal(
            StatusCode::UNAUTHORIZED,
            "The X-IDENTITY-HEADER header is missing or is not the value of IDENTITY_HEADER.",
        );
    }
    let query = Fields::of_query(request);
    if query.get("api-version").is_none() {
        return refusal(StatusCode::BAD_REQUEST, "The api-version query parameter is required.");
    }
    let Some(resource) = query.get("resource") else {
        return refusal(StatusCode::BAD_REQUEST, "The resource query parameter is required.");
    };
    let Some(principal) = identity(tokens, &query) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.",
        );
    };
    match tokens.mint(&principal, resource) {
        Ok(minted) => json_response(
            StatusCode::OK,
            &json!({
                "access_token": minted.token,
                "expires_on": minted.expires_on.unix_timestamp().to_string(),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": principal.appid(),
            }),
        ),
        Err(error) => {
            tracing::error!(%error, "no token could be issued");
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "The emulator could not sign a token.")
        }
    }
}

fn refusal(status: StatusCode, message: &str) -> Response {
    failed(
        status,
        &json!({
            "statusCode": status.as_u16(),
            "message": message,
            "correlationId": Uuid::new_v4().to_string(),
        }),
    )
}
