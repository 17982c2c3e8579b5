//! Three separate questions: may this be retried, may we still, and how long to wait.
//!
//! All answers are pure: no clock is read and nothing sleeps here. The one loop that asks them is
//! [`RetryLoop`](crate::policies::RetryLoop).

mod backoff;
mod budget;
mod classifier;
mod limit;
mod server_delay;
mod throttle;

use std::{fmt, sync::Arc, time::Duration};

pub use backoff::{AtMost, Backoff, ExponentialBackoff, Scaled, ServiceBackoff};
pub use budget::{Budget, Charge, KeyWeight};
pub use classifier::{
    AlsoRetrying, Attempt, Classifier, Outcome, RepeatingAmbiguous, ServiceClassifier, Verdict,
};
pub use limit::{And, AttemptLimit, ElapsedLimit, RetryLimit, RetryState, StopReason};
pub use server_delay::server_delay;
pub use throttle::Throttle;
pub(crate) use throttle::{Gate, Held, Ticket};

/// Why another attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryCause {
    /// The service asks to slow down (429).
    Throttled,
    /// The service or the way to it failed for the moment.
    Transient,
    /// There was no connection, so the request was surely not sent.
    NotSent,
}

impl RetryCause {
    /// For spans.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "throttled",
            Self::Transient => "transient failure",
            Self::NotSent => "no connection",
        }
    }
}

/// What to do after a failed attempt: a classifier, a limit and a backoff.
///
/// The default follows the service's guidance: throttling waits 1, 2, 4, 8 and 16 s (each between
/// half and all of it), other failures 0.2 s doubled each time; at most 5 retries; a delay that
/// the server asks for takes precedence. See `docs/defaults.md`.
///
/// # Examples
/// ```
/// use azvault_core::retry::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_retries(8);
/// let never = RetryPolicy::none();
/// # let _ = (patient, never);
/// ```
#[derive(Clone)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) classifier: Arc<dyn Classifier>,
    pub(crate) limit: Arc<dyn RetryLimit>,
    pub(crate) backoff: Arc<dyn Backoff>,
    pub(crate) max_server_delay: Duration,
}

impl RetryPolicy {
    /// Tries once.
    pub fn none() -> Self {
        Self::default().max_retries(0)
    }

    /// Allows `retries` attempts after the first.
    pub fn max_retries(self, retries: u32) -> Self {
        self.limit(AttemptLimit::retries(retries))
    }

    /// Decides by `limit` whether another attempt may be made.
    pub fn limit(mut self, limit: impl RetryLimit + 'static) -> Self {
        self.limit = Arc::new(limit);
        self
    }

    /// Decides by `classifier` what may be retried.
    pub fn classifier(mut self, classifier: impl Classifier + 'static) -> Self {
        self.classifier = Arc::new(classifier);
        self
    }

    /// Waits as `backoff` says where the server says nothing.
    pub fn backoff(mut self, backoff: impl Backoff + 'static) -> Self {
        self.backoff = Arc::new(backoff);
        self
    }

    /// The longest delay to accept from the server, 60 s unless set: a longer one ends the call
    /// at once with what the server said.
    pub fn max_server_delay(mut self, longest: Duration) -> Self {
        self.max_server_delay = longest;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            classifier: Arc::new(ServiceClassifier),
            limit: Arc::new(AttemptLimit::retries(5)),
            backoff: Arc::new(ServiceBackoff),
            max_server_delay: Duration::from_secs(60),
        }
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("classifier", &self.classifier)
            .field("limit", &self.limit)
            .field("backoff", &self.backoff)
            .field("max_server_delay", &self.max_server_delay)
            .finish()
    }
}
