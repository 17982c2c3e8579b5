//! The one loop that repeats attempts and sleeps between them.

use std::{
    fmt,
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
        Context, Method, Request,
        policies::{Policy, PolicyResult},
    },
};

use super::{CallSpan, Identity};
use crate::{
    Error, ErrorKind, Idempotency, Operation,
    call::CallOptions,
    error::{Evidence, held},
    retry::{
        Attempt, Backoff, Gate, Held, KeyWeight, Outcome, RetryCause, RetryPolicy, RetryState,
        ServiceBackoff, StopReason, Ticket, Verdict, server_delay,
    },
    time::{Clock, within},
    transport::{TransportError, TransportErrorKind},
};

/// The longest that one call's 429 holds the vault's other callers.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// One call's limits and what is known of its attempts; travels in the context.
#[derive(Debug)]
pub(crate) struct CallState {
    pub(crate) operation: &'static Operation,
    pub(crate) retry: Option<RetryPolicy>,
    key_weight: Option<KeyWeight>,
    lean: bool,
    span: Option<CallSpan>,
    /// When the call must have ended, on [`Clock::elapsed`]'s scale.
    pub(crate) deadline: Option<Duration>,
    attempts: AtomicU32,
    /// Whether the request reads only, whatever the operation it belongs to does.
    reads: AtomicBool,
    /// Whether the vault is being asked what it requires, by a request that carries nothing.
    asking: AtomicBool,
    /// Whether this attempt has handed the request itself to the transport.
    exposed: AtomicBool,
    /// Whether an attempt that has ended may have reached the service unanswered.
    unanswered: AtomicBool,
    stop_reason: Mutex<Option<StopReason>>,
    last: Mutex<Option<Error>>,
}

impl CallState {
    pub(crate) fn new(
        operation: &'static Operation,
        options: &CallOptions,
        lean: bool,
        deadline: Option<Duration>,
        span: Option<CallSpan>,
    ) -> Self {
        Self {
            operation,
            retry: options.retry.clone(),
            key_weight: options.key_weight,
            lean,
            span,
            deadline,
            attempts: AtomicU32::new(0),
            reads: AtomicBool::new(false),
            asking: AtomicBool::new(false),
            exposed: AtomicBool::new(false),
            unanswered: AtomicBool::new(false),
            stop_reason: Mutex::new(None),
            last: Mutex::new(None),
        }
    }

