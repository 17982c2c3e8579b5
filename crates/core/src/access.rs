//! Seeing through the lag of permissions that were just granted.

use std::time::Duration;

use azure_core::http::{RawResponse, Request};

use crate::{
    ErrorKind, Operation, Pipeline, Result,
    call::CallOptions,
    policies::random,
    retry::{Backoff, ExponentialBackoff, RetryCause},
};

/// After so many pauses they grow no more: the longest is then 8.5 s.
const MOST_GROWTH: u32 = 8;

/// Sends `request` until it is permitted, for `limit` at most. What was refused was not done, so
/// that anything can be sent again.
pub(crate) async fn wait(
    pipeline: &Pipeline,
    operation: &'static Operation,
    request: &mut Request,
    options: &CallOptions,
    limit: Duration,
) -> Result<RawResponse> {
    let clock = pipeline.clock().clone();
    let began = clock.elapsed();
    let growing = ExponentialBackoff::new(Duration::from_millis(500), 1.5);
    let mut pauses = 0;
    loop {
        let error = match pipeline.send_once(operation, request, options).await {
            Err(error) if may_come(error.kind()) => error,
            outcome => return outcome,
        };
        let left = limit.saturating_sub(clock.elapsed().saturating_sub(began));
        if left.is_zero() {
            let seconds = limit.as_secs_f64();
            return Err(
                error.with_note(&format!("so it was for {seconds} s of waiting for access"))
            );
        }
        pauses = MOST_GROWTH.min(pauses + 1);
        clock.sleep(growing.delay(RetryCause::Transient, pauses, random()).min(left)).await;
    }
}

/// Whether what is refused now may be permitted soon: policies and roles take effect with a lag;
/// a firewall's refusal is about where the caller is.
fn may_come(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ForbiddenByPolicy | ErrorKind::ForbiddenByRbac)
}
