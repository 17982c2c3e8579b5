//! Entra's refusals: an OAuth error, and an AADSTS code with its text.

use http::StatusCode;
use serde_json::json;
use time::macros::format_description;
use uuid::Uuid;

use crate::{
    clock::wall_now,
    message::{Response, json_response},
};

/// Why Entra does not give what it was asked for. A text never holds a secret, a code or an assertion.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    error: &'static str,
    code: u32,
    text: String,
}

impl Refusal {
    /// One that is answered 400.
    pub(super) fn bad(error: &'static str, code: u32, text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error, code, text: text.into() }
    }

    /// The client did not show who it is: 401.
    pub(super) fn client(code: u32, text: impl Into<String>) -> Self {
        let status = StatusCode::UNAUTHORIZED;
        Self { status, error: "invalid_client", code, text: text.into() }
    }

    /// The grant is not good: 400.
    pub(super) fn grant(code: u32, text: impl Into<String>) -> Self {
        Self::bad("invalid_grant", code, text)
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let text = format!("The request body must contain the following parameter: '{parameter}'.");
        Self::bad("invalid_request", 900_144, text)
    }

    pub(super) fn unknown_application(client_id: &str, tenant: &str) -> Self {
        Self::bad(
            "unauthorized_client",
            700_016,
            format!(
                "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can \
                 happen if the application has not been installed by the administrator of the tenant or consented \
                 to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
            ),
        )
    }

    pub(super) fn unknown_user(tenant: &str) -> Self {
        Self::grant(
            50_034,
            format!(
                "The user account {{EUII Hidden}} does not exist in the {tenant} directory. To sign into this \
                 application, the account must be added to the directory."
            ),
        )
    }

    /// What a failure of the emulator's own is answered with; it is logged too.
    pub(super) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "no token could be issued");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "server_error",
            code: 90_033,
            text: "The emulator could not sign a token.".to_owned(),
        }
    }

    /// The same under another OAuth error, where an endpoint has one of its own.
    pub(super) fn called(self, error: &'static str) -> Self {
        Self { error, ..self }
    }

    /// The code and the text, for a page.
    pub(super) fn description(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    pub(super) fn into_response(self) -> Response {
        refused(self.status, self.error, self.code, &self.text)
    }
}

/// A refusal in Entra's words, with an OAuth error, an AADSTS code and its text.
pub(crate) fn refused(status: StatusCode, error: &str, code: u32, text: &str) -> Response {
    let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
    let timestamp = wall_now()
        .format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]Z"))
        .unwrap_or_default();
    let description = format!(
        "AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
    );
    json_response(
        status,
        &json!({
            "error": error,
            "error_description": description,
            "error_codes": [code],
            "timestamp": timestamp,
            "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
            "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
        }),
    )
}
