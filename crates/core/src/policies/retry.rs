//! The one loop that repeats attempts and sleeps between them.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    error::ErrorKind as AzureKind,
    http::{
        Context, Request,
        policies::{Policy, PolicyResult},
    },
};

use crate::{
    Idempotency, Operation,
    error::Evidence,
    retry::{
        Attempt, Outcome, RetryCause, RetryPolicy, RetryState, StopReason, Verdict, server_delay,
    },
    time::{Clock, within},
    transport::{TransportError, TransportErrorKind},
};

/// One call's limits and what is known of its attempts; travels in the context.
#[derive(Debug)]
pub(crate) struct CallState {
    pub(crate) operation: &'static Operation,
    pub(crate) retry: Option<RetryPolicy>,
    /// When the call must have ended, on [`Clock::elapsed`]'s scale.
    pub(crate) deadline: Option<Duration>,
    attempts: AtomicU32,
    may_have_been_sent: AtomicBool,
    stop_reason: Mutex<Option<StopReason>>,
}

impl CallState {
    pub(crate) fn new(
        operation: &'static Operation,
        retry: Option<RetryPolicy>,
        deadline: Option<Duration>,
    ) -> Self {
        Self {
            operation,
            retry,
            deadline,
            attempts: AtomicU32::new(0),
            may_have_been_sent: AtomicBool::new(false),
            stop_reason: Mutex::new(None),
        }
    }

    pub(crate) fn evidence(&self) -> Evidence {
        Evidence {
            attempts: self.attempts.load(Ordering::Relaxed),
            may_have_been_sent: self.may_have_been_sent.load(Ordering::Relaxed),
            stop_reason: self.stop_reason.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    fn begin_attempt(&self) -> u32 {
        // Until an answer says otherwise: the future may be dropped at any moment.
        self.may_have_been_sent.store(true, Ordering::Relaxed);
        self.attempts.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn end_attempt(&self, outcome: Outcome) {
        let unanswered = match outcome {
            Outcome::Status(408 | 500 | 502 | 503 | 504) => {
                self.operation.idempotency == Idempotency::MakesVersion
            }
            Outcome::Status(_) | Outcome::Other => false,
            Outcome::Transport(kind) => {
                !matches!(kind, TransportErrorKind::Connect | TransportErrorKind::Request)
            }
        };
        self.may_have_been_sent.store(unanswered, Ordering::Relaxed);
    }

    fn stop(&self, reason: StopReason) {
        *self.stop_reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }
}

/// Repeats attempts as the call's, else the client's [`RetryPolicy`] says.
#[derive(Debug)]
pub struct RetryLoop {
    policy: RetryPolicy,
    attempt_timeout: Option<Duration>,
    clock: Arc<dyn Clock>,
}

impl RetryLoop {
    pub(crate) fn new(
        policy: RetryPolicy,
        attempt_timeout: Option<Duration>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { policy, attempt_timeout, clock }
    }

    /// How long to wait before another attempt, or why none is made.
    fn next_delay(
        &self,
        policy: &RetryPolicy,
        cause: RetryCause,
        asked: Option<Duration>,
        state: RetryState,
        deadline: Option<Duration>,
    ) -> Result<Duration, StopReason> {
        let delay = match asked {
            Some(asked) if asked > policy.max_server_delay => {
                return Err(StopReason::ServerDelay(asked));
            }
            Some(asked) => asked,
            None => policy.backoff.delay(cause, state.attempts, random()),
        };
        policy.limit.check(&RetryState { delay, ..state })?;
        match deadline {
            Some(deadline) if self.clock.elapsed() + delay >= deadline => Err(StopReason::Deadline),
            _ => Ok(delay),
        }
    }
}

#[async_trait]
impl Policy for RetryLoop {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Some(call) = ctx.value::<CallState>() else {
            return super::call_next(ctx, request, next).await;
        };
        let policy = call.retry.as_ref().unwrap_or(&self.policy);
        let start = self.clock.elapsed();
        loop {
            let attempts = call.begin_attempt();
            request.body_mut().reset().await?;
            let attempt = super::call_next(ctx, request, next);
            let result =
                within(&*self.clock, self.attempt_timeout, attempt).await.unwrap_or_else(|| {
                    Err(TransportError::new(TransportErrorKind::Timeout, None).into_azure())
                });
            let outcome = outcome(&result);
            call.end_attempt(outcome);
            let cause = match policy
                .classifier
                .classify(&Attempt::new(outcome, call.operation.idempotency))
            {
                Verdict::Final => return result,
                Verdict::Ambiguous => {
                    call.stop(StopReason::Ambiguous);
                    return result;
                }
                Verdict::Retry(cause) => cause,
            };
            let asked = result
                .as_ref()
                .ok()
                .and_then(|response| server_delay(response.headers(), self.clock.now()));
            let state = RetryState::new(attempts, self.clock.elapsed() - start, Duration::ZERO);
            match self.next_delay(policy, cause, asked, state, call.deadline) {
                // The last real answer or error is what the caller gets.
                Err(reason) => {
                    call.stop(reason);
                    return result;
                }
                Ok(delay) => {
                    tracing::debug!(
                        target: "azvault",
                        operation = call.operation.name, attempts, ?cause,
                        milliseconds = delay.as_millis(), "waiting to try again"
                    );
                    if !delay.is_zero() {
                        self.clock.sleep(delay).await;
                    }
                }
            }
        }
    }
}

fn outcome(result: &PolicyResult) -> Outcome {
    let error = match result {
        Ok(response) => return Outcome::Status(u16::from(response.status())),
        Err(error) => error,
    };
    if let Some(transport) = error.downcast_ref::<TransportError>() {
        return Outcome::Transport(transport.kind());
    }
    // A transport of the user's own reports by azure_core's kinds.
    match error.kind() {
        AzureKind::Connection => Outcome::Transport(TransportErrorKind::Connect),
        AzureKind::Io if error.downcast_ref::<crate::Error>().is_none() => {
            Outcome::Transport(TransportErrorKind::Interrupted)
        }
        _ => Outcome::Other,
    }
}

// Jitter only spreads callers; where the generator fails, the middle does.
fn random() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u128() as u32;
    f64::from(bits) / f64::from(u32::MAX)
}
