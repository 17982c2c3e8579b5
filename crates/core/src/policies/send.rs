//! The last step: the transport, and the whole answer read within a limit.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, Context, Method, Request, Transport,
    policies::{Policy, PolicyResult},
};
use bytes::Bytes;

use super::{CallState, log::Watched};
use crate::{time::Clock, transport::read_body};

/// Sends the request. The body is read here, inside the attempt, so that an answer that breaks
/// off counts as a failed attempt.
#[derive(Debug)]
pub(crate) struct Send {
    transport: Transport,
    limit: usize,
    clock: Arc<dyn Clock>,
}

impl Send {
    pub(crate) fn new(transport: Transport, limit: usize, clock: Arc<dyn Clock>) -> Self {
        Self { transport, limit, clock }
    }

    async fn exchange(&self, ctx: &Context<'_>, request: &mut Request) -> PolicyResult {
        let is_head = request.method() == Method::Head;
        let response = self.transport.send(ctx, request).await?;
        let (status, headers, body) = if is_head {
            // The length announced is that of a body which a HEAD does not get.
            let (status, headers, _) = response.deconstruct();
            (status, headers, Bytes::new())
        } else {
            let (status, headers, body) = read_body(response, self.limit).await?.deconstruct();
            (status, headers, Bytes::from(body))
        };
        Ok(AsyncRawResponse::from_bytes(status, headers, body))
    }
}

#[async_trait]
impl Policy for Send {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        _next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        if let Some(call) = ctx.value::<CallState>() {
            call.expose();
        }
        let watched = Watched::begin(request, &*self.clock);
        let result = self.exchange(ctx, request).await;
        if let Some(watched) = watched {
            watched.report(&result, &*self.clock);
        }
        result
    }
}
