//! Graph's refusals.

use http::{Method, StatusCode};
use serde_json::json;
use time::macros::format_description;
use uuid::Uuid;

use crate::{
    clock::wall_now,
    message::{Request, Response, header, json_response},
};

/// Why Graph does not give what it was asked for.
#[derive(Debug)]
pub(super) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl GraphError {
    pub(super) fn unauthorized(message: &str) -> Self {
        let (status, code) = (StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken");
        Self { status, code, message: message.to_owned() }
    }

    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "BadRequest", message: message.into() }
    }

    pub(super) fn unsupported_filter(property: &str) -> Self {
        let message = format!(
            "Unsupported or invalid query filter clause specified for property '{property}'."
        );
        Self { status: StatusCode::BAD_REQUEST, code: "Request_UnsupportedQuery", message }
    }

    pub(super) fn not_found(id: &str) -> Self {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Self { status: StatusCode::NOT_FOUND, code: "Request_ResourceNotFound", message }
    }

    pub(super) fn no_segment(segment: &str) -> Self {
        let message = format!("Resource not found for the segment '{segment}'.");
        Self { status: StatusCode::BAD_REQUEST, code: "BadRequest", message }
    }

    pub(super) fn not_served(method: &Method, path: &str) -> Self {
        let message = format!("{method} {path} is not served by this emulator's Graph.");
        Self { status: StatusCode::NOT_FOUND, code: "NotSupportedByEmulator", message }
    }

    pub(super) fn is_unauthorized(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    pub(super) fn into_response(self, request: &Request) -> Response {
        let request_id = Uuid::new_v4().to_string();
        let client_id = header(&request.headers, "client-request-id").unwrap_or(&request_id);
        let date = wall_now()
            .format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]"))
            .unwrap_or_default();
        json_response(
            self.status,
            &json!({"error": {
                "code": self.code,
                "message": self.message,
                "innerError": {
                    "date": date, "request-id": request_id, "client-request-id": client_id,
                },
            }}),
        )
    }
}
