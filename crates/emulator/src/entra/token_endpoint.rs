//! `POST /{tenant}/oauth2/v2.0/token` for client credentials, with Entra's error texts.

use http::StatusCode;
use serde_json::json;
use time::macros::format_description;
use uuid::Uuid;

use super::{
    fields::Fields,
    tokens::{Tokens, audience_of_scope},
};
use crate::{
    clock::wall_now,
    message::{Request, Response, json_response},
    principal::Principal,
};

struct Refusal {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

pub(super) fn answer(tokens: &Tokens, tenant: &str, request: &Request) -> Response {
    match grant(tokens, tenant, &Fields::of_body(request)) {
        Ok(response) => response,
        Err(refusal) => refusal.into_response(),
    }
}

fn grant(tokens: &Tokens, tenant: &str, form: &Fields) -> Result<Response, Refusal> {
    let field = |name: &'static str| form.get(name);
    let grant_type = field("grant_type").ok_or_else(|| missing("grant_type"))?;
    if grant_type != "client_credentials" {
        return Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            error: "unsupported_grant_type",
            code: 70003,
            text: format!("The app requested an unsupported grant type '{grant_type}'."),
        });
    }
    let client_id = field("client_id").ok_or_else(|| missing("client_id"))?;
    authenticate(tokens, client_id, field("client_secret"), field("client_assertion"))?;
    if field("client_assertion").is_some() && field("client_assertion_type").is_none() {
        return Err(missing("client_assertion_type"));
    }
    let audience = match (field("scope"), field("resource")) {
        (Some(scope), _) => audience_of_scope(scope).ok_or_else(|| Refusal {
            status: StatusCode::BAD_REQUEST,
            error: "invalid_scope",
            code: 1_002_012,
            text: format!(
                "The provided value for scope {scope} is not valid. Client credential flows must have a \
                 scope value with /.default suffixed to the resource identifier (application ID URI)."
            ),
        })?,
        (None, Some(resource)) => resource.trim_end_matches('/'),
        (None, None) => return Err(missing("scope")),
    };
    let principal = Principal::for_client_id(client_id).with_tid(tenant_of(tokens, tenant));
    Ok(match tokens.mint(&principal, audience) {
        Ok(minted) => {
            let expires_in = (minted.expires_on - wall_now()).whole_seconds().max(0);
            json_response(
                StatusCode::OK,
                &json!({
                    "token_type": "Bearer",
                    "expires_in": expires_in,
                    "ext_expires_in": expires_in,
                    "access_token": minted.token,
                }),
            )
        }
        Err(error) => internal_error(&error),
    })
}

fn authenticate(
    tokens: &Tokens,
    client_id: &str,
    secret: Option<&str>,
    assertion: Option<&str>,
) -> Result<(), Refusal> {
    let Some(secret) = secret else {
        if assertion.is_some() {
            return Ok(());
        }
        return Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            code: 7_000_216,
            text: "'client_assertion', 'client_secret' or 'request' is required for the \
                   'client_credentials' grant type."
                .to_owned(),
        });
    };
    let expected = tokens.client_secrets.iter().find(|(id, _)| id.eq_ignore_ascii_case(client_id));
    match expected {
        Some((_, expected)) if expected != secret => Err(Refusal {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            code: 7_000_215,
            text: format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client \
                 secret value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        }),
        _ => Ok(()),
    }
}

/// The tenant that a path segment stands for: a GUID is itself, any other name is the emulator's own.
pub(super) fn tenant_of(tokens: &Tokens, segment: &str) -> String {
    match Uuid::parse_str(segment) {
        Ok(guid) => guid.to_string(),
        Err(_) => tokens.tenant_id.clone(),
    }
}

pub(super) fn internal_error(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "no token could be issued");
    Refusal {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        error: "server_error",
        code: 90_033,
        text: "The emulator could not sign a token.".to_owned(),
    }
    .into_response()
}

fn missing(parameter: &str) -> Refusal {
    Refusal {
        status: StatusCode::BAD_REQUEST,
        error: "invalid_request",
        code: 900_144,
        text: format!("The request body must contain the following parameter: '{parameter}'."),
    }
}

impl Refusal {
    fn into_response(self) -> Response {
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let timestamp = wall_now()
            .format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z"))
            .unwrap_or_default();
        let description = format!(
            "AADSTS{}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
            self.code, self.text
        );
        json_response(
            self.status,
            &json!({
                "error": self.error,
                "error_description": description,
                "error_codes": [self.code],
                "timestamp": timestamp,
                "trace_id": trace.to_string(),
                "correlation_id": correlation.to_string(),
            }),
        )
    }
}
