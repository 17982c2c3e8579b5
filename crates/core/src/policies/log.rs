//! One `tracing` event a request, from an allow-list: no header, no body, no query.

use std::time::Duration;

use azure_core::http::{Method, Request, Url, policies::PolicyResult};

use crate::{headers, time::Clock};

/// A request under way, to be reported at `DEBUG`: method, host, path, status, request id and
/// duration.
pub(super) struct Watched {
    method: Method,
    url: Url,
    start: Duration,
}

impl Watched {
    /// Begins to watch, if anybody listens.
    pub(super) fn begin(request: &Request, clock: &dyn Clock) -> Option<Self> {
        tracing::enabled!(target: "azvault", tracing::Level::DEBUG).then(|| Self {
            method: request.method(),
            url: request.url().clone(),
            start: clock.elapsed(),
        })
    }

    pub(super) fn report(self, result: &PolicyResult, clock: &dyn Clock) {
        let Self { method, url, start } = self;
        let milliseconds = clock.elapsed().saturating_sub(start).as_millis();
        let (host, path) = (url.host_str().unwrap_or_default(), url.path());
        match result {
            Ok(response) => tracing::debug!(
                target: "azvault", %method, host, path, milliseconds,
                status = u16::from(response.status()),
                request_id = headers::get(response.headers(), &headers::REQUEST_ID),
                "answered"
            ),
            Err(error) => tracing::debug!(
                target: "azvault", %method, host, path, milliseconds,
                error = %error.kind(),
                "not answered"
            ),
        }
    }
}
