//! Long-running operations: one loop that sleeps, and strategies that only decide.

mod end;
mod location;
mod operation_status;
mod provisioning;
mod resource_state;
mod resume;

use std::{fmt, future::IntoFuture, time::Duration};

use azure_core::http::{RawResponse, Request};
use end::End;
use futures::Stream;
pub use location::Location;
pub use operation_status::{OperationStatus, ResultAt};
pub use provisioning::ProvisioningState;
pub use resource_state::ResourceState;
pub use resume::ResumeToken;

use crate::{
    Error, ErrorKind, Operation, Pipeline, Result,
    call::{CallFuture, CallOptions},
    retry::server_delay,
    time::within,
};

/// What one look at the operation gave.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollState<T> {
    /// Not finished.
    InProgress,
    /// Finished, and the next look, which need not wait, gives the result.
    Ready,
    /// Finished, with its result. Later looks give an error.
    Done(T),
}

/// Decides, from the service's answers alone, how an operation is doing. Never waits.
pub trait Strategy<T>: Send + Sync {
    /// The next request for the operation's state.
    ///
    /// # Errors
    /// What makes the request impossible.
    fn request(&self) -> Result<Request>;

    /// Reads an answer, or the error that one means.
    ///
    /// # Errors
    /// How the operation failed, or why its state cannot be told.
    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<T>>;

    /// The request by which the service cancels the operation, where it has one.
    fn cancel(&self) -> Option<Request> {
        None
    }

    /// What another process needs to go on.
    fn resume_token(&self) -> ResumeToken;
}

/// A long-running operation that the service has begun.
///
/// Await it, or [`wait`](Self::wait), for the result; look at it with
/// [`poll_once`](Self::poll_once); or follow its [`states`](Self::states). It looks again after
/// 100 ms at first and then after a tenth of the time passed, or when the service says.
///
/// Dropping it leaves the operation to the service.
#[must_use = "the operation goes on, but nobody waits for its result"]
pub struct Poller<T> {
    pipeline: Pipeline,
    operation: &'static Operation,
    strategy: Box<dyn Strategy<T>>,
    began: Duration,
    limit: Duration,
    asked: Option<Duration>,
    /// The result, if the first answer held it.
    ready: Option<T>,
    finished: bool,
    /// Whether its own limit ended it.
    out_of_time: bool,
}

/// Whether a look failed by what retries are for, and used them up.
fn may_pass(error: &Error) -> bool {
    error.stop_reason().is_some()
        && matches!(
            error.kind(),
            ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Service | ErrorKind::Throttled
        )
}

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest, whatever the service asks: an hour's `Retry-After` is somebody's mistake.
const LONGEST: Duration = Duration::from_secs(60);

