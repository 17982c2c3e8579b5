//! What never reaches the service: its web server answers addresses that it cannot serve, with a page of its own.
//!
//! As users reported it; there is no challenge, no JSON, and none of the service's headers.

use http::{HeaderValue, StatusCode, header};
use percent_encoding::percent_decode_str;

use crate::message::Response;

/// Of `http.sys`, for control characters in a path.
const INVALID_URL: &str = concat!(
    r#"<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">"#,
    r#"<HTML><HEAD><TITLE>Bad Request</TITLE>"#,
    r#"<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>"#,
    r#"<BODY><h2>Bad Request - Invalid URL</h2><hr><p>HTTP Error 400. The request URL is invalid.</p></BODY></HTML>"#,
);

/// Of IIS, for a version that has other characters than letters and digits.
const NO_FILE: &str = concat!(
    r#"<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "#,
    r#""http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html xmlns="http://www.w3.org/1999/xhtml">"#,
    r#"<head><title>404 - File or directory not found.</title></head><body><h1>Server Error</h1>"#,
    r#"<h2>404 - File or directory not found.</h2><h3>The resource you are looking for might have been removed, had "#,
    r#"its name changed, or is temporarily unavailable.</h3></body></html>"#,
);

/// The page that answers a request to `path`, when it is not for the service.
pub(super) fn refuse(path: &str) -> Option<Response> {
    if percent_decode_str(path).any(|byte| byte.is_ascii_control()) {
        return Some(page(StatusCode::BAD_REQUEST, "text/html; charset=us-ascii", INVALID_URL));
    }
    if has_odd_version(path) {
        return Some(page(StatusCode::NOT_FOUND, "text/html", NO_FILE));
    }
    None
}

/// Whether the version in a path of keys or secrets has anything but letters and digits.
fn has_odd_version(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let collection = segments.next().unwrap_or_default().to_ascii_lowercase();
    ["keys", "secrets"].contains(&collection.as_str())
        && segments.nth(1).is_some_and(|version| {
            !percent_decode_str(version).all(|byte| byte.is_ascii_alphanumeric())
        })
}

fn page(status: StatusCode, content_type: &'static str, text: &'static str) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_can_read_is_let_through() {
        for path in [
            "/",
            "/keys/a-b",
            "/keys/a-b/0a/sign",
            "/keys/k//sign",
            "/secrets/s/Versions",
            "/keys/k/",
        ] {
            assert!(refuse(path).is_none(), "{path}");
        }
    }

    #[test]
    fn control_characters_and_odd_versions_get_a_page() {
        for (path, status) in [
            ("/keys/k%0a", 400),
            ("/secrets/s/v%00", 400),
            ("/anything%7f", 400),
            ("/keys/k/0123-4567", 404),
            ("/Secrets/s/a.b", 404),
            ("/keys//k/0%20/sign", 404),
        ] {
            assert_eq!(refuse(path).map(|page| page.status().as_u16()), Some(status), "{path}");
        }
    }
}
