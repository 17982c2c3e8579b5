//! The local API that test code of any language steers the emulator by, and its health.
//!
//! It stands outside the emulated services: faults do not strike it, the journal does not hold it, and what
//! it is told is in no log. docs/admin.md has it all, with examples.

mod clock;
mod faults;
mod gate;
mod health;
mod info;
mod journal;
mod limits;
mod refusal;
mod seed;
mod state;

use http::{HeaderValue, Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};

pub(crate) use health::{Health, Stage};

use crate::{
    host::Site,
    message::{self, Body, Request, Response, json_response, tell_empty},
    router::{Port, Router},
};
use refusal::Refusal;

/// Where the API is.
const ROOT: &str = "/admin";
/// Where the health is asked for, by anybody.
const HEALTH: &str = "/health";

/// What the API needs besides the services that it steers.
#[derive(Debug)]
pub(crate) struct Admin {
    /// Whether others than this machine may use it.
    pub(crate) anywhere: bool,
    pub(crate) health: Health,
}

/// What a request asks for, within the API.
enum Route<'a> {
    Info,
    Clock,
    ClockOf(&'a str),
    Faults,
    Fault(&'a str),
    Journal,
    Limits,
    Seed,
    Snapshot,
    Reset,
    Unknown(&'a str),
}

impl<'a> Route<'a> {
    fn of(path: &'a str) -> Self {
        let rest = path.strip_prefix(ROOT).unwrap_or(path).trim_matches('/');
        match rest.split_once('/').unwrap_or((rest, "")) {
            ("" | "info", "") => Self::Info,
            ("clock", "") => Self::Clock,
            ("clock", vault) if !vault.contains('/') => Self::ClockOf(vault),
            ("faults", "") => Self::Faults,
            ("faults", id) if !id.contains('/') => Self::Fault(id),
            ("journal", "") => Self::Journal,
            ("limits", "") => Self::Limits,
            ("seed", "") => Self::Seed,
            ("snapshot", "") => Self::Snapshot,
            ("reset", "") => Self::Reset,
            _ => Self::Unknown(path),
        }
    }
}

/// Whether a path is of this API.
pub(crate) fn is_path(path: &str) -> bool {
    let below = path.strip_prefix(ROOT);
    path == HEALTH || below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether a request is for this API: by its path, at a host that is none of Azure's.
pub(crate) fn concerns(port: Port, request: &Request) -> bool {
    is_path(&request.path)
        && (port == Port::Plain || matches!(Site::of(&request.host), Site::Local | Site::Unknown))
}

/// Whether a request is for this API and by somebody who may not use it, whatever its body is.
pub(crate) fn refuses(router: &Router, port: Port, request: &Request) -> bool {
    is_path(&request.path)
        && concerns(port, request)
        && gate::admit(router.admin.anywhere, request).is_err()
}

/// Answers a request that [`concerns`] this API.
pub(crate) async fn answer(router: &Router, request: Request) -> Response {
    let answer = if request.path == HEALTH {
        health::answer(router, &request).await
    } else {
        let admitted = gate::admit(router.admin.anywhere, &request);
        match admitted {
            Ok(()) => route(router, &request).await,
            Err(refusal) => Err(refusal),
        }
    };
    let mut response = answer.unwrap_or_else(Refusal::into_response);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if request.method == Method::HEAD {
        *response.body_mut() = bytes::Bytes::new();
    }
    tell_empty(&mut response);
    let (method, path, status) = (&request.method, &request.path, response.status().as_u16());
    tracing::debug!(%method, path, status, "answered");
    response
}

async fn route(router: &Router, request: &Request) -> Result<Response, Refusal> {
    match Route::of(&request.path) {
        Route::Info => {
            only(request, &[Method::GET, Method::HEAD])?;
            Ok(info::answer(router, request))
        }
        Route::Clock => clock::answer(router, request).await,
        Route::ClockOf(vault) => clock::of_vault(router, vault, request).await,
        Route::Faults => faults::answer(&router.faults, request),
        Route::Fault(id) => faults::one(&router.faults, id, request),
        Route::Journal => journal::answer(&router.journal, request),
        Route::Limits => limits::answer(router, request),
        Route::Seed => seed::answer(router, request).await,
        Route::Snapshot => state::snapshot(router, request).await,
        Route::Reset => state::reset(router, request).await,
        Route::Unknown(path) => Err(Refusal::not_found(path)),
    }
}

/// Refuses methods other than `methods`.
fn only(request: &Request, methods: &[Method]) -> Result<(), Refusal> {
    if methods.contains(&request.method) { Ok(()) } else { Err(Refusal::method(methods)) }
}

/// The body, read as JSON of that form.
fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    let bytes = bytes_of(request)?;
    // Else the members of a list would be taken for fields by their order, and none of them for the defaults.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Refusal::bad("The body has to be a JSON object."));
    }
    serde_json::from_slice(bytes).map_err(|error| Refusal::body(&error))
}

/// The body, whole and said to be JSON.
fn bytes_of(request: &Request) -> Result<&[u8], Refusal> {
    let Body::Whole(bytes) = &request.body else {
        return Err(Refusal::too_large(message::max_body(&request.path)));
    };
    if gate::is_json(&request.headers) { Ok(bytes) } else { Err(Refusal::not_json()) }
}

fn shown(value: &impl Serialize) -> Response {
    json_response(StatusCode::OK, value)
}
