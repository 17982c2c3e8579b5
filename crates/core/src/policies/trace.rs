//! Spans on azure_core's tracing traits: one a call, and below it one a request and one a wait.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use azure_core::{
    http::{
        Context, Request, Url,
        policies::{Policy, PolicyResult},
    },
    tracing::{Attribute, AttributeValue, Span, SpanKind, SpanStatus, Tracer, TracerProvider},
};

use super::CallState;
use crate::{Error, headers, transport::TransportError};

/// A tracer for one client.
pub(crate) fn tracer(provider: &dyn TracerProvider) -> Arc<dyn Tracer> {
    let (name, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    provider.get_tracer(Some("Microsoft.KeyVault"), name, Some(version))
}

/// The span of a call, from which those of its requests and waits descend.
#[derive(Clone)]
pub(crate) struct CallSpan {
    tracer: Arc<dyn Tracer>,
    span: Arc<dyn Span>,
}

impl CallSpan {
    /// Begins the span; it ends with the guard, also if the call is given up.
    pub(crate) fn begin(
        tracer: &Arc<dyn Tracer>,
        operation: &'static str,
        url: &Url,
    ) -> (Self, SpanGuard) {
        let mut attributes = server(url);
        attributes.extend(tracer.namespace().map(|name| attribute("az.namespace", name)));
        let span = tracer.start_span(operation.into(), SpanKind::Internal, attributes);
        (Self { tracer: tracer.clone(), span: span.clone() }, SpanGuard::new(span))
    }

    /// Begins the span of a wait, for `cause`, of about `length`.
    pub(crate) fn wait(&self, cause: &'static str, length: Duration) -> SpanGuard {
        let milliseconds = i64::try_from(length.as_millis()).unwrap_or(i64::MAX);
        let attributes = vec![
            attribute("azvault.wait.cause", cause),
            attribute("azvault.wait.milliseconds", milliseconds),
        ];
        let mut guard = self.child("wait".into(), SpanKind::Internal, attributes);
        guard.given_up = false;
        guard
    }

    fn child(
        &self,
        name: std::borrow::Cow<'static, str>,
        kind: SpanKind,
        attributes: Vec<Attribute>,
    ) -> SpanGuard {
        let parent = self.span.clone();
        SpanGuard::new(self.tracer.start_span_with_parent(name, kind, attributes, parent))
    }
}

impl std::fmt::Debug for CallSpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallSpan { .. }")
    }
}

/// Ends a span when it is dropped, and says so if nobody waited for its outcome.
pub(crate) struct SpanGuard {
    span: Arc<dyn Span>,
    given_up: bool,
}

impl SpanGuard {
    fn new(span: Arc<dyn Span>) -> Self {
        Self { span, given_up: true }
    }

    /// The call ended: with `error`, or well.
    pub(crate) fn settle(mut self, error: Option<&Error>) {
        self.given_up = false;
        if let Some(error) = error {
            self.fail(format!("{:?}", error.kind()));
        }
    }

    /// The kind alone: what a message says is for the caller.
    fn fail(&self, kind: String) {
        self.span.set_attribute("error.type", kind.into());
        self.span.set_status(SpanStatus::Error { description: String::new() });
    }
}

impl Drop for SpanGuard {
    fn drop(&mut self) {
        if self.given_up {
            self.span.set_attribute("error.type", "given up".into());
        }
        self.span.end();
    }
}

/// One span a request: also for the question that a vault is asked before it gets a token, and for
/// each replay.
#[derive(Debug)]
pub(crate) struct TraceRequest;

#[async_trait]
impl Policy for TraceRequest {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Some((call, parent)) =
            ctx.value::<CallState>().and_then(|call| Some((call, call.span()?)))
        else {
            return super::call_next(ctx, request, next).await;
        };
        let mut guard = parent.child(
            request.method().as_str().into(),
            SpanKind::Client,
            attributes(request, call.attempts()),
        );
        // The tracer is the user's, and sees no token.
        let token = request.headers_mut().remove(headers::AUTHORIZATION);
        guard.span.propagate_headers(request);
        if let Some(token) = token {
            request.insert_header(headers::AUTHORIZATION, token);
        }
        let result = super::call_next(ctx, request, next).await;
        guard.given_up = false;
        match &result {
            Ok(answer) => {
                let status = u16::from(answer.status());
                guard.span.set_attribute("http.response.status_code", i64::from(status).into());
                if let Some(id) = headers::get(answer.headers(), &headers::REQUEST_ID) {
                    guard.span.set_attribute("az.service_request.id", id.into());
                }
                if status >= 400 {
                    guard.fail(status.to_string());
                }
            }
            Err(error) => guard.fail(kind_of(error)),
        }
        result
    }
}

fn kind_of(error: &azure_core::Error) -> String {
    match (error.downcast_ref::<TransportError>(), error.downcast_ref::<Error>()) {
        (Some(error), _) => format!("{:?}", error.kind()),
        (None, Some(error)) => format!("{:?}", error.kind()),
        (None, None) => error.kind().to_string(),
    }
}

/// By OpenTelemetry's conventions for HTTP. The URL is without its query: a link of the service
/// may hold anything there.
fn attributes(request: &Request, attempts: u32) -> Vec<Attribute> {
    let url = request.url();
    let mut attributes = server(url);
    attributes.push(attribute("http.request.method", request.method().as_str()));
    let origin = url.origin().ascii_serialization();
    attributes.push(attribute("url.full", format!("{origin}{}", url.path())));
    if attempts > 1 {
        attributes.push(attribute("http.request.resend_count", i64::from(attempts - 1)));
    }
    if let Some(id) = headers::get(request.headers(), &headers::CLIENT_REQUEST_ID) {
        attributes.push(attribute("az.client_request_id", id));
    }
    attributes
}

fn server(url: &Url) -> Vec<Attribute> {
    let port = url.port_or_known_default().map(|port| attribute("server.port", i64::from(port)));
    let host = url.host_str().map(|host| attribute("server.address", host));
    host.into_iter().chain(port).collect()
}

fn attribute(key: &'static str, value: impl Into<AttributeValue>) -> Attribute {
    Attribute { key: key.into(), value: value.into() }
}
