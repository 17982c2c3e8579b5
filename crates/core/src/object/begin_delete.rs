//! Deleting an object, and waiting for the end of it.

use std::marker::PhantomData;

use azure_core::http::Method;
use serde::de::DeserializeOwned;

use super::{Target, begin::begin_builder};
use crate::{Call, ErrorKind, Poller, Result, call::CallOptions, poller::ResourceState};

const DELETED_UNSEEN: &str =
    "the object is deleted, but the service does not let you read it: grant `get`, or enable it";

/// Begins to delete an object with all its versions; gives a [`Poller`] of the deleted one.
#[must_use = "a call is sent when it is awaited"]
pub struct BeginDelete<T> {
    target: Target,
    options: CallOptions,
    deleted: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Send + Sync + 'static> BeginDelete<T> {
    /// Of the object that `target` names.
    pub fn new(target: Target) -> Self {
        Self { target, options: CallOptions::default(), deleted: PhantomData }
    }

    /// The call as it will be sent, to look at its request.
    pub fn into_call(self) -> Call<T> {
        self.call(self.target.request(Method::Delete, None))
    }

    /// Sends the call; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(self) -> Result<Poller<T>> {
        let pipeline = self.target.client().pipeline();
        let (clock, limit) = (pipeline.clock(), pipeline.limit(&self.options));
        let start = clock.elapsed();
        let begun = match self.call(self.target.request(Method::Delete, None)).send().await {
            Ok(begun) => begun,
            // An attempt before may have deleted it without telling us.
            Err(error) if error.kind() == ErrorKind::NotFound && error.attempts() > 1 => {
                let mut deleted = self.call(self.target.deleted_request(Method::Get, None));
                if let Some(limit) = limit {
                    let passed = clock.elapsed().saturating_sub(start);
                    deleted = deleted.with_timeout(limit.saturating_sub(passed));
                }
                deleted.send().await.map_err(|look| match look.status().map(u16::from) {
                    // Refused, not unknown: so it is deleted.
                    Some(403) => look.with_advice(DELETED_UNSEEN),
                    _ => error,
                })?
            }
            Err(error) => return Err(error),
        };
        let (client, operation) = (self.target.client(), &self.target.kind().delete);
        let segments = self.target.deleted_segments(None)?;
        let strategy = ResourceState::new(client.clone(), operation.name(), &segments, begun)?;
        Ok(Poller::new(client.pipeline().clone(), operation, strategy))
    }

    fn call(&self, request: Result<azure_core::http::Request>) -> Call<T> {
        let pipeline = self.target.client().pipeline().clone();
        Call::json(pipeline, &self.target.kind().delete, request).with_options(self.options.clone())
    }
}

begin_builder!(BeginDelete, delete);
