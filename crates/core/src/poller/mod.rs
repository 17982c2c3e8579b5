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
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::in_memory();
/// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// # client.set_secret("db-password", "hunter2").await?;
/// // The first await begins the deletion, the second waits for its end.
/// let poller = client.begin_delete_secret("db-password").await?;
/// let deleted = poller.await?;
/// assert_eq!(deleted.name(), "db-password");
/// # Ok(())
/// # }
/// ```
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
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::Method;
    /// use azvault_core::{
    ///     Call, Client, ClientBuilder, Operation, Poller, Result,
    ///     poller::{PollState, ProvisioningState},
    /// };
    /// use serde_json::{Value, json};
    ///
    /// # struct GroupsClient {
    /// #     client: Client,
    /// #     subscription: String,
    /// # }
    /// #
    /// # impl azvault_core::ServiceClient for GroupsClient {
    /// #     const API_VERSION: &'static str = "2021-04-01";
    /// #     type Seed = String;
    /// #
    /// #     fn from_client(client: Client, subscription: String) -> Result<Self> {
    /// #         Ok(Self { client, subscription })
    /// #     }
    /// #
    /// #     fn requirement(
    /// #         endpoint: &azvault_core::Endpoint,
    /// #         cloud: Option<&azvault_core::auth::Cloud>,
    /// #     ) -> Option<azvault_core::auth::Requirement> {
    /// #         Some(azvault_core::auth::Requirement::of_resource_manager(endpoint, cloud))
    /// #     }
    /// # }
    /// #
    /// static CREATE: Operation = Operation::idempotent("begin_create_group");
    ///
    /// // Of a client of your own: ServiceClient shows how to make one.
    /// impl GroupsClient {
    ///     fn begin_create(&self, name: &str) -> Call<Poller<Value>> {
    ///         let path = ["subscriptions", &self.subscription, "resourceGroups", name];
    ///         let body = json!({ "location": "westeurope" });
    ///         let request = self.client.request_json(Method::Put, &path, &body);
    ///         // Looks at the group until its provisioningState is an end.
    ///         let work = ProvisioningState::new(self.client.clone(), CREATE.name(), &path);
    ///         let pipeline = self.client.pipeline().clone();
    ///         Call::new(pipeline.clone(), &CREATE, request, move |answer| {
    ///             let poller = Poller::new(pipeline, &CREATE, work?).begun_by(answer);
    ///             Ok(match ProvisioningState::read(answer)? {
    ///                 PollState::Done(group) => poller.ready(group),
    ///                 _ => poller,
    ///             })
    ///         })
    ///     }
    /// }
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let (address, subscription) = (emulator.management_url(), emulator.subscription_id().to_owned());
    /// # let groups = ClientBuilder::<GroupsClient>::new(&address, subscription)
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    ///
    /// let group = groups.begin_create("my-group").await?.await?;
    /// assert_eq!(group["properties"]["provisioningState"], "Succeeded");
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// See the example of [`new`](Self::new).
    pub fn ready(mut self, result: T) -> Self {
        self.ready = Some(result);
        self
    }

    /// Waits before the first look as long as the answer that began the operation asks for.
    ///
    /// See the example of [`new`](Self::new).
    pub fn begun_by(mut self, answer: &RawResponse) -> Self {
        self.asked = server_delay(answer.headers(), self.pipeline.clock().now());
        self
    }

    /// How long to wait for the end; 10 min unless set. The operation itself goes on.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// # use std::time::Duration;
    /// let poller = client.begin_delete_secret("db-password").await?;
    /// let deleted = poller.with_timeout(Duration::from_secs(30)).await?;
    /// # assert_eq!(deleted.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Text to go on from in another process. It holds no secret.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use azvault_core::poller::ResumeToken;
    ///
    /// let kept: String = client.begin_delete_secret("db-password").await?.resume_token().to_string();
    ///
    /// // In another process:
    /// let poller = client.resume_delete_secret(&ResumeToken::parse(&kept)?)?;
    /// assert_eq!(poller.await?.name(), "db-password");
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume_token(&self) -> ResumeToken {
        self.strategy.resume_token()
    }

    /// Looks once, now.
    ///
    /// # Errors
    /// How the operation failed, or why its state cannot be told.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use azvault_core::poller::PollState;
    ///
    /// let mut poller = client.begin_delete_secret("db-password").await?;
    /// match poller.poll_once().await? {
    ///     PollState::Done(deleted) => println!("{} is deleted", deleted.name()),
    ///     _ => println!("not yet"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// use azure_core::http::Method;
    /// use azvault_core::{
    ///     Call, Client, ClientBuilder, ErrorKind, Operation, Poller, Result,
    ///     poller::{OperationStatus, ResultAt},
    /// };
    /// use serde_json::{Value, json};
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
    /// static CREATE: Operation = Operation::makes_version("begin_create_certificate");
    ///
    /// // Of a client of your own: ServiceClient shows how to make one.
    /// impl CertificateClient {
    ///     async fn begin_create(&self, name: &str, policy: Value) -> Result<Poller<Value>> {
    ///         let (client, pipeline) = (&self.0, self.0.pipeline().clone());
    ///         let body = json!({ "policy": policy });
    ///         let create = client.request_json(Method::Post, &["certificates", name, "create"], &body);
    ///         Call::<Value>::json(pipeline.clone(), &CREATE, create).await?;
    ///
    ///         // What the service is asked to do tells how it is doing, and takes a cancellation.
    ///         let pending = ["certificates", name, "pending"];
    ///         let url = client.request(Method::Get, &pending)?.url().clone();
    ///         let body = json!({ "cancellation_requested": true });
    ///         let cancel = client.request_json(Method::Patch, &pending, &body)?;
    ///         let work = OperationStatus::new(client.clone(), CREATE.name(), url, ResultAt::Target)?;
    ///         Ok(Poller::new(pipeline, &CREATE, work.with_cancel(cancel)))
    ///     }
    /// }
    /// #
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = ClientBuilder::<CertificateClient>::new(&emulator.vault_url("my-vault"), ())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # let policy = json!({ "issuer": { "name": "Unknown" }, "x509_props": { "subject": "CN=web" }, "key_props": { "kty": "EC", "crv": "P-256" } });
    ///
    /// let mut poller = client.begin_create("web", policy).await?;
    /// poller.cancel().await?;
    /// let error = poller.wait().await.expect_err("it was canceled");
    /// assert_eq!(error.kind(), ErrorKind::OperationCanceled);
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// let poller = client.begin_delete_secret("db-password").await?;
    /// let deleted = poller.wait().await?;
    /// assert!(deleted.scheduled_purge_on() > deleted.deleted_on());
    /// # Ok(())
    /// # }
    /// ```
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
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_secrets::SecretClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # client.set_secret("db-password", "hunter2").await?;
    /// use std::pin::pin;
    ///
    /// use azvault_core::poller::PollState;
    /// use futures::TryStreamExt as _;
    ///
    /// let mut states = pin!(client.begin_delete_secret("db-password").await?.states());
    /// while let Some(state) = states.try_next().await? {
    ///     match state {
    ///         PollState::Done(deleted) => println!("{} is deleted", deleted.name()),
    ///         _ => println!("still being deleted"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
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
