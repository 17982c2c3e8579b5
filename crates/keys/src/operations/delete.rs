//! Deleting keys.

use azure_core::http::Method;
use azvault_core::{
    Call, Client, ErrorKind, Operation, Poller, Result,
    call::{CallFuture, CallOptions},
    poller::{ResourceState, ResumeToken},
    retry::RetryPolicy,
    validate_name,
};
use std::{future::IntoFuture, time::Duration};

use crate::{
    DeletedKeyBundle,
    client::{advice, poller},
};

static DELETE: Operation = Operation::idempotent("begin_delete_key").with_advice(advice);

/// Begins to delete a key; made by
/// [`KeyClient::begin_delete_key`](crate::KeyClient::begin_delete_key).
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct BeginDeleteKey {
    client: Client,
    name: String,
    options: CallOptions,
}

impl BeginDeleteKey {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name, options: CallOptions::default() }
    }

    pub(crate) fn resume(client: Client, token: &ResumeToken) -> Result<Poller<DeletedKeyBundle>> {
        let pipeline = client.pipeline().clone();
        let strategy = ResourceState::resume(client, DELETE.name(), token)?;
        Ok(Poller::new(pipeline, &DELETE, strategy))
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
    pub fn into_call(self) -> Call<DeletedKeyBundle> {
        self.call(Method::Delete, "keys")
    }

    /// Sends the call; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// See [`ErrorKind`].
    pub async fn send(self) -> Result<Poller<DeletedKeyBundle>> {
        let begun = match self.call(Method::Delete, "keys").send().await {
            Ok(begun) => begun,
            // An attempt before may have deleted it without telling us.
            Err(error) if error.kind() == ErrorKind::NotFound && error.attempts() > 1 => {
                self.call(Method::Get, "deletedkeys").send().await.map_err(|_| error)?
            }
            Err(error) => return Err(error),
        };
        poller(self.client, &DELETE, &["deletedkeys", &self.name], begun)
    }

    fn call(&self, method: Method, collection: &str) -> Call<DeletedKeyBundle> {
        let request = validate_name("key", &self.name)
            .and_then(|()| self.client.request(method, &[collection, &self.name]));
        Call::json(self.client.pipeline().clone(), &DELETE, request)
            .with_options(self.options.clone())
    }
}

impl IntoFuture for BeginDeleteKey {
    type Output = Result<Poller<DeletedKeyBundle>>;
    type IntoFuture = CallFuture<Poller<DeletedKeyBundle>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