    pub(crate) fn evidence(&self) -> Evidence {
        // The future may be dropped, or run out of time, between sending and answer.
        let may_have_been_sent =
            self.exposed.load(Ordering::Relaxed) || self.unanswered.load(Ordering::Relaxed);
        Evidence {
            attempts: self.attempts(),
            may_have_been_sent,
            may_have_made_version: may_have_been_sent && self.makes_version(),
            stop_reason: self.stop_reason.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }

    pub(crate) fn span(&self) -> Option<&CallSpan> {
        self.span.as_ref()
    }

    /// Whether nobody can see the headers of a successful answer.
    #[cfg_attr(
        not(feature = "reqwest"),
        expect(dead_code, reason = "the built-in transport alone asks")
    )]
    pub(crate) fn is_lean(&self) -> bool {
        self.lean
    }

    pub(crate) fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    fn begin_attempt(&self) -> u32 {
        // The attempt before may have ended while it asked.
        self.ask(false);
        self.attempts.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Whether what is sent from now on is the question to a vault what it requires.
    pub(crate) fn ask(&self, asking: bool) {
        self.asking.store(asking, Ordering::Relaxed);
    }

    /// A request is given to the transport: the one that the call is about, unless it is a question.
    pub(crate) fn expose(&self) {
        if !self.asking.load(Ordering::Relaxed) {
            self.exposed.store(true, Ordering::Relaxed);
        }
    }

    /// The request was answered by a refusal, so that it surely was not carried out.
    pub(crate) fn refused(&self) {
        self.exposed.store(false, Ordering::Relaxed);
    }

    /// The question itself was answered as if it were the request.
    pub(crate) fn may_have_been_carried_out(&self) {
        self.unanswered.store(true, Ordering::Relaxed);
    }

    /// The call begins, and only reads or does not.
    fn begin(&self, reads: bool) {
        self.reads.store(reads, Ordering::Relaxed);
    }

    fn reads(&self) -> bool {
        self.reads.load(Ordering::Relaxed)
    }

    fn makes_version(&self) -> bool {
        self.operation.idempotency == Idempotency::MakesVersion && !self.reads()
    }

    /// Notes what came of an attempt; gives whether the request itself was sent in it.
    fn end_attempt(&self, outcome: Outcome, unknown: bool) -> bool {
        let exposed = self.exposed.swap(false, Ordering::Relaxed);
        let unanswered = match outcome {
            Outcome::Status(408 | 500 | 502 | 503 | 504) => self.makes_version(),
            Outcome::Status(_) => false,
            Outcome::Other => unknown,
            Outcome::Transport(kind) => !matches!(
                kind,
                TransportErrorKind::Connect
                    | TransportErrorKind::Tls
                    | TransportErrorKind::Proxy
                    | TransportErrorKind::Request
            ),
        };
        self.unanswered.fetch_or(exposed && unanswered, Ordering::Relaxed);
        exposed
    }

    /// Keeps what an attempt failed by, should the time of the call run out in a later one.
    async fn remember(&self, result: PolicyResult, asked: Option<Duration>) {
        let error = match result {
            Ok(answer) => match answer.try_into_raw_response().await {
                Ok(answer) => Error::from_response(&answer).with_retry_after(asked),
                Err(error) => Error::from_azure(error),
            },
            Err(error) => Error::from_azure(error),
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// What the last attempt that has ended failed by.
    pub(crate) fn last(&self) -> Option<Error> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn stop(&self, reason: StopReason) {
        *self.stop_reason.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }
}

/// Repeats attempts as the call's, else the client's [`RetryPolicy`] says.
#[derive(Debug)]
pub struct RetryLoop {
    pub(crate) identity: Identity,
    pub(crate) policy: RetryPolicy,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) gate: Option<Arc<Gate>>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// The time of the whole call ran out in one of its attempts.
#[derive(Debug)]
pub(crate) struct OutOfTime;

impl fmt::Display for OutOfTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time of the call ran out")
    }
}

impl std::error::Error for OutOfTime {}

impl RetryLoop {
    /// Makes one attempt within its limit and the call's: one timer serves both.
    async fn attempt(
        &self,
        call: &CallState,
        attempt: impl Future<Output = PolicyResult>,
    ) -> PolicyResult {
        let left = call.deadline.map(|end| end.saturating_sub(self.clock.elapsed()));
        let limit = left.into_iter().chain(self.attempt_timeout).min();
        if let Some(result) = within(&*self.clock, limit, attempt).await {
            return result;
        }
        if call.deadline.is_some_and(|end| self.clock.elapsed() >= end) {
            return Err(azure_core::Error::new(AzureKind::Other, OutOfTime));
        }
        Err(TransportError::new(TransportErrorKind::Timeout, None).into_azure())
    }

    /// Waits while the vault's pause lasts, and for a place in the budget.
    async fn pass(&self, call: &CallState, throttled: bool) -> azure_core::Result<()> {
        let Some(gate) = &self.gate else {
            return Ok(());
        };
        let ticket = Ticket {
            charge: call.operation.charge,
            key: call.key_weight,
            throttled,
            patience: call.deadline.map(|end| end.saturating_sub(self.clock.elapsed())),
        };
        let on_wait = |wait| call.span().map(|span| span.wait("the vault is paused", wait));
        let Err(Held(wait)) = gate.pass(ticket, random, on_wait).await else {
            return Ok(());
        };
        call.stop(StopReason::Deadline);
        let message = format!(
            "nothing was sent: the vault asked this program to slow down, or its budget is used up, for {:.1} s more, and this call may not take as long",
            wait.as_secs_f64()
        );
        let held = Error::new(ErrorKind::Throttled, message).with_retry_after(Some(wait));
        Err(call.last().unwrap_or(held).into_azure())
    }

