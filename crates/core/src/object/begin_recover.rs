//! Recovering a deleted object, and waiting for the end of it.

use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use azure_core::http::Method;
use serde::de::DeserializeOwned;

use super::Target;
use crate::{
    Call, Poller, Result,
    call::{CallFuture, CallOptions},
    poller::{ResourceState, ResumeToken},
    retry::RetryPolicy,
};

/// Begins to recover a deleted object with all its versions; gives a [`Poller`] of what the
/// recovery's answer, and later the object itself, say.
#[must_use = "a call is sent when it is awaited"]
pub struct BeginRecover<T> {
    target: Target,
    options: CallOptions,
    recovered: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Send + Sync + 'static> BeginRecover<T> {
    /// Of the object that `target` names.
    pub fn new(target: Target) -> Self {
        Self { target, options: CallOptions::default(), recovered: PhantomData }
    }

    /// Goes on with one that was begun, perhaps in another process.
    ///
    /// # Errors
    /// `InvalidInput` if the token is for another operation or another vault.
    pub fn resume(target: &Target, token: &ResumeToken) -> Result<Poller<T>> {
        let (client, operation) = (target.client().clone(), &target.kind().recover);
        let pipeline = client.pipeline().clone();
        let strategy = ResourceState::resume(client, operation.name(), token)?;
        Ok(Poller::new(pipeline, operation, strategy))
    }

    /// Limits how long this call may take, with all its attempts and waits.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.options = self.options.timeout(limit);
        self
    }

    /// Repeats failed attempts of this call as `policy` says.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.options = self.options.retry(policy);
        self
    }

    /// The call as it will be sent, to look at its request.
    pub fn into_call(self) -> Call<Poller<T>> {
        let Self { target, options, .. } = self;
        let request = target.deleted_request(Method::Post, Some("recover"));
        let (client, operation) = (target.client().clone(), &target.kind().recover);
        Call::json(client.pipeline().clone(), operation, request)
            .map(move |begun| {
                let segments = target.segments(None)?;
                let pipeline = client.pipeline().clone();
                let strategy = ResourceState::new(client, operation.name(), &segments, begun)?;
                Ok(Poller::new(pipeline, operation, strategy))
            })
            .with_options(options)
    }

    /// Sends the call; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send(self) -> Result<Poller<T>> {
        self.into_call().send().await
    }
}

impl<T: DeserializeOwned + Send + Sync + 'static> IntoFuture for BeginRecover<T> {
    type Output = Result<Poller<T>>;
    type IntoFuture = CallFuture<Poller<T>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for BeginRecover<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BeginRecover").field("target", &self.target).finish_non_exhaustive()
    }
}
