//! May this attempt be followed by another?

use std::fmt;

use super::RetryCause;
use crate::{Idempotency, transport::TransportErrorKind};

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The service answered with this status.
    Status(u16),
    /// No answer came.
    Transport(TransportErrorKind),
    /// Something before the transport failed, credentials for instance.
    Other,
}

/// An attempt to judge.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// What came of it.
    pub outcome: Outcome,
    /// Whether the operation may be carried out twice.
    pub idempotency: Idempotency,
}

impl Attempt {
    /// An attempt at an operation with that outcome.
    pub fn new(outcome: Outcome, idempotency: Idempotency) -> Self {
        Self { outcome, idempotency }
    }
}

/// The judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The outcome stands: success, or a failure that another attempt would repeat.
    Final,
    /// Another attempt may succeed.
    Retry(RetryCause),
    /// Another attempt might succeed, but this one may have been carried out already.
    Ambiguous,
}

/// Decides what may be retried.
pub trait Classifier: Send + Sync + fmt::Debug {
    /// Judges one attempt.
    fn classify(&self, attempt: &Attempt) -> Verdict;
}

/// What holds for Key Vault and ARM.
///
/// An answer of 429 means that nothing was done; 408 and 5xx may come after the service has
/// done its work, so that an operation which makes a version is not sent again after them.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct ServiceClassifier;

impl Classifier for ServiceClassifier {
    fn classify(&self, attempt: &Attempt) -> Verdict {
        let transient = match attempt.idempotency {
            Idempotency::Idempotent => Verdict::Retry(RetryCause::Transient),
            Idempotency::MakesVersion => Verdict::Ambiguous,
        };
        match attempt.outcome {
            Outcome::Status(429) => Verdict::Retry(RetryCause::Throttled),
            Outcome::Status(408 | 500 | 502 | 503 | 504) => transient,
            Outcome::Status(_) | Outcome::Other => Verdict::Final,
            Outcome::Transport(kind) => match kind {
                TransportErrorKind::Connect => Verdict::Retry(RetryCause::NotSent),
                TransportErrorKind::Interrupted
                | TransportErrorKind::Timeout
                | TransportErrorKind::Body => transient,
                TransportErrorKind::Tls
                | TransportErrorKind::TooLarge
                | TransportErrorKind::Request => Verdict::Final,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(outcome: Outcome, idempotency: Idempotency) -> Verdict {
        ServiceClassifier.classify(&Attempt::new(outcome, idempotency))
    }

    #[test]
    fn what_makes_a_version_is_repeated_only_when_surely_not_processed() {
        use Idempotency::MakesVersion;
        use TransportErrorKind::{Connect, Interrupted, Timeout};
        for (outcome, expected) in [
            (Outcome::Status(429), Verdict::Retry(RetryCause::Throttled)),
            (Outcome::Transport(Connect), Verdict::Retry(RetryCause::NotSent)),
            (Outcome::Status(500), Verdict::Ambiguous),
            (Outcome::Status(503), Verdict::Ambiguous),
            (Outcome::Transport(Interrupted), Verdict::Ambiguous),
            (Outcome::Transport(Timeout), Verdict::Ambiguous),
        ] {
            assert_eq!(verdict(outcome, MakesVersion), expected, "{outcome:?}");
        }
    }

    #[test]
    fn what_is_idempotent_is_repeated_after_transient_failures_only() {
        use Idempotency::Idempotent;
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(
                verdict(Outcome::Status(status), Idempotent),
                Verdict::Retry(RetryCause::Transient)
            );
        }
        for status in [200, 204, 400, 401, 403, 404, 409, 501] {
            assert_eq!(verdict(Outcome::Status(status), Idempotent), Verdict::Final, "{status}");
        }
        assert_eq!(verdict(Outcome::Other, Idempotent), Verdict::Final);
    }
}
