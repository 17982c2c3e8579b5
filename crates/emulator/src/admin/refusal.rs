//! What the API refuses, in Azure's shape, with words that say what would be right.

use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;

use crate::{
    message::{Response, json_response},
    state::NotWritten,
};

/// A refusal of the API; its text repeats no value of a body.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    allow: Option<HeaderValue>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), allow: None }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// What was asked for is done, and may be gone after a restart.
    pub(super) fn not_written(error: &NotWritten) -> Self {
        let message = format!("The emulator could not write its state: {error}");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
    }

    pub(super) fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, message)
    }

    pub(super) fn not_found(path: &str) -> Self {
        let message = format!(
            "There is nothing at '{path}': GET /admin/info lists what there is, and docs/admin.md has it with examples."
        );
        Self::new(StatusCode::NOT_FOUND, "NotFound", message)
    }

    pub(super) fn method(allowed: &[Method]) -> Self {
        let allowed: Vec<&str> = allowed.iter().map(Method::as_str).collect();
        let allowed = allowed.join(", ");
        let message = format!("The methods here are {allowed}.");
        Self {
            allow: HeaderValue::from_str(&allowed).ok(),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
        }
    }

    pub(super) fn not_json() -> Self {
        let message = "A body has to be JSON, with the header 'Content-Type: application/json'.";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        let message = format!("A body has at most {limit} bytes here.");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "BodyTooLarge", message)
    }

    /// Where a body is wrong, without its values: they may be secrets.
    pub(super) fn body(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let names_a_field = text.starts_with("unknown field")
            || text.starts_with("missing field")
            || text.starts_with("duplicate field");
        let message = if names_a_field {
            format!("The body is not right: {text}.")
        } else {
            format!(
                "The body is not right at line {} column {}: it is no JSON, or a value has a wrong type there.",
                error.line(),
                error.column()
            )
        };
        Self::bad(message)
    }

    pub(super) fn into_response(self) -> Response {
        let error = json!({"error": {"code": self.code, "message": self.message}});
        let mut response = json_response(self.status, &error);
        if let Some(allow) = self.allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
    }
}
