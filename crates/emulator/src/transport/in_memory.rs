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
use bytes::Bytes;
use futures::{Stream, TryStreamExt, stream};

use super::convert;
use crate::{
    faults::pause,
    message::{Body, Drip, Notes, Odd, Outcome, Request, Response},
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
        let host = request.host.split(':').next().unwrap_or_default();
        if self.router.faults.refuses_connection(host) {
            let message = "the TLS handshake was refused";
            let source = io::Error::from(io::ErrorKind::ConnectionAborted);
            return Err(Error::with_error(ErrorKind::Connection, source, message));
        }
        match self.router.answer(request).await {
            Outcome::Answer(response) => Ok(AsyncRawResponse::from_bytes(
                response.status().as_u16().into(),
                convert::response_headers(response.headers()),
                response.into_body(),
            )),
            Outcome::Odd(odd) => Ok(odd_answer(&odd).await),
            Outcome::Disconnect(_) => Err(broken("the connection was closed before an answer")),
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
        notes: Arc::new(Notes::default()),
    })
}

/// An answer that is sent in an odd manner: a slow one comes late, by the length of its head, and in pieces.
async fn odd_answer(odd: &Odd) -> AsyncRawResponse {
    let headers = convert::response_headers(odd.response.headers());
    let status = odd.response.status().as_u16().into();
    let body = odd.body().map_err(|_| broken("the connection was closed before the body's end"));
    let Some(drip) = odd.manner.drip else {
        return AsyncRawResponse::new(status, headers, Box::pin(body));
    };
    let ticks = u32::try_from(head_len(&odd.response).div_ceil(drip.bytes)).unwrap_or(u32::MAX);
    pause(drip.every.saturating_mul(ticks)).await;
    let pieces = body.map_ok(move |bytes| pieces(bytes, drip)).try_flatten();
    AsyncRawResponse::new(status, headers, Box::pin(pieces))
}

/// Bytes of an answer's head in HTTP/1.1, less the few that its reason phrase would be.
fn head_len(response: &Response) -> usize {
    let lines =
        response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    lines.sum::<usize>() + "HTTP/1.1 200 \r\n\r\n".len()
}

fn pieces(
    bytes: Bytes,
    Drip { bytes: len, every }: Drip,
) -> impl Stream<Item = azure_core::Result<Bytes>> + Send {
    stream::unfold(bytes, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        pause(every).await;
        let piece = left.split_to(len.min(left.len()));
        Some((Ok(piece), left))
    })
}

fn broken(message: &'static str) -> Error {
    Error::with_error(ErrorKind::Io, io::Error::from(io::ErrorKind::ConnectionReset), message)
}
