//! A call that is prepared but not sent: it can be looked at, limited, and awaited.

use std::{
    fmt,
    future::{Future, IntoFuture},
    pin::Pin,
    time::Duration,
};

use azure_core::http::{RawResponse, Request, StatusCode, headers::Headers};
use serde::de::DeserializeOwned;

use crate::{
    Error, Operation, Pipeline, Result,
    retry::{KeyWeight, RetryPolicy},
};

/// Limits of one call, which take the place of the client's.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) key_weight: Option<KeyWeight>,
    pub(crate) access_wait: Option<Duration>,
    /// Whether nothing but the body of a successful answer is looked at.
    pub(crate) body_alone: bool,
}

impl CallOptions {
    /// How long the call may take, with all its attempts and waits.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sends the call again for up to `limit` while access policies or roles refuse it: what was
    /// just granted takes effect some seconds to minutes later. Each time has the call's timeout.
    pub fn wait_for_access(mut self, limit: Duration) -> Self {
        self.access_wait = Some(limit);
        self
    }

    /// What the call's key weighs in a [`Budget`](crate::retry::Budget).
    pub fn key_weight(mut self, weight: KeyWeight) -> Self {
        self.key_weight = Some(weight);
        self
    }
}

/// The future of a call.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

type Decode<T> = Box<dyn FnOnce(&RawResponse) -> Result<T> + Send>;

/// A prepared call. Nothing is sent before it is awaited; dropping it, or its future, is safe.
#[must_use = "a call is sent when it is awaited"]
pub struct Call<T> {
    pipeline: Pipeline,
    operation: &'static Operation,
    request: Result<Request>,
    options: CallOptions,
    body_alone: bool,
    decode: Decode<T>,
}

impl<T: 'static> Call<T> {
    /// A call whose answer is read by `decode`. A request that could not be built is reported
    /// when the call is awaited.
    pub fn new(
        pipeline: Pipeline,
        operation: &'static Operation,
        request: Result<Request>,
        decode: impl FnOnce(&RawResponse) -> Result<T> + Send + 'static,
    ) -> Self {
        let options = CallOptions::default();
        let decode = Box::new(decode);
        Self { pipeline, operation, request, options, body_alone: false, decode }
    }

    /// A call whose answer is the JSON of a model.
    pub fn json(pipeline: Pipeline, operation: &'static Operation, request: Result<Request>) -> Self
    where
        T: DeserializeOwned,
    {
        Self { body_alone: true, ..Self::new(pipeline, operation, request, from_json) }
    }

    /// Whether the request could be built at all; nothing is sent.
    pub(crate) fn check(self) -> Result<()> {
        match self.request {
            Ok(_) => Ok(()),
            Err(error) => Err(error.with_operation(self.operation.name)),
        }
    }

    /// Turns what the call gives into something else.
    pub fn map<U: 'static>(self, map: impl FnOnce(T) -> Result<U> + Send + 'static) -> Call<U> {
        let decode = self.decode;
        Call {
            pipeline: self.pipeline,
            operation: self.operation,
            request: self.request,
            options: self.options,
            body_alone: self.body_alone,
            decode: Box::new(move |response| map(decode(response)?)),
        }
    }

    /// Sets all limits of this call at once.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Limits how long this call may take, with all its attempts and waits.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Repeats failed attempts of this call as `policy` says.
    pub fn with_retry(mut self, policy: RetryPolicy) -> Self {
        self.options.retry = Some(policy);
        self
    }

    /// Sends this call again for up to `limit` while access policies or roles refuse it.
    ///
    /// What was just granted takes effect some seconds to minutes later. A refused call was not
    /// done, so that any call may wait. Each time has the timeout of the call.
    ///
    /// # Errors
    /// `ForbiddenByPolicy` or `ForbiddenByRbac` if it is still refused then; every other refusal,
    /// the firewall's for instance, at once.
    pub fn wait_for_access(mut self, limit: Duration) -> Self {
        self.options = self.options.wait_for_access(limit);
        self
    }

    /// What this call's key weighs in a [`Budget`](crate::retry::Budget), if the client has one.
    pub fn with_key_weight(mut self, weight: KeyWeight) -> Self {
        self.options.key_weight = Some(weight);
        self
    }

    /// The request as it will be sent, without what policies add. Needs no runtime.
    ///
    /// # Errors
    /// What makes the request impossible, an invalid name for instance.
    pub fn request(&self) -> Result<&Request, &Error> {
        self.request.as_ref()
    }

    /// Sends the call and gives the model.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send(mut self) -> Result<T> {
        // Used in place: what is moved out of `self` would be held twice while the answer comes.
        self.options.body_alone = self.body_alone;
        let name = self.operation.name;
        let request = match &mut self.request {
            Ok(request) => request,
            Err(refused) => {
                let refused = std::mem::replace(refused, Error::invalid_input(""));
                return Err(refused.with_operation(name));
            }
        };
        let answer = self.pipeline.send(self.operation, request, &self.options).await?;
        (self.decode)(&answer).map_err(|error| error.with_operation(name))
    }

    /// Sends the call and gives the model with the answer's status and headers.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    pub async fn send_for_response(self) -> Result<Response<T>> {
        let decode = self.decode;
        let both = Call {
            pipeline: self.pipeline,
            operation: self.operation,
            request: self.request,
            options: self.options,
            body_alone: false,
            decode: Box::new(|answer| {
                let model = decode(answer)?;
                Ok(Response { status: answer.status(), headers: answer.headers().clone(), model })
            }),
        };
        both.send().await
    }
}

