//! Whether the emulator serves: what a container's health check and a start script ask.

use std::sync::Mutex;

use http::{Method, StatusCode};
use serde::Serialize;
use time::OffsetDateTime;

use super::refusal::Refusal;
use crate::{
    clock::wall_now,
    locks::lock,
    message::{Request, Response, json_response},
    router::Router,
};

/// How far an emulator is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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
}

#[derive(Serialize)]
struct Shown<'a> {
    status: &'a str,
    version: &'static str,
    uptime_seconds: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

impl Default for Health {
    fn default() -> Self {
        Self { since: wall_now(), stage: Mutex::default() }
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
pub(super) async fn answer(router: &Router, request: &Request) -> Result<Response, Refusal> {
    super::only(request, &[Method::GET, Method::HEAD])?;
    let health = &router.admin.health;
    let stage = *lock(&health.stage);
    let status = match stage {
        Stage::Starting => "starting",
        Stage::Serving => "serving",
        Stage::Stopping => "stopping",
    };
    // At its end the data directory is closed, which is no failure.
    let failure = if stage == Stage::Serving { router.ledger.healthy().await.err() } else { None };
    let message = failure.map(|failure| failure.to_string());
    let status = if message.is_some() { "failed" } else { status };
    let code = if status == "serving" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let version = env!("CARGO_PKG_VERSION");
    Ok(json_response(code, &Shown { status, version, uptime_seconds: health.uptime(), message }))
}
