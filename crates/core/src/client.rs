//! What every client of a vault is: an address, an API version, a pipeline; and how it is built.

use std::{collections::HashMap, fmt, sync::Arc, time::Duration};

use azure_core::{
    cloud::CloudConfiguration,
    http::{ClientOptions, Method, Request, Transport, policies::Policy},
    tracing::TracerProvider,
};
use serde::Serialize;
use url::Url;

use crate::{
    Credential, Endpoint, Error, Pipeline, Result,
    auth::{Cloud, Requirement},
    headers::{ACCEPT, CONTENT_TYPE, JSON},
    pipeline::Parts,
    policies::{Authenticate, tracer},
    retry::{RetryPolicy, Throttle},
    secret::WipedBuffer,
    time::{Clock, SystemClock},
    transport::TransportOptions,
};

/// The part that the clients of all services share; a cheap clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    api_version: String,
    pipeline: Pipeline,
}

impl Client {
    /// The vault's address.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// The API version of its requests.
    pub fn api_version(&self) -> &str {
        &self.0.api_version
    }

    /// The same client with another API version, on the same pipeline.
    #[must_use]
    pub fn with_api_version(&self, version: &str) -> Self {
        Self(Arc::new(Inner {
            endpoint: self.0.endpoint.clone(),
            api_version: version.to_owned(),
            pipeline: self.0.pipeline.clone(),
        }))
    }

    /// The pipeline of its requests.
    pub fn pipeline(&self) -> &Pipeline {
        &self.0.pipeline
    }

    /// A request for `segments` below the vault's address, with the API version. Pure.
    ///
    /// # Errors
    /// `InvalidInput` for a segment that no path can carry.
    pub fn request(&self, method: Method, segments: &[&str]) -> Result<Request> {
        let mut url = self.0.endpoint.url(segments)?;
        url.query_pairs_mut().append_pair("api-version", &self.0.api_version);
        Ok(accepting_json(url, method))
    }

    /// The same with `body` as JSON, in memory that is wiped when the last copy is dropped.
    ///
    /// # Errors
    /// `InvalidInput` for a segment that no path can carry, or a body that JSON cannot.
    pub fn request_json(
        &self,
        method: Method,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<Request> {
        let mut request = self.request(method, segments)?;
        let mut json = WipedBuffer::with_capacity(1024);
        serde_json::to_writer(&mut json, body)
            .map_err(|_| Error::invalid_input("the parameters cannot be written as JSON"))?;
        request.insert_header(CONTENT_TYPE, JSON);
        request.set_body(json.into_bytes());
        Ok(request)
    }

    /// A request for a URL that the service gave, which must be the vault's own.
    ///
    /// # Errors
    /// `InvalidResponse` if the URL is on another origin: a token must not go there.
    pub fn follow(&self, url: Url) -> Result<Request> {
        if !self.0.endpoint.is_origin_of(&url) {
            return Err(Error::new(
                crate::ErrorKind::InvalidResponse,
                format!(
                    "the service gave a link to '{}', which is not {}",
                    url.host_str().unwrap_or_default(),
                    self.0.endpoint
                ),
            ));
        }
        Ok(accepting_json(url, Method::Get))
    }
}

fn accepting_json(url: Url, method: Method) -> Request {
    let mut request = Request::new(url, method);
    // Room for those that policies add, so that it need not grow for each.
    *request.headers_mut() = HashMap::with_capacity(7).into();
    request.insert_header(ACCEPT, JSON);
    request
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.0.endpoint)
            .field("api_version", &self.0.api_version)
            .finish_non_exhaustive()
    }
}

/// A client of one service, which [`ClientBuilder`] can build.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::in_memory();
/// # let vault_url = emulator.vault_url("my-vault");
/// use azure_core::http::Method;
/// use azvault_core::{Call, Client, ClientBuilder, Operation, Result, ServiceClient};
/// use serde_json::Value;
///
/// /// A client of what the other crates have none for: the contacts of a vault's certificates.
/// struct ContactsClient {
///     client: Client,
/// }
///
/// impl ServiceClient for ContactsClient {
///     const API_VERSION: &'static str = "2026-04-01";
///     type Seed = ();
///
///     fn from_client(client: Client, (): ()) -> Result<Self> {
///         Ok(Self { client })
///     }
/// }
///
/// static GET: Operation = Operation::idempotent("get_contacts");
/// static SET: Operation = Operation::idempotent("set_contacts");
///
/// impl ContactsClient {
///     fn get_contacts(&self) -> Call<Value> {
///         let request = self.client.request(Method::Get, &["certificates", "contacts"]);
///         Call::json(self.client.pipeline().clone(), &GET, request)
///     }
///
///     fn set_contacts(&self, contacts: &Value) -> Call<Value> {
///         let path = ["certificates", "contacts"];
///         let request = self.client.request_json(Method::Put, &path, contacts);
///         Call::json(self.client.pipeline().clone(), &SET, request)
///     }
/// }
///
/// // Credentials, retries, limits and errors are those of every client.
/// let client = ClientBuilder::<ContactsClient>::new(&vault_url, ())
///     .credential(emulator.credential())
///     .transport(emulator.transport())
///     .build()?;
/// let contacts = serde_json::json!({ "contacts": [{ "email": "ops@example.org" }] });
/// client.set_contacts(&contacts).await?;
/// assert_eq!(client.get_contacts().await?["contacts"][0]["email"], "ops@example.org");
/// # Ok(())
/// # }
/// ```
pub trait ServiceClient: Sized {
    /// The newest stable API version that the client knows.
    const API_VERSION: &'static str;

