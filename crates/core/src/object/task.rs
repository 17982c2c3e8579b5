//! A task on one name that takes several calls: its deadline, its pauses, and what it has done.

use std::time::Duration;

use super::Target;
use crate::{
    Call, Error, ErrorKind, Operation, Result,
    call::CallOptions,
    policies::random,
    retry::{Backoff, ExponentialBackoff, RetryCause},
};

/// How long a task takes at most unless set.
pub(super) const LIMIT: Duration = Duration::from_secs(300);
/// The shortest time that is left for a call.
const LEAST: Duration = Duration::from_secs(1);
/// After so many pauses they grow no more: the longest is then 8.5 s.
const MOST_GROWTH: u32 = 8;
/// The longest pause that the service can ask for.
const LONGEST: Duration = Duration::from_secs(60);

/// How far a task has come with the object that held the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Done {
    Nothing,
    Deleted,
    Purged,
}

/// What a task says of itself when it fails after the purge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    /// Where the object is then.
    pub(super) state: &'static str,
    /// What to do.
    pub(super) advice: &'static str,
}

const GO_ON: &str =
    "call it again to go on from there, or recover the deleted object, which undoes it";

/// Several calls that are one to the caller.
pub(super) struct Task {
    pub(super) target: Target,
    pub(super) operation: &'static Operation,
    options: CallOptions,
    limit: Duration,
    began: Duration,
    pauses: u32,
    pub(super) done: Done,
    loss: Loss,
}

impl Task {
    pub(super) fn new(
        target: Target,
        operation: &'static Operation,
        (limit, options): (Duration, CallOptions),
        loss: Loss,
    ) -> Self {
        let began = target.client().pipeline().clock().elapsed();
        Self { target, operation, options, limit, began, pauses: 0, done: Done::Nothing, loss }
    }

    /// Notes a step that is done; what comes next is looked at quickly again.
    pub(super) fn reached(&mut self, done: Done) {
        self.done = done;
        self.pauses = 0;
    }

    fn left(&self) -> Duration {
        let passed = self.target.client().pipeline().clock().elapsed().saturating_sub(self.began);
        self.limit.saturating_sub(passed)
    }

    /// The options of a call within the time left.
    pub(super) fn options(&self) -> CallOptions {
        let usual = self.target.client().pipeline().limit(&self.options);
        let limit = usual.unwrap_or(Duration::MAX).min(self.left().max(LEAST));
        self.options.clone().timeout(limit)
    }

    /// Sends `call` within the time left.
    pub(super) async fn send<T: Send + 'static>(&self, call: Call<T>) -> Result<T> {
        call.with_options(self.options()).send().await
    }

    /// The same for what can be asked twice: once something is deleted, a service that is out of
    /// reach for a while is no reason to leave it so.
    pub(super) async fn insist<T: Send + 'static>(
        &mut self,
        call: impl Fn(&Self) -> Call<T> + Send + Sync,
    ) -> Result<T> {
        loop {
            let error = match self.send(call(self)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if self.done == Done::Nothing || !may_pass(&error) {
                return Err(error);
            }
            self.pause(error).await?;
        }
    }

    /// Waits before the next look, because of `last`.
    ///
    /// # Errors
    /// `Timeout`, with `last` as its source, when the time is over.
    pub(super) async fn pause(&mut self, last: Error) -> Result<()> {
        let left = self.left();
        if left.is_zero() {
            return Err(self.out_of_time(last));
        }
        self.pauses = MOST_GROWTH.min(self.pauses + 1);
        let growing = ExponentialBackoff::new(Duration::from_millis(500), 1.5);
        let delay = growing.delay(RetryCause::Transient, self.pauses, random());
        let asked = last.retry_after().unwrap_or_default().min(LONGEST);
        self.target.client().pipeline().clock().sleep(delay.max(asked).min(left)).await;
        Ok(())
    }

    fn out_of_time(&self, last: Error) -> Error {
        let seconds = self.limit.as_secs_f64();
        let error = Error::new(ErrorKind::Timeout, format!("it did not end within {seconds} s"));
        let error = self.failed(error.with_operation(self.operation.name));
        error.with_source(last)
    }

    /// `error` as the end of the task: with what is done by now, and what to do about it.
    pub(super) fn failed(&self, error: Error) -> Error {
        let (state, advice) = match self.done {
            Done::Nothing => return error,
            Done::Deleted => ("deleted, but not purged", GO_ON),
            Done::Purged => (self.loss.state, self.loss.advice),
        };
        let (noun, name) = (self.target.kind().noun, self.target.name());
        error.with_note(&format!("the {noun} '{name}' is {state}")).with_advice(advice)
    }

    /// An error of the task itself.
    pub(super) fn refuse(&self, kind: ErrorKind, why: &str) -> Error {
        let (noun, name) = (self.target.kind().noun, self.target.name());
        let error = Error::new(kind, format!("the {noun} '{name}' {why}"));
        self.failed(error.with_operation(self.operation.name))
    }
}

/// Whether `error` may be over soon, with all the retries of one call used up.
pub(super) fn may_pass(error: &Error) -> bool {
    use ErrorKind::{Service, Throttled, Timeout, Transport};
    matches!(error.kind(), Transport | Timeout | Service | Throttled)
}
