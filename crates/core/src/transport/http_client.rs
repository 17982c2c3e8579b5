//! A transport for azure_core over reqwest: repeated headers joined, URLs kept out of errors.
#![expect(
    elided_lifetimes_in_paths,
    reason = "azure_core's Policy elides Context's lifetime, and async_trait wants the same spelling"
)]

use std::{io, sync::Arc};

use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, Body, Context, Method, Request,
    policies::{Policy, PolicyResult},
};
use futures::{StreamExt, TryStreamExt};
use reqwest::header::{HeaderName, HeaderValue};

use super::{TransportError, TransportErrorKind};
use crate::{headers, policies::CallState};

/// The built-in transport, made by [`TransportOptions::build`](super::TransportOptions::build).
#[derive(Clone, Debug)]
pub(crate) struct ReqwestTransport {
    client: reqwest::Client,
}

impl ReqwestTransport {
    pub(super) fn new(client: reqwest::Client) -> Self {
        Self { client }
    }
}

// A policy, not an `HttpClient`, since those do not see the context of a call.
#[async_trait]
impl Policy for ReqwestTransport {
    async fn send(
        &self,
        ctx: &Context,
        request: &mut Request,
        _next: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let response = self.client.execute(outgoing(request)?).await.map_err(into_azure)?;
        let status = response.status().as_u16().into();
        let lean = ctx.value::<CallState>().is_some_and(CallState::is_lean);
        let headers = match lean && response.status() == reqwest::StatusCode::OK {
            true => headers::few_from_http(response.headers()),
            false => headers::from_http(response.headers()),
        };
        let body = response.bytes_stream().map_err(into_azure).boxed();
        Ok(AsyncRawResponse::new(status, headers, body))
    }
}

/// The request as reqwest wants it.
fn outgoing(request: &Request) -> azure_core::Result<reqwest::Request> {
    let mut outgoing = reqwest::Request::new(method(request.method()), request.url().clone());
    let headers = outgoing.headers_mut();
    headers.reserve(8);
    for (name, value) in request.headers().iter() {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).map_err(unfit)?;
        headers.insert(name, HeaderValue::from_str(value.as_str()).map_err(unfit)?);
    }
    *outgoing.body_mut() = Some(match request.body().clone() {
        Body::Bytes(bytes) => bytes.into(),
        Body::SeekableStream(stream) => reqwest::Body::wrap_stream(stream),
    });
    Ok(outgoing)
}

/// A header that HTTP cannot carry.
fn unfit(error: impl std::error::Error + Send + Sync + 'static) -> azure_core::Error {
    TransportError::new(TransportErrorKind::Request, Some(error.into())).into_azure()
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Delete => reqwest::Method::DELETE,
        Method::Get => reqwest::Method::GET,
        Method::Head => reqwest::Method::HEAD,
        Method::Patch => reqwest::Method::PATCH,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        other => other.as_str().parse().unwrap_or(reqwest::Method::GET),
    }
}

fn into_azure(error: reqwest::Error) -> azure_core::Error {
    let kind = if error.is_connect() && is_tls(&error) {
        TransportErrorKind::Tls
    } else if error.is_connect() && is_proxy_authorization(&error) {
        TransportErrorKind::Proxy
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_builder() {
        TransportErrorKind::Request
    } else if error.is_body() || error.is_decode() {
        TransportErrorKind::Body
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind, Some(error.without_url().into())).into_azure()
}

/// Whether TLS is at the root of it: rustls reports what it refuses as invalid data.
fn is_tls(error: &reqwest::Error) -> bool {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(is_invalid_data)
}

/// Whether the proxy answered 407: the type that says so is private to hyper-util.
fn is_proxy_authorization(error: &reqwest::Error) -> bool {
    std::iter::successors(std::error::Error::source(error), |error| error.source())
        .any(|error| error.to_string().contains("proxy authorization required"))
}

// The source of an I/O error that holds another is that one's source, so that `source` passes
// over what is held.
fn is_invalid_data(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidData
        || error
            .get_ref()
            .and_then(|held| held.downcast_ref::<io::Error>())
            .is_some_and(is_invalid_data)
}
