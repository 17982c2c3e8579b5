//! A transport that answers from a script and remembers what it was sent.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, Body, HttpClient, Method, Request, Transport, Url, headers::Headers,
};
use azvault_core::{
    time::{Clock, SystemClock},
    transport::{TransportError, TransportErrorKind},
};
use bytes::Bytes;
use futures::StreamExt;

use crate::Answer;

/// A request as the transport got it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// How many came before it.
    pub n: usize,
    /// Its method.
    pub method: Method,
    /// Its URL.
    pub url: Url,
    /// Its headers.
    pub headers: Headers,
    /// Its body.
    pub body: Bytes,
    /// When it came, counted from the making of the script.
    pub at: Duration,
}

impl Seen {
    /// A header's value.
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it.as_str() == name).map(|(_, value)| value.as_str())
    }

    /// The token it carries.
    pub fn token(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

type Decide = dyn Fn(&Seen) -> Answer + Send + Sync;

/// Answers each request as the script says.
pub struct Script {
    decide: Box<Decide>,
    seen: Mutex<Vec<Seen>>,
    clock: Arc<dyn Clock>,
}

impl Script {
    /// Answers by a function of the request.
    pub fn by(decide: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Arc<Self> {
        let clock = SystemClock::shared();
        Arc::new(Self { decide: Box::new(decide), seen: Mutex::default(), clock })
    }

    /// Gives these answers in turn. A request too many fails as one that could not be built, which
    /// nobody retries.
    pub fn of(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        let answers: Mutex<VecDeque<Answer>> = Mutex::new(answers.into_iter().collect());
        Self::by(move |_| {
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            answers.pop_front().unwrap_or_else(|| Answer::broken(TransportErrorKind::Request))
        })
    }

    /// Gives the same answer to every request.
    pub fn always(answer: Answer) -> Arc<Self> {
        Self::by(move |_| answer.clone())
    }

    /// Behaves as a vault: asks for a token for `resource` until one comes, then answers well.
    pub fn vault(tenant: &'static str, resource: &'static str) -> Arc<Self> {
        Self::by(move |seen| match seen.token() {
            None => Answer::challenge(tenant, resource),
            Some(_) => Answer::fine(),
        })
    }

    /// The same as azure_core's type.
    pub fn transport(self: &Arc<Self>) -> Transport {
        Transport::new(self.clone())
    }

    /// What was sent so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.lock().clone()
    }

    /// How many requests were sent so far.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// When the requests were sent.
    pub fn times(&self) -> Vec<Duration> {
        self.lock().iter().map(|seen| seen.at).collect()
    }

    /// The clock that the requests' times are measured by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, request: &Request) -> Seen {
        let mut all = self.lock();
        let body = match request.body() {
            Body::Bytes(bytes) => bytes.clone(),
            Body::SeekableStream(_) => Bytes::from_static(b"a stream"),
        };
        let seen = Seen {
            n: all.len(),
            method: request.method(),
            url: request.url().clone(),
            headers: request.headers().clone(),
            body,
            at: self.clock.elapsed(),
        };
        all.push(seen.clone());
        seen
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let seen = self.record(request);
        let answer = (self.decide)(&seen);
        if answer.hangs {
            std::future::pending::<()>().await;
        }
        if !answer.delay.is_zero() {
            self.clock.sleep(answer.delay).await;
        }
        if let Some(kind) = answer.failure {
            let source = "a double broke the connection";
            return Err(TransportError::new(kind, Some(source.into())).into_azure());
        }
        let mut headers = Headers::new();
        for (name, value) in answer.headers {
            headers.insert(name, value);
        }
        let (clock, body, delay) = (self.clock.clone(), answer.body, answer.body_delay);
        let stream = futures::stream::once(async move {
            if !delay.is_zero() {
                clock.sleep(delay).await;
            }
            Ok(body)
        });
        Ok(AsyncRawResponse::new(answer.status, headers, stream.boxed()))
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("requests", &self.count()).finish_non_exhaustive()
    }
}
