//! The steps a request goes through, each one of azure_core's `Policy`, outermost first:
//! retry (which identifies the call) → authenticate → trace → send (which logs).
#![expect(
    elided_lifetimes_in_paths,
    reason = "azure_core's Policy elides Context's lifetime, and async_trait wants the same spelling"
)]

mod authenticate;
mod identify;
mod log;
mod retry;
mod send;
mod trace;

pub use authenticate::Authenticate;
pub(crate) use identify::Identity;
pub use retry::RetryLoop;
pub(crate) use retry::{CallState, OutOfTime, random};
pub(crate) use send::Send;
pub(crate) use trace::{CallSpan, TraceRequest, tracer};

use std::sync::Arc;

use azure_core::http::{
    Context, Request,
    policies::{Policy, PolicyResult},
};

/// Hands the request to the next step.
pub(crate) async fn call_next(
    ctx: &Context<'_>,
    request: &mut Request,
    next: &[Arc<dyn Policy>],
) -> PolicyResult {
    match next.split_first() {
        Some((first, rest)) => first.send(ctx, request, rest).await,
        None => Err(azure_core::Error::with_message(
            azure_core::error::ErrorKind::Other,
            "the last policy must send the request",
        )),
    }
}
