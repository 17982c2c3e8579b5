//! A transport that calls the router directly: no socket, no TLS, no time.
//!
//! Works under a paused clock. It speaks what the wire would: repeated headers are joined, a cut body
//! breaks while it is read, a dropped connection is an I/O error.

use std::{
    fmt, io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use azure_core::{
    error::{Error, ErrorKind},
    http::{AsyncRawResponse, HttpClient, Request as AzureRequest},
};
use futures::stream;

use super::convert;
use crate::{
    message::{Body, Outcome, Request, Response},
    router::Router,
};

/// Answers azure_core requests from a router.
pub(crate) struct InMemoryClient {
    pub(crate) router: Arc<Router>,
}

impl fmt::Debug for InMemoryClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemoryClient")
    }
}

#[async_trait::async_trait]
impl HttpClient for InMemoryClient {
    async fn execute_request(
        &self,
        request: &AzureRequest,
    ) -> azure_core::Result<AsyncRawResponse> {
        let request = read(request, self.router.arm.begin()).await?;
        match self.router.answer(request).await {
            Outcome::Answer(response) => Ok(AsyncRawResponse::from_bytes(
                response.status().as_u16().into(),
                convert::response_headers(response.headers()),
                response.into_body(),
            )),
            Outcome::Truncated(response, len) => Ok(truncated(response, len)),
            Outcome::Disconnect => Err(broken("the connection was closed before an answer")),
        }
    }
}

async fn read(request: &AzureRequest, begun: u64) -> azure_core::Result<Request> {
    let url = request.url();
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => String::new(),
    };
    Ok(Request {
        method: convert::method(request)?,
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        begun,
        host: host.to_ascii_lowercase(),
        path: url.path().to_owned(),
        query: url.query().map(str::to_owned),
        headers: convert::headers(request)?,
        body: Body::from_bytes(url.path(), convert::body(request).await?),
    })
}

fn truncated(response: Response, len: usize) -> AsyncRawResponse {
    let headers = convert::response_headers(response.headers());
    let status = response.status().as_u16().into();
    let body = response.into_body();
    let sent = body.slice(..len.min(body.len()));
    let body =
        stream::iter([Ok(sent), Err(broken("the connection was closed before the body's end"))]);
    AsyncRawResponse::new(status, headers, Box::pin(body))
}

fn broken(message: &'static str) -> Error {
    Error::with_error(ErrorKind::Io, io::Error::from(io::ErrorKind::ConnectionReset), message)
}