    /// Tells the vault's other callers of the pause that a 429 asked for or led to.
    fn tell_others(&self, call: &CallState, cause: RetryCause, pause: Option<Duration>) {
        if let (Some(gate), RetryCause::Throttled, Some(pause)) = (&self.gate, cause, pause) {
            gate.pause(call.operation.charge, pause);
        }
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
            Some(asked) if !asked.is_zero() => asked,
            // A date that has passed here may be one of a clock that is behind ours.
            _ => policy.backoff.delay(cause, state.attempts, random()),
        };
        policy.limit.check(&RetryState { delay, ..state })?;
        match deadline {
            Some(deadline) if self.clock.elapsed().saturating_add(delay) >= deadline => {
                Err(StopReason::Deadline)
            }
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
        self.identity.put_on(request);
        call.begin(matches!(request.method(), Method::Get | Method::Head));
        let policy = call.retry.as_ref().unwrap_or(&self.policy);
        let mut start = None;
        let mut throttled = false;
        loop {
            if self.gate.as_ref().is_some_and(|gate| !gate.is_open()) {
                Box::pin(self.pass(call, throttled)).await?;
            }
            if call.deadline.is_some_and(|end| self.clock.elapsed() >= end) {
                return Err(azure_core::Error::new(AzureKind::Other, OutOfTime));
            }
            let attempts = call.begin_attempt();
            // Time in the vault's pause or in the budget's queue is before the first attempt.
            let start = *start.get_or_insert_with(|| self.clock.elapsed());
            request.body_mut().reset().await?;
            let attempt = super::call_next(ctx, request, next);
            let result = self.attempt(call, attempt).await;
            if result.as_ref().is_err_and(|error| held::<OutOfTime>(error).is_some()) {
                // The attempt is left as one whose outcome is not known.
                return result;
            }
            let outcome = outcome(&result);
            // What neither we nor the transport say may have come after the request was sent.
            let unknown = result.as_ref().is_err_and(|error| held::<Error>(error).is_none());
            let exposed = call.end_attempt(outcome, unknown);
            // Reading makes no version, nor does a request that was not sent.
            let idempotency = match exposed && !call.reads() {
                true => call.operation.idempotency,
                false => Idempotency::Idempotent,
            };
            let cause = match policy.classifier.classify(&Attempt::new(outcome, idempotency)) {
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
            // For others: what the vault asked for, else what is usual, but not this call's own taste.
            let usual = || ServiceBackoff::default().delay(cause, attempts, random());
            let pause = match asked {
                Some(asked) if asked > policy.max_server_delay.min(LONGEST_PAUSE) => None,
                Some(asked) if !asked.is_zero() => Some(asked),
                _ => Some(usual()),
            };
            let state = RetryState::new(attempts, self.clock.elapsed() - start, Duration::ZERO);
            match self.next_delay(policy, cause, asked, state, call.deadline) {
                // The last real answer or error is what the caller gets.
                Err(reason) => {
                    self.tell_others(call, cause, asked.and(pause));
                    call.stop(reason);
                    return result;
                }
                Ok(delay) => {
                    self.tell_others(call, cause, pause);
                    throttled = cause == RetryCause::Throttled;
                    tracing::debug!(
                        target: "azvault",
                        operation = call.operation.name, attempts, ?cause,
                        milliseconds = delay.as_millis(), "waiting to try again"
                    );
                    Box::pin(call.remember(result, asked)).await;
                    if !delay.is_zero() {
                        let _span = call.span().map(|span| span.wait(cause.as_str(), delay));
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
    if let Some(transport) = held::<TransportError>(error) {
        return Outcome::Transport(transport.kind());
    }
    // A transport of the user's own reports by azure_core's kinds.
    match error.kind() {
        AzureKind::Connection => Outcome::Transport(TransportErrorKind::Connect),
        AzureKind::Io if held::<Error>(error).is_none() => {
            Outcome::Transport(TransportErrorKind::Interrupted)
        }
        _ => Outcome::Other,
    }
}

// Jitter only spreads callers: any random bits do.
pub(crate) fn random() -> f64 {
    let bits = uuid::Uuid::new_v4().as_u128() as u32;
    f64::from(bits) / f64::from(u32::MAX)
}