impl<T: Send + 'static> IntoFuture for Call<T> {
    type Output = Result<T>;
    type IntoFuture = CallFuture<T>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.name)
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

/// A model with the status and the headers of the answer that held it.
#[derive(Clone, Debug)]
pub struct Response<T> {
    status: StatusCode,
    headers: Headers,
    model: T,
}

impl<T> Response<T> {
    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The answer's headers.
    pub fn headers(&self) -> &Headers {
        &self.headers
    }

    /// The model.
    pub fn model(&self) -> &T {
        &self.model
    }

    /// The model, alone.
    pub fn into_model(self) -> T {
        self.model
    }
}

/// Reads an answer's body as JSON.
///
/// # Errors
/// `InvalidResponse` with status and request id. The text at fault is not repeated: it may hold
/// a secret.
pub fn from_json<T: DeserializeOwned>(response: &RawResponse) -> Result<T> {
    serde_json::from_slice(response.body()).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof => "the answer is JSON that breaks off",
            serde_json::error::Category::Data => "the answer is JSON, but not of the form expected",
            _ => "the answer is not JSON",
        };
        let message = format!("{what} (line {}, column {})", error.line(), error.column());
        Error::invalid_response(message, response)
    })
}

/// Gives a builder with a method `call(self) -> Call<$output>` and a field `options:
/// CallOptions` what every builder has: limits, a look at the request, `send`, and `.await`.
#[doc(hidden)]
#[macro_export]
macro_rules! call_builder {
    ($builder:ident => $output:ty) => {
        impl $builder {
            /// Limits how long this call may take, with all its attempts and waits.
            pub fn with_timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.options = self.options.timeout(limit);
                self
            }

            /// Repeats failed attempts of this call as `policy` says.
            pub fn with_retry(mut self, policy: $crate::retry::RetryPolicy) -> Self {
                self.options = self.options.retry(policy);
                self
            }

            /// Sends this call again for up to `limit` while access policies or roles refuse it:
            /// what was just granted takes effect some seconds to minutes later.
            pub fn wait_for_access(mut self, limit: ::std::time::Duration) -> Self {
                self.options = self.options.wait_for_access(limit);
                self
            }

            /// The call as it will be sent: to look at its request, or to get the answer's
            /// status and headers by
            /// [`send_for_response`]($crate::Call::send_for_response).
            pub fn into_call(self) -> $crate::Call<$output> {
                let options = self.options.clone();
                self.call().with_options(options)
            }

            /// Sends the call; the same as `.await`, for `spawn` and `join!`.
            ///
            /// # Errors
            /// See [`ErrorKind`]($crate::ErrorKind).
            pub async fn send(self) -> $crate::Result<$output> {
                self.into_call().send().await
            }
        }

        impl ::std::future::IntoFuture for $builder {
            type Output = $crate::Result<$output>;
            type IntoFuture = $crate::call::CallFuture<$output>;

            fn into_future(self) -> Self::IntoFuture {
                // The call is prepared before it is boxed: less to move, and to keep.
                ::std::boxed::Box::pin(self.into_call().send())
            }
        }
    };
}
