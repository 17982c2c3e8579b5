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
///
/// # Examples
/// ```
/// use azvault_core::{Idempotency, retry::*, transport::TransportErrorKind};
///
/// let patient = ServiceClassifier::default().also_retrying([409]);
/// let conflict = Attempt::new(Outcome::Status(409), Idempotency::Idempotent);
/// assert_eq!(patient.classify(&conflict), Verdict::Retry(RetryCause::Transient));
///
/// // A create whose connection broke may have been carried out: it is repeated on request only.
/// let broken = Outcome::Transport(TransportErrorKind::Interrupted);
/// let create = Attempt::new(broken, Idempotency::MakesVersion);
/// assert_eq!(patient.classify(&create), Verdict::Ambiguous);
/// let bold = patient.repeating_ambiguous();
/// assert_eq!(bold.classify(&create), Verdict::Retry(RetryCause::Transient));
/// ```
pub trait Classifier: Send + Sync + fmt::Debug {
    /// Judges one attempt.
    fn classify(&self, attempt: &Attempt) -> Verdict;

    /// The same, and answers with one of `statuses` are retried as transient failures, unless that
    /// might carry out an operation twice.
    fn also_retrying(self, statuses: impl Into<Vec<u16>>) -> AlsoRetrying<Self>
    where
        Self: Sized,
    {
        AlsoRetrying { inner: self, statuses: statuses.into() }
    }

    /// The same, but what may have been carried out is sent again. An operation that makes a
    /// version may then make two.
    fn repeating_ambiguous(self) -> RepeatingAmbiguous<Self>
    where
        Self: Sized,
    {
        RepeatingAmbiguous { inner: self }
    }
}

/// See [`Classifier::also_retrying`].
#[derive(Clone, Debug)]
pub struct AlsoRetrying<C> {
    inner: C,
    statuses: Vec<u16>,
}

impl<C: Classifier> Classifier for AlsoRetrying<C> {
    fn classify(&self, attempt: &Attempt) -> Verdict {
        let verdict = self.inner.classify(attempt);
        match (verdict, attempt.outcome) {
            (Verdict::Final, Outcome::Status(status)) if self.statuses.contains(&status) => {
                transient(attempt.idempotency)
            }
            _ => verdict,
        }
    }
}

/// See [`Classifier::repeating_ambiguous`].
#[derive(Clone, Debug)]
pub struct RepeatingAmbiguous<C> {
    inner: C,
}

impl<C: Classifier> Classifier for RepeatingAmbiguous<C> {
    fn classify(&self, attempt: &Attempt) -> Verdict {
        match self.inner.classify(attempt) {
            Verdict::Ambiguous => Verdict::Retry(RetryCause::Transient),
            verdict => verdict,
        }
    }
}

fn transient(idempotency: Idempotency) -> Verdict {
    match idempotency {
        Idempotency::Idempotent => Verdict::Retry(RetryCause::Transient),
        Idempotency::MakesVersion => Verdict::Ambiguous,
    }
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
        let transient = transient(attempt.idempotency);
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
                | TransportErrorKind::Proxy
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
