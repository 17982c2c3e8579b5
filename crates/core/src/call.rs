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
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::in_memory();
/// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// # client.set_secret("db-password", "hunter2").await?;
/// use std::time::Duration;
///
/// use azvault_core::{
///     CallOptions,
///     retry::{KeyWeight, RetryPolicy},
/// };
///
/// // Kept once, and given to each call that is to be as patient.
/// let at_startup = CallOptions::default()
///     .timeout(Duration::from_secs(10))
///     .retry(RetryPolicy::default())
///     .wait_for_access(Duration::from_secs(120))
///     .key_weight(KeyWeight::RSA_4096);
/// let secret = client.get_secret("db-password").into_call().with_options(at_startup).await?;
/// assert_eq!(secret.value().expose(), "hunter2");
/// # Ok(())
/// # }
/// ```
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
    ///
    /// See the example of [`CallOptions`].
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// How failed attempts are repeated.
    ///
    /// See the example of [`CallOptions`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sends the call again for up to `limit` while access policies or roles refuse it: what was
    /// just granted takes effect some seconds to minutes later. Each time has the call's timeout.
    ///
    /// See the example of [`CallOptions`].
    pub fn wait_for_access(mut self, limit: Duration) -> Self {
        self.access_wait = Some(limit);
        self
    }

    /// What the call's key weighs in a [`Budget`](crate::retry::Budget).
    ///
    /// See the example of [`CallOptions`].
    pub fn key_weight(mut self, weight: KeyWeight) -> Self {
        self.key_weight = Some(weight);
        self
    }
}

/// The future of a call.
pub type CallFuture<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

type Decode<T> = Box<dyn FnOnce(&RawResponse) -> Result<T> + Send>;

