//! Answers that are made up, in the words of the service that was asked.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use time::macros::format_description;

use super::fault::RetryAfter;
use crate::{
    arm,
    clock::wall_now,
    entra,
    message::{Request, Response, json_response},
    operation::Service,
    router::{Port, Router},
    vault,
};

const TEXT: &str = "This answer was ordered by the test.";

/// As the portals of public networks look.
const PORTAL: &str = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>Welcome to the guest network\
     </h1><form action=\"/accept\"><button>Accept the terms</button></form></body></html>";

/// A refusal that is to be made up.
pub(super) struct Wanted<'a> {
    pub(super) status: StatusCode,
    pub(super) code: Option<&'a str>,
    pub(super) message: Option<&'a str>,
}

pub(super) fn status(status: u16) -> StatusCode {
    StatusCode::from_u16(status)
        .ok()
        .filter(|status| !status.is_informational())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A refusal as the service that was asked words it, with its headers.
pub(super) fn refusal(
    router: &Router,
    port: Port,
    request: &Request,
    wanted: &Wanted<'_>,
) -> Response {
    let Wanted { status, code, message } = *wanted;
    let message = message.unwrap_or(TEXT);
    let service = Service::of(port, &request.host, &request.path);
    let mut response = match service {
        Service::Entra => {
            let (error, number) = entra_code(status);
            entra::refused(status, code.unwrap_or(error), number, message)
        }
        Service::Imds => {
            let error = code.unwrap_or(entra_code(status).0);
            json_response(status, &json!({"error": error, "error_description": message}))
        }
        _ => {
            let known = known_code(status);
            let code = code.unwrap_or(&known);
            json_response(status, &json!({"error": {"code": code, "message": message}}))
        }
    };
    match service {
        Service::Vault | Service::ManagedHsm => vault::dress(router, request, &mut response),
        Service::Arm => arm::dress(request, &mut response),
        _ => {}
    }
    if request.method == Method::HEAD {
        *response.body_mut() = Bytes::new();
    }
    response
}

fn known_code(status: StatusCode) -> String {
    match status {
        StatusCode::TOO_MANY_REQUESTS => "Throttled".to_owned(),
        other => other.canonical_reason().unwrap_or("Error").replace(' ', ""),
    }
}

/// Of OAuth, and the number of Entra's.
///
/// Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>
fn entra_code(status: StatusCode) -> (&'static str, u32) {
    match status.as_u16() {
        401 => ("invalid_client", 7_000_215),
        429 => ("temporarily_unavailable", 90_055),
        400..=499 => ("invalid_request", 900_023),
        500 => ("server_error", 50_000),
        _ => ("temporarily_unavailable", 90_033),
    }
}

/// Says in each of these forms when to come back.
pub(super) fn say_when(headers: &mut HeaderMap, forms: &[RetryAfter]) {
    for form in forms {
        let (name, text) = match form {
            RetryAfter::Seconds(seconds) => (header::RETRY_AFTER, seconds.to_string()),
            RetryAfter::Date(seconds) => (header::RETRY_AFTER, date(*seconds)),
            RetryAfter::Millis(millis) => {
                (HeaderName::from_static("retry-after-ms"), millis.to_string())
            }
            RetryAfter::XMsMillis(millis) => {
                (HeaderName::from_static("x-ms-retry-after-ms"), millis.to_string())
            }
            RetryAfter::Text(text) => (header::RETRY_AFTER, text.clone()),
        };
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(name, value);
        }
    }
}

/// So many seconds from now, as HTTP writes dates.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats>
fn date(seconds: i64) -> String {
    wall_now()
        .saturating_add(time::Duration::seconds(seconds))
        .format(format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        ))
        .unwrap_or_default()
}

/// Those of the framing, which goes by the body and the version of HTTP.
const FRAMING: [&str; 6] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "transfer-encoding",
    "upgrade",
];

/// Exactly this, less the headers that HTTP does not allow and those of the framing.
pub(super) fn whole(code: u16, headers: &[(String, String)], body: Bytes) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status(code);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value))
            && !FRAMING.contains(&name.as_str())
        {
            response.headers_mut().append(name, value);
        }
    }
    response
}

pub(super) fn captive_portal() -> Response {
    let mut response = Response::new(Bytes::from_static(PORTAL.as_bytes()));
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
