//! A hostile service, a credential, and a clock that nobody waits for.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::{
    credentials::{AccessToken, TokenCredential, TokenRequestOptions},
    http::{AsyncRawResponse, HttpClient, Method, Request, Transport, headers::Headers},
};
use azvault_core::{
    Call, Client, ClientBuilder, Operation, Pager, Result, ServiceClient, time::Clock,
};
use futures::future::BoxFuture;
use serde_json::Value;
use time::{OffsetDateTime, macros::datetime};
use url::Url;

/// The vault that calls go to; its audience is known, so that the first request has a token.
pub(crate) const VAULT: &str = "https://v.vault.azure.net";

static GET: Operation = Operation::idempotent("get_thing");
static LIST: Operation = Operation::idempotent("list_things");

/// Time that passes when somebody waits, and at no other moment.
#[derive(Debug, Default)]
pub(crate) struct Leap(Arc<Mutex<Duration>>);

impl Clock for Leap {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-11-22 08:00:00 UTC) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let time = self.0.clone();
        Box::pin(async move {
            *time.lock().unwrap_or_else(PoisonError::into_inner) += duration;
        })
    }
}

/// Status, headers and body of an answer.
pub(crate) type Answer = (u16, Headers, Vec<u8>);

type Decide = dyn Fn(usize, &Url) -> Answer + Send + Sync;

/// Answers as it is told, and keeps what it was sent.
pub(crate) struct Service {
    decide: Box<Decide>,
    seen: Mutex<Vec<Url>>,
}

impl Service {
    pub(crate) fn by(decide: impl Fn(usize, &Url) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { decide: Box::new(decide), seen: Mutex::default() })
    }

    /// The addresses of the requests so far.
    pub(crate) fn seen(&self) -> Vec<Url> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Service")
    }
}

#[async_trait]
impl HttpClient for Service {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let url = request.url().clone();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, headers, body) = (self.decide)(seen.len(), &url);
        seen.push(url);
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

/// Always has a token.
#[derive(Debug)]
struct Generous;

#[async_trait]
impl TokenCredential for Generous {
    async fn get_token(
        &self,
        _scopes: &[&str],
        _options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new("a-token", datetime!(2096-11-22 08:00:00 UTC)))
    }
}

/// A client over core alone, with a clock to look at.
pub(crate) struct Things {
    client: Client,
}

impl ServiceClient for Things {
    const API_VERSION: &'static str = "7.6";

    type Seed = ();

    fn from_client(client: Client, (): ()) -> Result<Self> {
        Ok(Self { client })
    }
}

impl Things {
    pub(crate) fn of(service: &Arc<Service>) -> (Self, Arc<Leap>) {
        let clock = Arc::new(Leap::default());
        let builder = ClientBuilder::<Self>::new(VAULT, ())
            .transport(Transport::new(service.clone()))
            .credential(Arc::new(Generous))
            .clock(clock.clone());
        (builder.build().expect("a client"), clock)
    }

    pub(crate) fn get(&self) -> Call<Value> {
        let request = self.client.request(Method::Get, &["things", "a"]);
        Call::json(self.client.pipeline().clone(), &GET, request)
    }

    pub(crate) fn list(&self) -> Pager<Value> {
        let request = self.client.request(Method::Get, &["things"]);
        Pager::new(self.client.clone(), &LIST, request)
    }
}