/// A prepared call. Nothing is sent before it is awaited; dropping it, or its future, is safe.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::in_memory();
/// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// # client.set_secret("db-password", "hunter2").await?;
/// use azvault_core::Call;
/// use azvault_secrets::SecretBundle;
///
/// // Every operation's builder is a call; nothing is sent yet.
/// let call: Call<SecretBundle> = client.get_secret("db-password").into_call();
/// let request = call.request()?;
/// assert!(request.url().path().starts_with("/secrets/db-password"));
///
/// let secret = call.await?;
/// assert_eq!(secret.value().expose(), "hunter2");
/// # Ok(())
/// # }
/// ```
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
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::Method;
    /// use azvault_core::{Call, Client, ClientBuilder, Operation, Result};
    ///
    /// # struct ContactsClient(Client);
    /// #
    /// # impl azvault_core::ServiceClient for ContactsClient {
    /// #     const API_VERSION: &'static str = "2026-04-01";
    /// #     type Seed = ();
    /// #
    /// #     fn from_client(client: Client, (): ()) -> Result<Self> {
    /// #         Ok(Self(client))
    /// #     }
    /// # }
    /// #
    /// static DELETE: Operation = Operation::idempotent("delete_contacts");
    ///
    /// // Of a client of your own: ServiceClient shows how to make one.
    /// impl ContactsClient {
    ///     fn delete_contacts(&self) -> Call<()> {
    ///         let request = self.0.request(Method::Delete, &["certificates", "contacts"]);
    ///         // What was deleted is not read.
    ///         Call::new(self.0.pipeline().clone(), &DELETE, request, |_answer| Ok(()))
    ///     }
    /// }
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = ClientBuilder::<ContactsClient>::new(&emulator.vault_url("my-vault"), ())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    ///
    /// let error = client.delete_contacts().await.expect_err("there are none");
    /// assert_eq!(error.kind(), azvault_core::ErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::Method;
    /// use azvault_core::{Call, Client, ClientBuilder, Operation, Result};
    /// use serde_json::Value;
    ///
    /// # struct CertificateClient(Client);
    /// #
    /// # impl azvault_core::ServiceClient for CertificateClient {
    /// #     const API_VERSION: &'static str = "2026-04-01";
    /// #     type Seed = ();
    /// #
    /// #     fn from_client(client: Client, (): ()) -> Result<Self> {
    /// #         Ok(Self(client))
    /// #     }
    /// # }
    /// #
    /// static LIST: Operation = Operation::idempotent("list_certificates");
    ///
    /// // Of a client of your own: ServiceClient shows how to make one.
    /// impl CertificateClient {
    ///     fn first_page(&self) -> Call<Value> {
    ///         let request = self.0.request(Method::Get, &["certificates"]);
    ///         Call::json(self.0.pipeline().clone(), &LIST, request)
    ///     }
    /// }
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = ClientBuilder::<CertificateClient>::new(&emulator.vault_url("my-vault"), ())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    ///
    /// let page = client.first_page().await?;
    /// assert_eq!(page["value"].as_array().map(Vec::len), Some(0));
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// let secret = client.get_secret("db-password").into_call();
    /// let length = secret.map(|secret| Ok(secret.value().expose().len()));
    /// assert_eq!(length.await?, 7);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use std::time::Duration;
    ///
    /// use azvault_core::CallOptions;
    ///
    /// let brief = CallOptions::default().timeout(Duration::from_secs(3));
    /// client.get_secret("db-password").into_call().with_options(brief.clone()).await?;
    /// client.get_deleted_secret("another").with_options(brief).await.unwrap_err();
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Limits how long this call may take, with all its attempts and waits.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use std::time::Duration;
    ///
    /// use azvault_core::retry::RetryPolicy;
    ///
    /// client.begin_delete_secret("db-password").await?.await?;
    /// let deleted = client
    ///     .get_deleted_secret("db-password")
    ///     .with_timeout(Duration::from_secs(3))
    ///     .with_retry(RetryPolicy::none())
    ///     .await?;
    /// assert_eq!(deleted.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.options.timeout = Some(limit);
        self
    }

    /// Repeats failed attempts of this call as `policy` says.
    ///
    /// See the example of [`with_timeout`](Self::with_timeout).
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
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use std::time::Duration;
    ///
    /// # client.begin_delete_secret("db-password").await?.await?;
    /// // Right after the role was assigned, or the access policy set.
    /// let limit = Duration::from_secs(300);
    /// let deleted = client.get_deleted_secret("db-password").wait_for_access(limit).await?;
    /// assert_eq!(deleted.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn wait_for_access(mut self, limit: Duration) -> Self {
        self.options = self.options.wait_for_access(limit);
        self
    }

    /// What this call's key weighs in a [`Budget`](crate::retry::Budget), if the client has one.
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::Method;
    /// use azvault_core::{
    ///     Call, Client, ClientBuilder, Operation, Result,
    ///     retry::{Charge, KeyWeight},
    /// };
    /// use serde_json::{Value, json};
    ///
    /// # struct SignClient(Client);
    /// #
    /// # impl azvault_core::ServiceClient for SignClient {
    /// #     const API_VERSION: &'static str = "2026-04-01";
    /// #     type Seed = ();
    /// #
    /// #     fn from_client(client: Client, (): ()) -> Result<Self> {
    /// #         Ok(Self(client))
    /// #     }
    /// # }
    /// #
    /// static SIGN: Operation = Operation::idempotent("sign").charging(Charge::UsesKey);
    ///
    /// // Of a client of your own: ServiceClient shows how to make one.
    /// impl SignClient {
    ///     fn sign(&self, key: &str, digest: &str) -> Call<Value> {
    ///         let body = json!({ "alg": "PS512", "value": digest });
    ///         let request = self.0.request_json(Method::Post, &["keys", key, "sign"], &body);
    ///         // The client cannot know what kind of key it is: say it where it is known.
    ///         let call = Call::json(self.0.pipeline().clone(), &SIGN, request);
    ///         call.with_key_weight(KeyWeight::RSA_4096)
    ///     }
    /// }
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = ClientBuilder::<SignClient>::new(&emulator.vault_url("my-vault"), ())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let error = client.sign("no-such-key", "AAAA").await.expect_err("there is none");
    /// # assert_eq!(error.kind(), azvault_core::ErrorKind::NotFound);
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_key_weight(mut self, weight: KeyWeight) -> Self {
        self.options.key_weight = Some(weight);
        self
    }

    /// The request as it will be sent, without what policies add. Needs no runtime.
    ///
    /// # Errors
    /// What makes the request impossible, an invalid name for instance.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// let call = client.get_deleted_secret("db-password");
    /// let request = call.request()?;
    /// assert_eq!(request.url().path(), "/deletedsecrets/db-password");
    ///
    /// // What is wrong is known before anything is sent.
    /// assert!(client.get_deleted_secret("db_password").request().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self) -> Result<&Request> {
        self.request.as_ref().map_err(Error::told_again)
    }

    /// Sends the call and gives the model.
    ///
    /// # Errors
    /// See [`ErrorKind`](crate::ErrorKind).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// client.begin_delete_secret("db-password").await?.await?;
    /// // The same as `.await` on the call, as a future that can be spawned or joined.
    /// let task = tokio::spawn(client.get_deleted_secret("db-password").send());
    /// assert_eq!(task.await??.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use azure_core::http::headers::HeaderName;
    ///
    /// let call = client.get_secret("db-password").into_call();
    /// let response = call.send_for_response().await?;
    /// let id = response.headers().get_str(&HeaderName::from_static("x-ms-request-id"))?;
    /// println!("{} by request {id}", response.status());
    /// assert_eq!(response.into_model().value().expose(), "hunter2");
    /// # Ok(())
    /// # }
    /// ```
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
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::in_memory();
/// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// # client.set_secret("db-password", "hunter2").await?;
/// let response = client.get_secret("db-password").into_call().send_for_response().await?;
/// assert_eq!(u16::from(response.status()), 200);
/// assert!(response.headers().iter().count() > 0);
/// assert_eq!(response.model().name(), "db-password");
///
/// let secret = response.into_model();
/// assert_eq!(secret.value().expose(), "hunter2");
/// # Ok(())
/// # }
/// ```
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
///
/// # Examples
/// ```
/// use azure_core::http::{RawResponse, StatusCode, headers::Headers};
/// use azvault_core::{ErrorKind, call::from_json};
///
/// let answer = |body| RawResponse::from_bytes(StatusCode::Ok, Headers::new(), body);
/// let names: Vec<String> = from_json(&answer(r#"["a", "b"]"#))?;
/// assert_eq!(names, ["a", "b"]);
///
/// let error = from_json::<Vec<String>>(&answer(r#"["a", "#)).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidResponse);
/// # Ok::<(), azvault_core::Error>(())
/// ```
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
