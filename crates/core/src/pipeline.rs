//! A chain of policies that ends in a transport, and the way into it and out of it.

use std::{sync::Arc, time::Duration};

use azure_core::{
    http::{Context, RawResponse, Request, StatusCode, Transport, policies::Policy},
    tracing::Tracer,
};

use crate::{
    Error, ErrorKind, Operation, Result, access,
    call::CallOptions,
    error::held,
    policies::{
        Authenticate, CallSpan, CallState, Identity, OutOfTime, RetryLoop, Send, TraceRequest,
        call_next,
    },
    retry::{Gate, RetryPolicy, server_delay},
    time::{Clock, within},
    transport::into_raw,
};

/// The most that is read of an answer: the largest a vault gives, a backup of a secret's 500 full
/// versions, has about 23 MB and its tags.
const MAX_BODY: usize = 48 * 1024 * 1024;

/// Sends requests through policies; a cheap clone.
#[derive(Clone, Debug)]
pub struct Pipeline(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    chain: Vec<Arc<dyn Policy>>,
    /// Whether policies of the user come before the loop that keeps the deadline.
    guarded: bool,
    /// Whether no policy of the user can look at an answer.
    unseen: bool,
    timeout: Option<Duration>,
    clock: Arc<dyn Clock>,
    tracer: Option<Arc<dyn Tracer>>,
}

/// What a pipeline is made of.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) transport: Transport,
    /// Whether that is the built-in one, and nothing of the user's is around it.
    pub(crate) built_in: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authenticate: Option<Authenticate>,
    pub(crate) retry: RetryPolicy,
    /// What is shared with other callers of the same vault.
    pub(crate) gate: Option<Arc<Gate>>,
    /// The limit of a call with all its attempts and waits.
    pub(crate) timeout: Option<Duration>,
    /// The limit of one attempt, authentication included.
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) application_id: Option<String>,
    pub(crate) tracer: Option<Arc<dyn Tracer>>,
    pub(crate) per_call: Vec<Arc<dyn Policy>>,
    pub(crate) per_attempt: Vec<Arc<dyn Policy>>,
}

impl Parts {
    pub(crate) fn new(transport: Transport, clock: Arc<dyn Clock>) -> Self {
        Self {
            transport,
            built_in: false,
            clock,
            authenticate: None,
            retry: RetryPolicy::default(),
            gate: None,
            timeout: Some(Duration::from_secs(120)),
            attempt_timeout: Some(Duration::from_secs(60)),
            application_id: None,
            tracer: None,
            per_call: Vec::new(),
            per_attempt: Vec::new(),
        }
    }

    pub(crate) fn build(self) -> Pipeline {
        let guarded = !self.per_call.is_empty();
        let unseen = self.built_in && !guarded && self.per_attempt.is_empty();
        let mut chain: Vec<Arc<dyn Policy>> = self.per_call;
        chain.push(Arc::new(RetryLoop {
            identity: Identity::new(self.application_id.as_deref()),
            policy: self.retry,
            attempt_timeout: self.attempt_timeout,
            gate: self.gate,
            clock: self.clock.clone(),
        }));
        // Policies of the user come before authentication, so that none of them sees a token.
        chain.extend(self.per_attempt);
        if let Some(authenticate) = self.authenticate {
            chain.push(Arc::new(authenticate));
        }
        if self.tracer.is_some() {
            chain.push(Arc::new(TraceRequest));
        }
        chain.push(Arc::new(Send::new(self.transport, MAX_BODY, self.clock.clone())));
        Pipeline(Arc::new(Inner {
            chain,
            guarded,
            unseen,
            timeout: self.timeout,
            clock: self.clock,
            tracer: self.tracer,
        }))
    }
}

impl Pipeline {
    /// Sends `request` for `operation` and gives the successful answer.
    ///
    /// # Errors
    /// What the service, the credential or the transport reports, with what is known of the
    /// attempts.
    pub async fn send(
        &self,
        operation: &'static Operation,
        request: &mut Request,
        options: &CallOptions,
    ) -> Result<RawResponse> {
        match options.access_wait {
            None => self.send_once(operation, request, options).await,
            // Boxed: no other call is to keep room for it.
            Some(limit) => Box::pin(access::wait(self, operation, request, options, limit)).await,
        }
    }

    pub(crate) async fn send_once(
        &self,
        operation: &'static Operation,
        request: &mut Request,
        options: &CallOptions,
    ) -> Result<RawResponse> {
        let inner = &*self.0;
        let traced =
            inner.tracer.as_ref().map(|it| CallSpan::begin(it, operation.name, request.url()));
        let (span, guard) = traced.unzip();
        let limit = self.limit(options);
        let deadline = limit.and_then(|limit| inner.clock.elapsed().checked_add(limit));
        let lean = options.body_alone && inner.unseen;
        let context =
            Context::new().with_value(CallState::new(operation, options, lean, deadline, span));
        let chain = call_next(&context, request, &inner.chain);
        // The loop keeps the deadline itself, unless somebody else is before it.
        let outcome = match inner.guarded {
            true => within(&*inner.clock, limit, chain).await,
            false => Some(chain.await),
        };
        let outcome = match outcome {
            Some(Ok(answer)) => Some(into_raw(answer).await),
            Some(Err(error)) if held::<OutOfTime>(&error).is_some() => None,
            Some(Err(error)) => Some(Err(error)),
            None => None,
        };
        let result = self.conclude(operation, limit, context.value::<CallState>(), outcome);
        if let Some(guard) = guard {
            guard.settle(result.as_ref().err());
        }
        result
    }