    /// What the client needs besides an address: nothing for a vault, a subscription for ARM.
    type Seed;

    /// A client on the shared part.
    ///
    /// # Errors
    /// `InvalidInput` if the seed cannot be one.
    fn from_client(client: Client, seed: Self::Seed) -> Result<Self>;

    /// What the service at `endpoint` requires of a token, if that is known without asking it.
    fn requirement(endpoint: &Endpoint, cloud: Option<&Cloud>) -> Option<Requirement> {
        Requirement::known(endpoint, cloud)
    }

    /// The address of the service in `cloud`, where that has one for all.
    fn address_in(_cloud: &Cloud) -> Option<&str> {
        None
    }
}

/// Builds a client; the settings are the same for every service.
#[must_use = "a builder does nothing before build()"]
pub struct ClientBuilder<C: ServiceClient> {
    address: Option<String>,
    cloud: Option<Cloud>,
    seed: C::Seed,
    credential: Option<Credential>,
    transport: Option<Transport>,
    transport_options: TransportOptions,
    built_in: bool,
    api_version: String,
    retry: RetryPolicy,
    throttle: Option<Throttle>,
    timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    verify: bool,
    application_id: Option<String>,
    tracer_provider: Option<Arc<dyn TracerProvider>>,
    per_call: Vec<Arc<dyn Policy>>,
    per_attempt: Vec<Arc<dyn Policy>>,
    clock: Arc<dyn Clock>,
}

impl<C: ServiceClient> ClientBuilder<C> {
    /// A builder for the service at `address`, a vault's URL for instance, which is checked by
    /// [`build`](Self::build).
    pub fn new(address: &str, seed: C::Seed) -> Self {
        Self { address: Some(address.to_owned()), ..Self::in_cloud(seed) }
    }

    /// A builder for a service that each cloud has one of.
    pub fn in_cloud(seed: C::Seed) -> Self {
        let clock = SystemClock::shared();
        Self {
            address: None,
            cloud: None,
            seed,
            credential: None,
            transport: None,
            transport_options: TransportOptions::default(),
            built_in: false,
            api_version: C::API_VERSION.to_owned(),
            retry: RetryPolicy::default(),
            throttle: None,
            timeout: Some(Duration::from_secs(120)),
            attempt_timeout: Some(Duration::from_secs(60)),
            verify: true,
            application_id: None,
            tracer_provider: None,
            per_call: Vec::new(),
            per_attempt: Vec::new(),
            clock,
        }
    }

    /// The address of the service instead of the one that the builder began with, or the cloud's.
    pub fn endpoint(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// The cloud that the service is in: where it is, if each cloud has one of it, and for whom a
    /// token must be. The public cloud unless set; vaults of the US Government's cloud and China's
    /// are known by their names.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = Some(cloud);
        self
    }

