//! One TLS connection: hyper's messages to ours and back, and the faults that need the wire.

use std::{
    convert::Infallible,
    future::{pending, poll_fn},
    io,
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    task::{self, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{FutureExt, TryStreamExt};
use http::{HeaderValue, Version, header};
use http_body_util::{BodyExt, LengthLimitError, Limited, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::{rt::TokioIo, server::conn::auto};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{Notify, watch},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::{
    gather::Gather,
    handshake,
    pace::{Pace, Paced},
    socket::{Reset, Socket},
    stop_asked,
};
use crate::{
    admin,
    message::{Body, Ending, MAX_BODY, Notes, Odd, Outcome, Request, max_body},
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

/// What an answer can do to the connection that it goes over.
#[derive(Debug)]
pub(super) struct Line {
    /// Told when there is to be no answer, and the connection has to end.
    pub(super) cut: Notify,
    /// Told when the connection is to end after what is under way.
    closing: Notify,
    reset: Reset,
    pace: Arc<Pace>,
}

impl Line {
    /// Of a connection whose requests hold `requests`, and that ends as `reset` says.
    pub(super) fn new(requests: &Arc<()>, reset: Reset) -> (Arc<Self>, Arc<Pace>) {
        let pace = Arc::new(Pace::of(requests));
        let (cut, closing) = (Notify::new(), Notify::new());
        (Arc::new(Self { cut, closing, reset, pace: Arc::clone(&pace) }), pace)
    }

    fn end(&self, ending: Ending) {
        if ending == Ending::Reset {
            self.reset.order();
        }
        self.cut.notify_one();
    }
}

/// TLS and then HTTP on a socket.
pub(super) async fn accept(stream: TcpStream, peer: IpAddr, context: Context) {
    let reset = Reset::default();
    serve(Socket::new(stream, reset.clone()), reset, peer, context).await;
}

/// TLS and then HTTP on `stream`, be it a socket or a tunnel through the proxy, which ends as `reset` says.
pub(super) async fn serve<S>(stream: S, reset: Reset, peer: IpAddr, context: Context)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Context { tls, router, mut stopped, .. } = context;
    let handshake = tokio::select! {
        handshake = timeout(HANDSHAKE, handshake::accept(&tls, &router.faults, stream)) => handshake,
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
    // Held by each request until its answer is written.
    let requests = Arc::new(());
    let (line, pace) = Line::new(&requests, reset);
    let mut gather = Gather::default();
    let service = {
        let (line, requests) = (Arc::clone(&line), Arc::downgrade(&requests));
        let ready = gather.ready();
        hyper::service::service_fn(move |request| {
            let held = requests.upgrade();
            let answer = answer(Arc::clone(&router), Arc::clone(&line), peer, Port::Tls, request);
            // Boxed, since hyper hands it on several times, and each time it would be copied.
            let ready = ready.clone();
            Box::pin(answer).map(move |answer| {
                ready.tell();
                answer.map(|answer| self::held(answer, held))
            })
        })
    };
    let is_idle = || Arc::strong_count(&requests) == 1;
    let has_several = || Arc::strong_count(&requests) > 2;
    let has_streams = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = Paced::new(stream, pace);
    let stream = if has_streams { stream.in_one() } else { stream };
    let builder = auto::Builder::new(gather.begins());
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let mut draining = false;
    loop {
        tokio::select! {
            ended = poll_fn(|cx| gather.poll(connection.as_mut(), has_several(), cx)) => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "connection ended");
                }
                return;
            }
            // Dropping the connection closes the socket, whichever HTTP version it speaks.
            () = line.cut.notified() => return,
            () = line.closing.notified(), if !draining => {
                draining = true;
                connection.as_mut().graceful_shutdown();
            }
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

/// Answers one request; `line` is told when the connection has to end. An error ends the request's stream alone, where
/// the connection has streams.
pub(super) async fn answer(
    router: Arc<Router>,
    line: Arc<Line>,
    peer: IpAddr,
    port: Port,
    request: http::Request<Incoming>,
) -> io::Result<http::Response<WireBody>> {
    let has_streams = request.version() == Version::HTTP_2;
    let Some(request) = read(&router, peer, port, request).await else {
        line.cut.notify_one();
        return pending().await;
    };
    match router.answer_at(port, request).await {
        Outcome::Answer(response) => Ok(response.map(whole)),
        Outcome::Odd(odd) => Ok(odd_answer(&odd, line, has_streams)),
        Outcome::Disconnect(Ending::Stream) => {
            Err(io::Error::new(io::ErrorKind::ConnectionReset, "reset by an ordered fault"))
        }
        Outcome::Disconnect(ending) => {
            line.end(ending);
            pending().await
        }
    }
}

/// `None` when the client went away or sent something that is no HTTP body.
async fn read(
    router: &Router,
    peer: IpAddr,
    port: Port,
    request: http::Request<Incoming>,
) -> Option<Request> {
    let begun = router.arm.begin();
    let (parts, body) = request.into_parts();
    // HTTP/2 names the host in the URI, HTTP/1.1 in a header.
    let host = match parts.uri.authority() {
        Some(authority) => authority.as_str(),
        None => crate::message::header(&parts.headers, "host").unwrap_or_default(),
    };
    // A user name and a password before it are nobody's business: the host is logged.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut request = Request {
        host: host.to_ascii_lowercase(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        method: parts.method,
        peer,
        begun,
        headers: parts.headers,
        body: Body::Whole(Bytes::new()),
        notes: Arc::new(Notes::default()),
    };
    // Nobody has memory taken by what will be refused.
    let refused = admin::refuses(router, port, &request);
    let limit = if refused { MAX_BODY } else { max_body(&request.path) };
    request.body = match Limited::new(body, limit).collect().await {
        Ok(body) => Body::Whole(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Body::TooLarge,
        Err(_) => return None,
    };
    Some(request)
}

pub(super) fn whole(body: Bytes) -> WireBody {
    http_body_util::Full::new(body).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// An answer that holds something until it is written or given up.
pub(super) fn held(
    answer: http::Response<WireBody>,
    request: Option<Arc<()>>,
) -> http::Response<Held> {
    answer.map(|body| Held { body, _request: request })
}

/// A body of an answer, and what is held until it is written or given up.
pub(super) struct Held {
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

/// An answer that is sent in an odd manner.
fn odd_answer(odd: &Odd, line: Arc<Line>, has_streams: bool) -> http::Response<WireBody> {
    let mut head = http::Response::new(());
    *head.status_mut() = odd.response.status();
    *head.headers_mut() = odd.response.headers().clone();
    if let Some(length) = odd.content_length() {
        head.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    if odd.manner.close {
        if !has_streams {
            head.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        line.closing.notify_one();
    }
    if let Some(drip) = odd.manner.drip {
        line.pace.slow_down(drip);
    }
    let ending = odd.manner.cut.map(|cut| cut.ending);
    let body = odd.body().map_ok(Frame::data).inspect_err(move |_| {
        // Of HTTP/2 the broken body would end the one stream.
        if ending == Some(Ending::Reset) {
            line.end(Ending::Reset);
        }
    });
    head.map(|()| StreamBody::new(body).boxed_unsync())
}
