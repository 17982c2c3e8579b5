//! A transport for azure_core over reqwest: repeated headers joined, URLs kept out of errors.
#![expect(
    elided_lifetimes_in_paths,
    reason = "azure_core's Policy elides Context's lifetime, and async_trait wants the same spelling"
)]

use std::{io, sync::Arc};

use async_trait::async_trait;
use azure_core::http::{
    AsyncRawResponse, Body, Context, Method, RawResponse, Request,
    policies::{Policy, PolicyResult},
};
use futures::{StreamExt, TryStreamExt};
use reqwest::header::{HeaderName, HeaderValue};

use super::{TransportError, TransportErrorKind};
use crate::{headers, policies::CallState, secret::WipedBuffer};

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

/// Reads the whole answer, at most `limit` bytes, into memory that is wiped when it is dropped.
pub(crate) async fn read_body(
    response: AsyncRawResponse,
    limit: usize,
) -> azure_core::Result<RawResponse> {
    let too_large = || TransportError::new(TransportErrorKind::TooLarge, None).into_azure();
    let (status, headers, body) = response.deconstruct();
    let announced = headers::get(&headers, &headers::CONTENT_LENGTH)
        .and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = WipedBuffer::with_capacity(announced.unwrap_or(0));
    let mut body = std::pin::pin!(body);
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend(&chunk);
    }
    if announced.is_some_and(|length| length > bytes.len()) {
        return Err(TransportError::new(TransportErrorKind::Body, None).into_azure());
    }
    Ok(RawResponse::from_bytes(status, headers, bytes.into_bytes()))
}

/// The same answer, which was read whole before: its body is one piece, and is not copied again.
/// Azure_core's own way copies it, to memory that is not wiped.
pub(crate) async fn into_raw(response: AsyncRawResponse) -> azure_core::Result<RawResponse> {
    let (status, headers, mut body) = response.deconstruct();
    let first = body.next().await.transpose()?.unwrap_or_default();
    let Some(second) = body.next().await.transpose()? else {
        return Ok(RawResponse::from_bytes(status, headers, first));
    };
    // A policy of the user's own has put another answer in the place of ours.
    let mut bytes = WipedBuffer::with_capacity(first.len() + second.len());
    bytes.extend(&first);
    bytes.extend(&second);
    while let Some(chunk) = body.next().await {
        bytes.extend(&chunk?);
    }
    Ok(RawResponse::from_bytes(status, headers, bytes.into_bytes()))
}

#[cfg(test)]
mod tests {
    use azure_core::http::{StatusCode, headers::Headers};
    use bytes::Bytes;

    use super::*;

    fn response(length: Option<&str>, chunks: &[&'static str]) -> AsyncRawResponse {
        let mut headers = Headers::new();
        if let Some(length) = length {
            headers.insert("content-length", length.to_owned());
        }
        let chunks: Vec<_> = chunks.iter().map(|c| Ok(Bytes::from_static(c.as_bytes()))).collect();
        AsyncRawResponse::new(StatusCode::Ok, headers, futures::stream::iter(chunks).boxed())
    }

    fn kind(error: &azure_core::Error) -> TransportErrorKind {
        error.downcast_ref::<TransportError>().unwrap().kind()
    }

    #[tokio::test]
    async fn a_body_is_read_whole_with_or_without_its_length() {
        for length in [None, Some("6")] {
            let read = read_body(response(length, &["abc", "def"]), 10).await.unwrap();
            assert_eq!(read.body().as_ref(), b"abcdef");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_announced_or_not() {
        for length in [None, Some("6")] {
            let error = read_body(response(length, &["abc", "def"]), 5).await.unwrap_err();
            assert_eq!(kind(&error), TransportErrorKind::TooLarge);
        }
    }

    #[tokio::test]
    async fn a_body_shorter_than_announced_is_an_error() {
        let error = read_body(response(Some("7"), &["abc"]), 10).await.unwrap_err();
        assert_eq!(kind(&error), TransportErrorKind::Body);
    }

    #[tokio::test]
    async fn an_answer_that_was_read_whole_is_not_copied_again() {
        let body = Bytes::from(vec![7; 100]);
        let whole = AsyncRawResponse::from_bytes(StatusCode::Ok, Headers::new(), body.clone());
        let raw = into_raw(whole).await.unwrap();
        assert_eq!(raw.body().as_ptr(), body.as_ptr());
        let pieces = into_raw(response(None, &["a", "", "bc", "d"])).await.unwrap();
        assert_eq!(pieces.body().as_ref(), b"abcd");
    }
}
