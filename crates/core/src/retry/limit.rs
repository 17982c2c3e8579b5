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
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use azvault_core::retry::*;
///
/// let limit = AttemptLimit::retries(10).and(ElapsedLimit::new(Duration::from_secs(30)));
/// let wait = Duration::from_secs(4);
/// assert!(limit.check(&RetryState::new(3, Duration::from_secs(20), wait)).is_ok());
/// let late = RetryState::new(4, Duration::from_secs(27), wait);
/// assert_eq!(limit.check(&late), Err(StopReason::Deadline));
/// ```
pub trait RetryLimit: Send + Sync + fmt::Debug {
    /// # Errors
    /// Why no other attempt may be made.
    fn check(&self, state: &RetryState) -> Result<(), StopReason>;

    /// Both limits: the first that objects decides.
    fn and<L: RetryLimit>(self, other: L) -> And<Self, L>
    where
        Self: Sized,
    {
        And { first: self, second: other }
    }
}

/// See [`RetryLimit::and`].
#[derive(Clone, Debug)]
pub struct And<A, B> {
    first: A,
    second: B,
}

impl<A: RetryLimit, B: RetryLimit> RetryLimit for And<A, B> {
    fn check(&self, state: &RetryState) -> Result<(), StopReason> {
        self.first.check(state)?;
        self.second.check(state)
    }
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

/// A time for all attempts and the waits between them, from the first attempt on: no wait begins
/// that would end after it.
#[derive(Clone, Copy, Debug)]
pub struct ElapsedLimit {
    longest: Duration,
}

impl ElapsedLimit {
    /// Waits end within `longest` of the first attempt.
    pub fn new(longest: Duration) -> Self {
        Self { longest }
    }
}

impl RetryLimit for ElapsedLimit {
    fn check(&self, state: &RetryState) -> Result<(), StopReason> {
        let fits = state.elapsed.saturating_add(state.delay) <= self.longest;
        if fits { Ok(()) } else { Err(StopReason::Deadline) }
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