    /// What came of the call, with what is known of its attempts; nothing if its time ran out.
    fn conclude(
        &self,
        operation: &'static Operation,
        limit: Option<Duration>,
        state: Option<&CallState>,
        outcome: Option<azure_core::Result<RawResponse>>,
    ) -> Result<RawResponse> {
        let error = match outcome {
            Some(Ok(answer)) if is_success(answer.status()) => return Ok(answer),
            Some(Ok(answer)) => {
                let delay = server_delay(answer.headers(), self.0.clock.now());
                Error::from_response(&answer).with_retry_after(delay)
            }
            Some(Err(error)) => Error::from_azure(error),
            None => {
                let seconds = limit.unwrap_or_default().as_secs_f64();
                let message = format!("the call did not end within its {seconds} s");
                let error = Error::new(ErrorKind::Timeout, message);
                match state.and_then(CallState::last) {
                    Some(last) => error.with_source(last),
                    None => error,
                }
            }
        };
        let evidence = state.map(CallState::evidence).unwrap_or_default();
        let error = error.with_operation(operation.name).with_evidence(evidence);
        Err(match (operation.advice)(error.kind()) {
            Some(advice) => error.with_advice(advice),
            None => error,
        })
    }

    /// How long a call with `options` may take.
    pub(crate) fn limit(&self, options: &CallOptions) -> Option<Duration> {
        options.timeout.or(self.0.timeout)
    }

    /// The clock that its time limits are measured by.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }
}

fn is_success(status: StatusCode) -> bool {
    (200..300).contains(&u16::from(status))
}

#[cfg(test)]
#[cfg(feature = "reqwest")]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use azure_core::http::{Method, Url, headers::HeaderName, policies::PolicyResult};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::{Call, headers, time::SystemClock, transport::TransportOptions};

    static GET: Operation = Operation::idempotent("get");
    const EXTRA: HeaderName = HeaderName::from_static("x-extra");

    /// Notes the header that it sees on each answer.
    #[derive(Debug, Default)]
    struct Curious(Mutex<Vec<Option<String>>>);

    #[expect(elided_lifetimes_in_paths, reason = "see the module `policies`")]
    #[async_trait]
    impl Policy for Curious {
        async fn send(
            &self,
            ctx: &Context,
            request: &mut Request,
            next: &[Arc<dyn Policy>],
        ) -> PolicyResult {
            let answer = call_next(ctx, request, next).await?;
            let seen = headers::get(answer.headers(), &EXTRA).map(ToOwned::to_owned);
            self.0.lock().unwrap().push(seen);
            Ok(answer)
        }
    }

    /// Serves one answer with headers, over plain HTTP, and gives its URL.
    #[expect(clippy::disallowed_methods, reason = "a server of its own")]
    async fn server() -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _request = socket.read(&mut [0; 4096]).await;
                let answer = "HTTP/1.1 200 OK\r\nx-extra: 7\r\nx-ms-request-id: r\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        url.parse().unwrap()
    }

    fn parts() -> Parts {
        let transport = TransportOptions::default().no_proxy().build().unwrap();
        Parts { built_in: true, ..Parts::new(transport, SystemClock::shared()) }
    }

    fn call(pipeline: &Pipeline, url: &Url) -> Call<serde_json::Value> {
        Call::json(pipeline.clone(), &GET, Ok(Request::new(url.clone(), Method::Get)))
    }

    #[tokio::test]
    async fn whoever_looks_at_the_headers_of_an_answer_sees_all_of_them() {
        let url = server().await;
        let pipeline = parts().build();
        let answer = call(&pipeline, &url).send_for_response().await.unwrap();
        assert_eq!(headers::get(answer.headers(), &EXTRA), Some("7"));
        assert_eq!(call(&pipeline, &url).await.unwrap(), serde_json::json!({}));
        let decoder = Call::new(
            pipeline.clone(),
            &GET,
            Ok(Request::new(url.clone(), Method::Get)),
            |answer| Ok(headers::get(answer.headers(), &EXTRA).map(ToOwned::to_owned)),
        );
        assert_eq!(decoder.await.unwrap().as_deref(), Some("7"));
        for (per_call, per_attempt) in [(true, false), (false, true)] {
            let curious = Arc::new(Curious::default());
            let policies = |wanted: bool| -> Vec<Arc<dyn Policy>> {
                if wanted { vec![curious.clone()] } else { Vec::new() }
            };
            let parts = Parts {
                per_call: policies(per_call),
                per_attempt: policies(per_attempt),
                ..parts()
            };
            call(&parts.build(), &url).await.unwrap();
            assert_eq!(*curious.0.lock().unwrap(), [Some("7".to_owned())]);
        }
    }
}
