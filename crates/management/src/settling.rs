//! Waiting for a resource to be what it was told to be: for the operation at a `Location`, where
//! the service gives one, and then for the resource itself.

use std::{fmt, future::IntoFuture, sync::Arc, time::Duration};

use azure_core::http::{Method, RawResponse, Request, Url};
use azvault_core::{
    Call, Client, Error, ErrorKind, Operation, Poller, Result,
    call::{CallFuture, from_json},
    poller::{Location, PollState, ResumeToken, Strategy},
    retry::RetryPolicy,
    time::Clock,
};
use serde::de::DeserializeOwned;

/// How a resource is doing, by what it says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing<'a> {
    Ready,
    UnderWay,
    Failed(Option<&'a str>),
}

/// A resource that says how it is doing.
pub(crate) trait Settles: DeserializeOwned + Send + 'static {
    fn standing(&self) -> Standing<'_>;
}

/// Looks at the `Location` until that has ended, and then at the resource.
pub(crate) struct Settling {
    client: Client,
    operation: &'static str,
    location: Option<Location>,
    resource: Url,
}

impl Settling {
    /// A poller of what `answer` began with the resource at `segments`.
    ///
    /// # Errors
    /// `OperationFailed` if it failed at once; `InvalidResponse` if the answer is a 202 without a
    /// `Location` on the service's own origin, or holds something else than the resource.
    pub(crate) fn poller<T: Settles>(
        client: Client,
        operation: &'static Operation,
        segments: &[&str],
        answer: &RawResponse,
    ) -> Result<Poller<T>> {
        let resource = client.request(Method::Get, segments)?.url().clone();
        let begun = Location::begun(client.clone(), operation.name(), answer)?;
        let location = (!begun.has_ended()).then_some(begun);
        // What says nothing of the resource is no failure: the resource itself is asked.
        let first = match location {
            None if !answer.body().trim_ascii().is_empty() => read(answer)?,
            _ => PollState::InProgress,
        };
        let pipeline = client.pipeline().clone();
        let strategy = Self { client, operation: operation.name(), location, resource };
        let poller = Poller::new(pipeline, operation, strategy).begun_by(answer);
        Ok(match first {
            PollState::Done(resource) => poller.ready(resource),
            _ => poller,
        })
    }

    /// A poller that goes on from `token`, perhaps in another process than the one that began.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another service.
    pub(crate) fn resume<T: Settles>(
        client: Client,
        operation: &'static Operation,
        token: &ResumeToken,
    ) -> Result<Poller<T>> {
        let name = operation.name();
        let (location, resource) = match token.result_on(client.endpoint())? {
            Some(resource) => (Some(Location::resume(client.clone(), name, token)?), resource),
            None => (None, token.url_on(client.endpoint(), name)?),
        };
        let pipeline = client.pipeline().clone();
        let strategy = Self { client, operation: name, location, resource };
        Ok(Poller::new(pipeline, operation, strategy))
    }
}

/// What a resource's answer says.
fn read<T: Settles>(answer: &RawResponse) -> Result<PollState<T>> {
    // The service says 204, too, of what is not there.
    if u16::from(answer.status()) == 204 {
        let message = "what was waited for is not there any more";
        return Err(Error::new(ErrorKind::NotFound, message));
    }
    let resource: T = from_json(answer)?;
    match resource.standing() {
        Standing::UnderWay => Ok(PollState::InProgress),
        Standing::Failed(why) => {
            let why = why.unwrap_or("no reason is given");
            let message = format!("the operation ended as Failed: {why}");
            Err(Error::new(ErrorKind::OperationFailed, message))
        }
        Standing::Ready => Ok(PollState::Done(resource)),
    }
}

impl<T: Settles> Strategy<T> for Settling {
    fn request(&self) -> Result<Request> {
        match &self.location {
            Some(location) => location.request(),
            None => self.client.follow(self.resource.clone()),
        }
    }

    fn step(&mut self, answer: Result<RawResponse>) -> Result<PollState<T>> {
        let Some(location) = &mut self.location else {
            return read(&answer?);
        };
        Ok(match location.step(answer)? {
            // What the answer holds differs between services; the resource itself does not.
            PollState::Done(()) => {
                self.location = None;
                PollState::Ready
            }
            PollState::Ready => PollState::Ready,
            _ => PollState::InProgress,
        })
    }

    fn resume_token(&self) -> ResumeToken {
        match &self.location {
            Some(location) => location.resume_token().with_result(&self.resource),
            None => ResumeToken::new(self.operation, self.resource.as_str()),
        }
    }
}

/// An operation that is begun and waited for when this is awaited; dropping it leaves what was begun
/// to the service.
#[must_use = "a call is sent when it is awaited"]
pub struct Waiting<T> {
    begin: Call<Poller<T>>,
    clock: Arc<dyn Clock>,
    limit: Option<Duration>,
}

impl<T: Send + 'static> Waiting<T> {
    pub(crate) fn new(client: &Client, begin: Call<Poller<T>>) -> Self {
        Self { begin, clock: client.pipeline().clock().clone(), limit: None }
    }

    /// How long to wait for the end, the call that begins included. What the operation's method
    /// says, unless set.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Repeats failed attempts of the call that begins the operation as `policy` says.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.begin = self.begin.with_retry(policy);
        self
    }

    /// The request that begins the operation, without what policies add. Needs no runtime.
    ///
    /// # Errors
    /// What makes the request impossible, an invalid name for instance.
    pub fn request(&self) -> Result<&Request> {
        self.begin.request()
    }

    /// Sends the call and waits; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(self) -> Result<T> {
        let Some(limit) = self.limit else {
            return self.begin.send().await?.wait().await;
        };
        let start = self.clock.elapsed();
        let poller = self.begin.with_timeout(limit).send().await?;
        let passed = self.clock.elapsed().saturating_sub(start);
        poller.with_timeout(limit.saturating_sub(passed)).wait().await
    }
}

impl<T: Send + 'static> IntoFuture for Waiting<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for Waiting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("begin", &self.begin)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}
