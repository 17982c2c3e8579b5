//! Recovering a deleted object, and waiting for the end of it.

use std::marker::PhantomData;

use azure_core::http::Method;
use serde::de::DeserializeOwned;

use super::{Target, begin::begin_builder};
use crate::{Call, Poller, Result, call::CallOptions, poller::ResourceState};

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

begin_builder!(BeginRecover, recover);
