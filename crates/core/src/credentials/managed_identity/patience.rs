//! What is tried again at a managed identity endpoint.

use crate::retry::{
    Attempt, Classifier, Outcome, RetryCause, RetryPolicy, ServiceClassifier, Verdict,
};

/// IMDS answers 404 and 410 while it is being updated, which takes up to 70 s, and any 5xx while it
/// is not well. All of it is waited for as throttling is.
///
/// Source: [Error handling](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling).
#[derive(Clone, Copy, Debug)]
struct ImdsClassifier;

impl Classifier for ImdsClassifier {
    fn classify(&self, attempt: &Attempt) -> Verdict {
        match attempt.outcome {
            Outcome::Status(404 | 410 | 500..=599) => Verdict::Retry(RetryCause::Throttled),
            _ => ServiceClassifier.classify(attempt),
        }
    }
}

/// Waits of 1, 2, 4, 8 and four times 16 s, each between half and all of it: 40 to 79 s in all.
pub(super) fn imds() -> RetryPolicy {
    RetryPolicy::default().classifier(ImdsClassifier).max_retries(8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Idempotency;

    #[test]
    fn an_imds_that_is_updated_is_waited_for_and_one_that_refuses_is_not() {
        let verdict = |status| {
            ImdsClassifier.classify(&Attempt::new(Outcome::Status(status), Idempotency::Idempotent))
        };
        for status in [404, 410, 429, 500, 503, 599] {
            assert_eq!(verdict(status), Verdict::Retry(RetryCause::Throttled), "{status}");
        }
        for status in [200, 400, 401, 403] {
            assert_eq!(verdict(status), Verdict::Final, "{status}");
        }
    }
}
