//! The proxy's port: CONNECT ends in our own TLS on that very stream, and plain requests are those for managed
//! identity.
//!
//! No connection to anywhere is opened here, whatever is asked for.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Method, Response, StatusCode, header};
use hyper::{body::Incoming, ext::ReasonPhrase, server::conn::http1, upgrade::OnUpgrade};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::{
    connection::{self, Context, Line, WireBody, whole},
    pace::Paced,
    socket::{Reset, Socket},
    stop_asked,
    target::{self, Refusal},
};
use crate::{admin, locks::lock, message, router::Port};

/// How long a client may take for a request's head.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 * 1024;
/// How much of a host is repeated.
const SHOWN: usize = 100;

/// Where the service leaves the tunnel that a CONNECT opens.
type Tunnel = Arc<Mutex<Option<OnUpgrade>>>;

pub(super) async fn serve(stream: TcpStream, peer: IpAddr, context: Context) {
    let tunnel = Tunnel::default();
    let reset = Reset::default();
    let socket = Socket::new(stream, reset.clone());
    if !speak(socket, reset.clone(), peer, &context, &tunnel).await {
        return;
    }
    let Some(upgrade) = lock(&tunnel).take() else {
        return;
    };
    let mut stopped = context.stopped.clone();
    let upgraded = tokio::select! {
        upgraded = upgrade => upgraded,
        () = stop_asked(&mut stopped) => return,
    };
    match upgraded {
        Ok(stream) => connection::serve(TokioIo::new(stream), reset, peer, context).await,
        Err(error) => tracing::debug!(%error, "a tunnel was not opened"),
    }
}

/// Plain HTTP until the end, or until a CONNECT; gives whether it ended well.
async fn speak(
    stream: Socket,
    reset: Reset,
    peer: IpAddr,
    context: &Context,
    tunnel: &Tunnel,
) -> bool {
    let requests = Arc::new(());
    let (line, pace) = Line::new(&requests, reset);
    let busy = Arc::new(AtomicBool::new(false));
    let service = {
        let (line, context, tunnel) = (Arc::clone(&line), context.clone(), Arc::clone(tunnel));
        let (busy, requests) = (Arc::clone(&busy), Arc::downgrade(&requests));
        hyper::service::service_fn(move |request| {
            let (busy, line) = (Arc::clone(&busy), Arc::clone(&line));
            let answer = answer(context.clone(), line, peer, Arc::clone(&tunnel), request);
            let held = requests.upgrade();
            async move {
                busy.store(true, Ordering::Relaxed);
                let answer = answer.await;
                busy.store(false, Ordering::Relaxed);
                answer.map(|answer| connection::held(answer, held))
            }
        })
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Paced::new(stream, pace)), service)
        .with_upgrades();
    tokio::pin!(connection);
    let mut stopped = context.stopped.clone();
    let mut draining = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = &ended {
                    tracing::debug!(%error, "connection ended");
                }
                return ended.is_ok();
            }
            () = line.cut.notified() => return false,
            () = stop_asked(&mut stopped), if !draining => {
                // hyper would wait for the rest of a head that may never come.
                if !busy.load(Ordering::Relaxed) {
                    return false;
                }
                draining = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    context: Context,
    line: Arc<Line>,
    peer: IpAddr,
    tunnel: Tunnel,
    request: http::Request<Incoming>,
) -> io::Result<Response<WireBody>> {
    let uri = request.uri();
    if request.method() == Method::CONNECT {
        let Some(authority) = uri.authority() else {
            return Ok(refused(StatusCode::BAD_REQUEST, "CONNECT needs a host and a port"));
        };
        if let Err(refusal) = target::tunnel(authority, context.port) {
            return Ok(not_forwarded(&refusal, authority.host()));
        }
        *lock(&tunnel) = Some(hyper::upgrade::on(request));
        return Ok(Response::new(whole(Bytes::new())));
    }
    match uri.authority() {
        Some(authority) => {
            if let Err(refusal) = target::plain(authority, context.proxy_port) {
                return Ok(not_forwarded(&refusal, authority.host()));
            }
        }
        None => {
            let host = message::header(request.headers(), header::HOST.as_str());
            let host = host.unwrap_or_default();
            // The admin API and health have rules of their own.
            if !target::is_this_machine(host) && !admin::is_path(uri.path()) {
                return Ok(not_forwarded(&Refusal::Elsewhere, host));
            }
        }
    }
    connection::answer(context.router, line, peer, Port::Plain, request).await
}

/// Neither user names nor paths: they are where secrets travel.
fn not_forwarded(refusal: &Refusal, host: &str) -> Response<WireBody> {
    let host: String = host.chars().filter(char::is_ascii_graphic).take(SHOWN).collect();
    tracing::warn!(host, "the proxy refused a host that is not served here; nothing is forwarded");
    refused(StatusCode::FORBIDDEN, &refusal.text(&host))
}

fn refused(status: StatusCode, text: &str) -> Response<WireBody> {
    let mut response = Response::new(whole(format!("{text}\n").into()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    // Of a refused CONNECT most clients show this alone.
    if let Ok(reason) = ReasonPhrase::try_from(text.as_bytes()) {
        response.extensions_mut().insert(reason);
    }
    response
}
