//! Whether the emulator serves: what a container's health check and a start script ask.

use std::{
    borrow::Cow,
    sync::{Mutex, OnceLock},
};

use http::{Method, StatusCode};
use serde::Serialize;
use time::OffsetDateTime;

use super::refusal::Refusal;
use crate::{
    clock::wall_now,
    locks::lock,
    message::{Request, Response, json_response},
};

/// How far an emulator is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    #[default]
    Starting,
    Serving,
    Stopping,
}

/// The health of an emulator.
#[derive(Debug)]
pub(crate) struct Health {
    since: OffsetDateTime,
    stage: Mutex<Stage>,
    failure: OnceLock<Cow<'static, str>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    status: &'a str,
    version: &'static str,
    uptime_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
}

impl Default for Health {
    fn default() -> Self {
        Self { since: wall_now(), stage: Mutex::default(), failure: OnceLock::new() }
    }
}

impl Health {
    pub(crate) fn enter(&self, stage: Stage) {
        *lock(&self.stage) = stage;
    }

    /// In whole seconds.
    pub(super) fn uptime(&self) -> i64 {
        (wall_now() - self.since).whole_seconds().max(0)
    }
}

/// Answers `GET /health`: 200 when it serves, 503 otherwise.
pub(super) fn answer(health: &Health, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD])?;
    let message = health.failure.get().map(Cow::as_ref);
    let stage = *lock(&health.stage);
    let status = match (message, stage) {
        (Some(_), _) => "failed",
        (None, Stage::Starting) => "starting",
        (None, Stage::Serving) => "serving",
        (None, Stage::Stopping) => "stopping",
    };
    let code = if status == "serving" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let version = env!("CARGO_PKG_VERSION");
    Ok(json_response(code, &Shown { status, version, uptime_seconds: health.uptime(), message }))
}
