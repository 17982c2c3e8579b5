//! One TLS connection: hyper's messages to ours and back, and the faults that need the wire.

use std::{
    convert::Infallible,
    future::pending,
    io,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{StreamExt, TryFutureExt, stream};
use http_body_util::{BodyExt, LengthLimitError, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{Notify, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::stop_asked;
use crate::{
    message::{Body, Outcome, Request, Response, max_body},
    router::{Port, Router},
};

pub(super) type WireBody = UnsyncBoxBody<Bytes, io::Error>;

/// How long a client may take to start TLS.
const HANDSHAKE: Duration = Duration::from_secs(30);
/// How long a connection without a request is kept at shutdown. Over HTTP/2 it ends once the client has answered a
/// ping, and a client that does nothing else at the time does not answer.
const IDLE: Duration = Duration::from_millis(250);

/// What every connection has to know.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) tls: TlsAcceptor,
    pub(super) router: Arc<Router>,
    pub(super) stopped: watch::Receiver<bool>,
    /// The number of the TLS port.
    pub(super) port: u16,
    /// That of the proxy's; 0 when there is none.
    pub(super) proxy_port: u16,
}

/// TLS and then HTTP on `stream`, be it a socket or a tunnel through the proxy.
pub(super) async fn serve<S>(stream: S, peer: IpAddr, context: Context)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Context { tls, router, mut stopped, .. } = context;
    let handshake = tokio::select! {
        handshake = timeout(HANDSHAKE, tls.accept(stream)) => handshake,
        () = stop_asked(&mut stopped) => return,
    };
    let stream = match handshake {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => {
            tracing::debug!(%error, "TLS handshake failed");
            return;
        }
        Err(_) => {
            tracing::debug!("no TLS handshake within {} s", HANDSHAKE.as_secs());
            return;
        }
    };
    let cut = Arc::new(Notify::new());
    // Held by each request until its answer is written.
    let requests = Arc::new(());
    let service = {
        let (cut, requests) = (Arc::clone(&cut), Arc::downgrade(&requests));
        hyper::service::service_fn(move |request| {
            let held = requests.upgrade();
            let answer = answer(Arc::clone(&router), Arc::clone(&cut), peer, Port::Tls, request);
            answer.map_ok(|answer| answer.map(|body| Held { body, _request: held }))
        })
    };
    let is_idle = || Arc::strong_count(&requests) == 1;
    let builder = auto::Builder::new(TokioExecutor::new());
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut draining = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended");
                }
                return;
            }
            // Dropping the connection closes the socket, whichever HTTP version it speaks.
            () = cut.notified() => return,
            () = stop_asked(&mut stopped), if !draining => {
                draining = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = timeout(IDLE, pending::<()>()), if draining && is_idle() => {
                if is_idle() {
                    return;
                }
            }
        }
    }
}

/// Answers one request; `cut` is told when there is to be no answer, and the connection has to end.
pub(super) async fn answer(
    router: Arc<Router>,
    cut: Arc<Notify>,
    peer: IpAddr,
    port: Port,
    request: http::Request<Incoming>,
) -> Result<http::Response<WireBody>, Infallible> {
    let Some(request) = read(request, peer, router.arm.begin()).await else {
        cut.notify_one();
        return pending().await;
    };
    match router.answer_at(port, request).await {
        Outcome::Answer(response) => Ok(response.map(whole)),
        Outcome::Truncated(response, len) => Ok(truncated(response, len)),
        Outcome::Disconnect => {
            cut.notify_one();
            pending().await
        }
    }
}

/// `None` when the client went away or sent something that is no HTTP body.
async fn read(request: http::Request<Incoming>, peer: IpAddr, begun: u64) -> Option<Request> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, max_body(parts.uri.path())).collect().await {
        Ok(body) => Body::Whole(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Body::TooLarge,
        Err(_) => return None,
    };
    // HTTP/2 names the host in the URI, HTTP/1.1 in a header.
    let host = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => crate::message::header(&parts.headers, "host").unwrap_or_default(),
    };
    // A user name and a password before it are nobody's business: the host is logged.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some(Request {
        host: host.to_ascii_lowercase(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        method: parts.method,
        peer,
        begun,
        headers: parts.headers,
        body,
    })
}

pub(super) fn whole(body: Bytes) -> WireBody {
    http_body_util::Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A body of an answer, and what is held until it is written or given up.
struct Held {
    body: WireBody,
    _request: Option<Arc<()>>,
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn truncated(response: Response, len: usize) -> http::Response<WireBody> {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(http::header::CONTENT_LENGTH, body.len().into());
    let sent = body.slice(..len.min(body.len()));
    let broken = async {
        // Lets what was written reach the wire before the connection breaks.
        tokio::task::yield_now().await;
        Err(io::Error::new(io::ErrorKind::ConnectionAborted, "cut by an ordered fault"))
    };
    let body = stream::iter([Ok(Frame::data(sent))]).chain(stream::once(broken));
    http::Response::from_parts(parts, StreamBody::new(body).boxed_unsync())
}
