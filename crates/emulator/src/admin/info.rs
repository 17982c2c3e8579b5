//! What the emulator is, and what the API has.

use serde::Serialize;

use super::shown;
use crate::{
    message::{Request, Response},
    router::Router,
};

/// The paths of the API, each with its methods.
const PATHS: [(&str, &str); 11] = [
    ("/health", "GET"),
    ("/admin/info", "GET"),
    ("/admin/clock", "GET, PUT"),
    ("/admin/clock/{vault}", "GET, PUT, DELETE"),
    ("/admin/faults", "GET, POST, DELETE"),
    ("/admin/faults/{id}", "GET, DELETE"),
    ("/admin/journal", "GET, DELETE"),
    ("/admin/limits", "GET, DELETE"),
    ("/admin/snapshot", "GET, PUT"),
    ("/admin/reset", "POST"),
    ("/admin/seed", "POST"),
];

#[derive(Serialize)]
struct Info<'a> {
    name: &'static str,
    version: &'static str,
    process: u32,
    uptime_seconds: i64,
    tenant: &'a str,
    subscription: &'a str,
    paths: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    path: &'static str,
    methods: &'static str,
}

pub(super) fn answer(router: &Router, _request: &Request) -> Response {
    shown(&Info {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        process: std::process::id(),
        uptime_seconds: router.admin.health.uptime(),
        tenant: &router.tokens.tenant_id,
        subscription: &router.arm.settings.subscription_id,
        paths: PATHS.into_iter().map(|(path, methods)| Listed { path, methods }).collect(),
    })
}
