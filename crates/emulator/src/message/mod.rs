//! A request and its outcome, free of sockets, so that TLS and the in-memory transport meet in one router.

mod notes;
mod outcome;

use std::{net::IpAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

pub(crate) use notes::Notes;
pub(crate) use outcome::{Cut, Drip, Ending, Manner, Odd, Outcome, Padding};

/// The largest request body read, in bytes; the service's own limits are far below.
pub(crate) const MAX_BODY: usize = 1024 * 1024;
/// The largest body of a restore: 500 versions of a secret's 25,600 bytes and its tags, in base64 twice.
const MAX_RESTORE: usize = 48 * 1024 * 1024;
/// The largest snapshot that the admin API takes back: some 100,000 secrets.
const MAX_SNAPSHOT: usize = 256 * 1024 * 1024;

/// How much is read of the body of a request to `path`.
pub(crate) fn max_body(path: &str) -> usize {
    match path.trim_end_matches('/') {
        "/admin/snapshot" => MAX_SNAPSHOT,
        path if path.ends_with("/restore") => MAX_RESTORE,
        _ => MAX_BODY,
    }
}

/// An answer with its whole body.
pub(crate) type Response = http::Response<Bytes>;

/// A request with its whole body.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Where the connection comes from.
    pub(crate) peer: IpAddr,
    /// What [`Arm::begin`](crate::arm::Arm::begin) said when its headers were there.
    pub(crate) begun: u64,
    /// As the client named it, in lower case, with the port when one was given.
    pub(crate) host: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// What is found out on the way to its answer.
    pub(crate) notes: Arc<Notes>,
}

/// What was read of a request's body.
#[derive(Debug)]
pub(crate) enum Body {
    Whole(Bytes),
    /// More than [`max_body`]; refused only once the caller is known.
    TooLarge,
}

impl Body {
    /// The body as read, refused when it was over the limit.
    pub(crate) fn from_bytes(path: &str, bytes: Bytes) -> Self {
        if bytes.len() > max_body(path) { Self::TooLarge } else { Self::Whole(bytes) }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::TooLarge => MAX_BODY,
        }
    }
}

/// A request header as text, when it is there and is text.
pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The token of a request, when it brings one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = header(headers, http::header::AUTHORIZATION.as_str())?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Says that an answer has no body, where it could have one: over HTTP/2 nothing else does.
pub(crate) fn tell_empty(response: &mut Response) {
    if response.body().is_empty() && response.status() != StatusCode::NO_CONTENT {
        response.headers_mut().insert(http::header::CONTENT_LENGTH, 0.into());
    }
}

/// An answer with a JSON body and no other header than its type.
pub(crate) fn json_response(status: StatusCode, body: &impl serde::Serialize) -> Response {
    let bytes = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(bytes.into());
    *response.status_mut() = status;
    response.headers_mut().insert(
        http::header::CONTENT_TYPE,
        http::HeaderValue::from_static("application/json; charset=utf-8"),
    );
    response
}