impl<T: Send + 'static> Poller<T> {
    /// A poller that looks by `strategy`.
    pub fn new(
        pipeline: Pipeline,
        operation: &'static Operation,
        strategy: impl Strategy<T> + 'static,
    ) -> Self {
        let began = pipeline.clock().elapsed();
        Self {
            pipeline,
            operation,
            strategy: Box::new(strategy),
            began,
            limit: Duration::from_secs(600),
            asked: None,
            ready: None,
            finished: false,
            out_of_time: false,
        }
    }

    /// Takes the result from the answer that began the operation, so that nothing is asked again.
    pub fn ready(mut self, result: T) -> Self {
        self.ready = Some(result);
        self
    }

    /// Waits before the first look as long as the answer that began the operation asks for.
    pub fn begun_by(mut self, answer: &RawResponse) -> Self {
        self.asked = server_delay(answer.headers(), self.pipeline.clock().now());
        self
    }

    /// How long to wait for the end; 10 min unless set. The operation itself goes on.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Text to go on from in another process. It holds no secret.
    pub fn resume_token(&self) -> ResumeToken {
        self.strategy.resume_token()
    }

    /// Looks once, now.
    ///
    /// # Errors
    /// How the operation failed, or why its state cannot be told.
    pub async fn poll_once(&mut self) -> Result<PollState<T>> {
        if self.finished {
            return Err(Error::new(ErrorKind::Other, "the operation has ended already"));
        }
        if let Some(result) = self.ready.take() {
            self.finished = true;
            return Ok(PollState::Done(result));
        }
        let mut request = self.strategy.request()?;
        let answer =
            self.pipeline.send(self.operation, &mut request, &CallOptions::default()).await;
        let now = self.pipeline.clock().now();
        self.asked = match &answer {
            Ok(answer) => server_delay(answer.headers(), now),
            Err(error) => error.retry_after(),
        };
        let state =
            self.strategy.step(answer).map_err(|error| error.with_operation(self.operation.name));
        // A look that failed says nothing of the operation: another may be taken.
        self.finished = match &state {
            Ok(state) => matches!(state, PollState::Done(_)),
            Err(error) => {
                matches!(error.kind(), ErrorKind::OperationFailed | ErrorKind::OperationCanceled)
            }
        };
        state
    }

    /// Asks the service to cancel the operation, where the service has that. Go on to
    /// [`wait`](Self::wait): the operation ends as `OperationCanceled`, or it was done before.
    ///
    /// # Errors
    /// `InvalidInput` if such an operation cannot be canceled; what the service reports.
    pub async fn cancel(&mut self) -> Result<()> {
        let ended = self.finished || self.ready.is_some();
        let Some(mut request) = self.strategy.cancel().filter(|_| !ended) else {
            let why = if ended { "has ended already" } else { "cannot be canceled" };
            return Err(Error::invalid_input(format!("the operation {why}"))
                .with_operation(self.operation.name));
        };
        let options = CallOptions::default();
        self.pipeline.send(self.operation, &mut request, &options).await?;
        // Whatever the service asked for before, the end is near now.
        self.asked = Some(SHORTEST);
        Ok(())
    }

    /// Waits for the result, through outages of the service that are over before the time is.
    ///
    /// # Errors
    /// How the operation failed; `Timeout` if it did not end in time.
    pub async fn wait(mut self) -> Result<T> {
        let mut outage: Option<Error> = None;
        let out_of_time = |error: Error, outage: Option<Error>| match outage {
            Some(outage) => error.with_source(outage),
            None => error,
        };
        if self.is_asked_to_wait() {
            self.pause().await?;
        }
        loop {
            match self.look().await {
                Ok(PollState::Done(result)) => return Ok(result),
                Ok(PollState::Ready) => continue,
                Ok(PollState::InProgress) => outage = None,
                // The service cannot be reached for the moment; the operation goes on there.
                Err(error) if !self.finished && may_pass(&error) => outage = Some(error),
                Err(error) if self.out_of_time => return Err(out_of_time(error, outage)),
                Err(error) => return Err(error),
            }
            if let Err(error) = self.pause().await {
                return Err(out_of_time(error, outage));
            }
        }
    }

    /// The states as they come, each before the wait that follows it; the last is `Done`.
    pub fn states(self) -> impl Stream<Item = Result<PollState<T>>> + Send {
        let wait = self.is_asked_to_wait();
        futures::stream::unfold((self, wait), |(mut poller, wait)| async move {
            if poller.finished {
                return None;
            }
            if wait && let Err(error) = poller.pause().await {
                poller.finished = true;
                return Some((Err(error), (poller, false)));
            }
            let state = poller.look().await;
            // A stream ends with its first error.
            poller.finished |= state.is_err();
            let wait = matches!(state, Ok(PollState::InProgress));
            Some((state, (poller, wait)))
        })
    }

    /// Whether the service said, before any look, when to look.
    fn is_asked_to_wait(&self) -> bool {
        self.asked.is_some() && self.ready.is_none()
    }

    /// Looks once, within the time left; the last look, at the limit, has a second.
    async fn look(&mut self) -> Result<PollState<T>> {
        let clock = self.pipeline.clock().clone();
        let passed = clock.elapsed().saturating_sub(self.began);
        let left = self.limit.saturating_sub(passed).max(Duration::from_secs(1));
        match within(&*clock, Some(left), self.poll_once()).await {
            Some(state) => state,
            None => {
                (self.finished, self.out_of_time) = (true, true);
                Err(self.timed_out())
            }
        }
    }

    fn timed_out(&self) -> Error {
        let message = format!(
            "the operation did not end within {} s; it goes on at the service",
            self.limit.as_secs_f64()
        );
        Error::new(ErrorKind::Timeout, message)
            .with_operation(self.operation.name)
            .with_advice("allow more time with with_timeout, or go on later from resume_token()")
    }

    async fn pause(&mut self) -> Result<()> {
        let clock = self.pipeline.clock();
        let passed = clock.elapsed().saturating_sub(self.began);
        let delay = self.asked.unwrap_or(SHORTEST + passed / 10).clamp(SHORTEST, LONGEST);
        let left = self.limit.saturating_sub(passed);
        if left.is_zero() {
            return Err(self.timed_out());
        }
        clock.sleep(delay.min(left)).await;
        Ok(())
    }
}

impl<T: Send + 'static> IntoFuture for Poller<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

impl<T> fmt::Debug for Poller<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poller")
            .field("operation", &self.operation.name)
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}