    /// Who is calling. Clients that are given the same credential share its tokens.
    pub fn credential(mut self, credential: impl Into<Credential>) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// Sends through `transport`. Then [`proxy`](Self::proxy),
    /// [`connect_timeout`](Self::connect_timeout) and
    /// [`transport_options`](Self::transport_options) have no effect.
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self.built_in = false;
        self
    }

    /// Sends through `transport`, which `TransportOptions::build` gave and nothing is around.
    #[doc(hidden)]
    pub fn shared_built_in_transport(mut self, transport: Transport) -> Self {
        self.transport = Some(transport);
        self.built_in = true;
        self
    }

    /// Settings of the built-in transport, in the place of all those set before.
    pub fn transport_options(mut self, options: TransportOptions) -> Self {
        self.transport_options = options;
        self
    }

    /// Sends through the HTTP proxy at `url`; unless set, `HTTPS_PROXY` and `NO_PROXY` decide.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.transport_options = self.transport_options.proxy(url);
        self
    }

    /// How long a connection may take to be made; 10 s unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.transport_options = self.transport_options.connect_timeout(limit);
        self
    }

    /// How long one attempt may take; 60 s unless set.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// How long a call may take with all its attempts and waits; 120 s unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// The API version to request instead of the newest stable one.
    pub fn api_version(mut self, version: impl Into<String>) -> Self {
        self.api_version = version.into();
        self
    }

    /// How failed attempts are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// What this client shares about a vault that throttles, and a budget if one is wanted. Unless
    /// set, clients with the same credential share one, without a budget.
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.throttle = Some(throttle);
        self
    }

    /// Whether a challenge's resource must be a parent domain of the vault's host; `true` unless
    /// set. Turn it off only for a vault with a domain of its own that you trust: otherwise its
    /// challenge could ask for a token for somebody else's service.
    pub fn verify_challenge_resource(mut self, verify: bool) -> Self {
        self.verify = verify;
        self
    }

    /// A name for your program, at the front of the `User-Agent` header.
    pub fn application_id(mut self, id: impl Into<String>) -> Self {
        self.application_id = Some(id.into());
        self
    }

    /// Gives each call a span, with a span below it for each request and each wait: azure_core's
    /// traits, so that an adapter of azure_core's, the one to OpenTelemetry for instance, serves
    /// here too. Spans hold names, statuses and ids, and no secret, token or URL query.
    pub fn tracer_provider(mut self, provider: Arc<dyn TracerProvider>) -> Self {
        self.tracer_provider = Some(provider);
        self
    }

    /// Adds a policy that sees each call once.
    pub fn per_call_policy(mut self, policy: Arc<dyn Policy>) -> Self {
        self.per_call.push(policy);
        self
    }

    /// Adds a policy that sees each attempt, before it is given a token.
    pub fn per_attempt_policy(mut self, policy: Arc<dyn Policy>) -> Self {
        self.per_attempt.push(policy);
        self
    }

    /// Takes policies, transport, tracer provider and cloud from azure_core's options. Their
    /// `retry` is not used: azvault retries by itself, see [`retry`](Self::retry); nor is a custom
    /// cloud, which tells too little: see [`cloud`](Self::cloud).
    pub fn client_options(mut self, options: ClientOptions) -> Self {
        self.per_call.extend(options.per_call_policies);
        self.per_attempt.extend(options.per_try_policies);
        if let Some(transport) = options.transport {
            self = self.transport(transport);
        }
        self.cloud = match options.cloud.as_deref() {
            Some(CloudConfiguration::AzureGovernment) => Some(Cloud::us_government()),
            Some(CloudConfiguration::AzureChina) => Some(Cloud::china()),
            _ => self.cloud,
        };
        self.tracer_provider = options.instrumentation.tracer_provider.or(self.tracer_provider);
        self
    }

    /// Measures and waits by `clock`, for tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Builds the client. Nothing is sent yet.
    ///
    /// # Errors
    /// `InvalidInput` if the vault's URL, the API version, the proxy or the application's name is
    /// wrong, or no credential was given.
    pub fn build(self) -> Result<C> {
        let public = Cloud::default();
        let cloud = self.cloud.as_ref().unwrap_or(&public);
        let address = self.address.as_deref().or_else(|| C::address_in(cloud));
        let endpoint = Endpoint::parse(address.unwrap_or_default())?;
        let Some(credential) = self.credential else {
            return Err(Error::invalid_input(
                "the client has no credential: give it one with credential(…), DefaultAzureCredential::new()? for instance",
            ));
        };
        check_header("API version", &self.api_version)?;
        if let Some(id) = &self.application_id {
            check_header("application id", id)?;
        }
        let (transport, built_in) = match self.transport {
            Some(transport) => (transport, self.built_in),
            None => (self.transport_options.build()?, true),
        };
        let throttle = self.throttle.unwrap_or_else(|| credential.throttle());
        let gate = throttle.gate(&endpoint, &self.clock);
        let authenticate = Authenticate::new(
            endpoint.clone(),
            C::requirement(&endpoint, self.cloud.as_ref()),
            credential,
            self.verify,
            self.clock.clone(),
        );
        let pipeline = Parts {
            authenticate: Some(authenticate),
            built_in,
            retry: self.retry,
            gate: Some(gate),
            timeout: self.timeout,
            attempt_timeout: self.attempt_timeout,
            application_id: self.application_id,
            tracer: self.tracer_provider.as_deref().map(tracer),
            per_call: self.per_call,
            per_attempt: self.per_attempt,
            ..Parts::new(transport, self.clock)
        }
        .build();
        let inner = Inner { endpoint, api_version: self.api_version, pipeline };
        C::from_client(Client(Arc::new(inner)), self.seed)
    }
}

fn check_header(what: &str, value: &str) -> Result<()> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Error::invalid_input(format!(
            "the {what} {value:?} must be one word of printable ASCII"
        )));
    }
    Ok(())
}

impl<C: ServiceClient> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL is not checked yet, so it may hold credentials.
        f.debug_struct("ClientBuilder")
            .field("api_version", &self.api_version)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}
