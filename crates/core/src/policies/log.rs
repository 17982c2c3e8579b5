//! One `tracing` event an attempt, from an allow-list: no header, no body, no query.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{
    Context, Request,
    headers::HeaderName,
    policies::{Policy, PolicyResult},
};

use crate::time::Clock;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-request-id");

/// Reports method, host, path, status, request id and duration at `DEBUG`.
#[derive(Debug)]
pub(crate) struct Log {
    clock: Arc<dyn Clock>,
}

impl Log {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Policy for Log {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        if !tracing::enabled!(target: "azvault", tracing::Level::DEBUG) {
            return super::call_next(ctx, request, next).await;
        }
        let start = self.clock.elapsed();
        let (method, url) = (request.method(), request.url().clone());
        let result = super::call_next(ctx, request, next).await;
        let milliseconds = (self.clock.elapsed() - start).as_millis();
        let (host, path) = (url.host_str().unwrap_or_default(), url.path());
        match &result {
            Ok(response) => tracing::debug!(
                target: "azvault", %method, host, path, milliseconds,
                status = u16::from(response.status()),
                request_id = response.headers().get_optional_str(&REQUEST_ID),
                "answered"
            ),
            Err(error) => tracing::debug!(
                target: "azvault", %method, host, path, milliseconds,
                error = %error.kind(),
                "not answered"
            ),
        }
        result
    }
}
