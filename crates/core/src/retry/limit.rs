//! May we still make another attempt?

use std::{fmt, time::Duration};

/// How far a call has come.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RetryState {
    /// Attempts made so far, at least 1.
    pub attempts: u32,
    /// Time since the first attempt began.
    pub elapsed: Duration,
    /// The wait that another attempt would need.
    pub delay: Duration,
}

impl RetryState {
    /// A state to ask a limit about.
    pub fn new(attempts: u32, elapsed: Duration, delay: Duration) -> Self {
        Self { attempts, elapsed, delay }
    }
}

/// Why no further attempt was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// The attempts allowed were used up.
    Attempts,
    /// The wait would not have fitted into the time left.
    Deadline,
    /// The server asked for a longer wait than allowed.
    ServerDelay(Duration),
    /// Sending the request again might have carried it out twice.
    Ambiguous,
}

/// Decides whether another attempt may be made.
pub trait RetryLimit: Send + Sync + fmt::Debug {
    /// # Errors
    /// Why no other attempt may be made.
    fn check(&self, state: &RetryState) -> Result<(), StopReason>;
}

/// A number of attempts.
#[derive(Clone, Copy, Debug)]
pub struct AttemptLimit {
    attempts: u32,
}

impl AttemptLimit {
    /// One attempt and at most `retries` more.
    pub fn retries(retries: u32) -> Self {
        Self { attempts: retries.saturating_add(1) }
    }
}

impl RetryLimit for AttemptLimit {
    fn check(&self, state: &RetryState) -> Result<(), StopReason> {
        if state.attempts < self.attempts { Ok(()) } else { Err(StopReason::Attempts) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_counts_the_first_attempt() {
        let check = |attempts| {
            AttemptLimit::retries(2).check(&RetryState::new(
                attempts,
                Duration::ZERO,
                Duration::ZERO,
            ))
        };
        assert_eq!((check(1), check(2), check(3)), (Ok(()), Ok(()), Err(StopReason::Attempts)));
    }
}
