//! The TLS port: one number on both loopback addresses, HTTP/1.1 and HTTP/2; and the proxy's port, when there is one.
//!
//! Everything that runs beside the caller is in one `JoinSet` per listener, so that dropping the
//! emulator ends it all. No Key Vault knowledge here.

mod authority;
mod certificates;
mod connection;
mod gather;
mod handshake;
mod pace;
mod proxy;
mod socket;
mod target;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

pub(crate) use authority::Authority;
pub(crate) use certificates::Certificates;
use connection::Context;

use crate::{locks::lock, router::Router};

/// How long requests in flight may take at shutdown before they are cut.
const DRAIN: Duration = Duration::from_secs(5);
/// The wait after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// The two loopback addresses must get the same port number, so a free one is looked for this often.
const PORT_ATTEMPTS: usize = 32;

/// Where to listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Listen {
    /// `None`: both loopback addresses.
    pub(crate) address: Option<IpAddr>,
    /// 0: any free one.
    pub(crate) port: u16,
    /// `None`: there is no proxy.
    pub(crate) proxy_port: Option<u16>,
}

/// What is listened on: whoever connects waits until a [`Server`] is made of it.
#[derive(Debug)]
pub(crate) struct Sockets {
    port: u16,
    proxy: Option<SocketAddr>,
    sockets: Vec<TcpListener>,
    proxies: Vec<TcpListener>,
}

impl Sockets {
    /// Binds what `listen` says.
    pub(crate) async fn bind(listen: Listen) -> io::Result<Self> {
        let sockets = bind_all(listen.address, listen.port).await?;
        let port = match sockets.first() {
            Some(socket) => socket.local_addr()?.port(),
            None => listen.port,
        };
        let proxies = match listen.proxy_port {
            Some(port) => bind_all(listen.address, port).await?,
            None => Vec::new(),
        };
        let proxy = proxies.first().map(TcpListener::local_addr).transpose()?;
        Ok(Self { port, proxy, sockets, proxies })
    }
}

/// The listening server; dropping it closes every connection.
#[derive(Debug)]
pub(crate) struct Server {
    port: u16,
    proxy: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    listeners: Mutex<Option<JoinSet<()>>>,
}

impl Server {
    /// Starts to answer at `sockets`.
    pub(crate) fn start(sockets: Sockets, tls: TlsAcceptor, router: Arc<Router>) -> Self {
        let Sockets { port, proxy, sockets, proxies } = sockets;
        let (stop, stopped) = watch::channel(false);
        let context =
            Context { tls, router, stopped, port, proxy_port: proxy.map_or(0, |at| at.port()) };
        let mut listeners = JoinSet::new();
        for socket in sockets {
            listeners.spawn(accept(socket, context.clone(), connection::accept));
        }
        for socket in proxies {
            listeners.spawn(accept(socket, context.clone(), proxy::serve));
        }
        Self { port, proxy, stop, listeners: Mutex::new(Some(listeners)) }
    }

    /// Where the proxy listens, when there is one.
    pub(crate) fn proxy(&self) -> Option<SocketAddr> {
        self.proxy
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Stops accepting and waits for the requests in flight.
    pub(crate) async fn shutdown(&self) {
        self.stop.send_replace(true);
        let listeners = lock(&self.listeners).take();
        if let Some(mut listeners) = listeners {
            while listeners.join_next().await.is_some() {}
        }
    }
}

/// Keeps a listener that cannot accept from spinning.
#[expect(
    clippy::disallowed_methods,
    reason = "a server's socket knows no injected time, and nothing but time frees file descriptors"
)]
async fn pause() {
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

/// A refusal names what was refused, which the system's does not.
async fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let address = SocketAddr::new(address, port);
    TcpListener::bind(address).await.map_err(|error| {
        let advice = match error.kind() {
            io::ErrorKind::AddrInUse => {
                ": something listens there already, perhaps another azvault-emulator; end it, or name other ports \
                 (--port, --proxy-port), of which 0 is any free one"
            }
            io::ErrorKind::PermissionDenied => {
                ": ports below 1024 are not for everybody; name another one (--port, --proxy-port)"
            }
            io::ErrorKind::AddrNotAvailable => ": this machine has no such address (--listen)",
            _ => "",
        };
        io::Error::new(error.kind(), format!("{address}: {error}{advice}"))
    })
}

async fn bind_all(address: Option<IpAddr>, port: u16) -> io::Result<Vec<TcpListener>> {
    match address {
        Some(address) => Ok(vec![bind(address, port).await?]),
        None => bind_loopback(port).await,
    }
}

async fn bind_loopback(port: u16) -> io::Result<Vec<TcpListener>> {
    let mut attempts = if port == 0 { PORT_ATTEMPTS } else { 1 };
    loop {
        let v4 = bind(Ipv4Addr::LOCALHOST.into(), port).await?;
        let same_port = v4.local_addr()?.port();
        attempts -= 1;
        match bind(Ipv6Addr::LOCALHOST.into(), same_port).await {
            Ok(v6) => return Ok(vec![v4, v6]),
            // Somebody has that number on [::1] only: another free one will do.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && attempts > 0 => {}
            // `localhost` would lead to them or to us.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(error) => {
                tracing::debug!(%error, "[::1] is not available, listening on 127.0.0.1 only");
                return Ok(vec![v4]);
            }
        }
    }
}

/// Returns once the server is to stop, also when it is gone.
async fn stop_asked(stopped: &mut watch::Receiver<bool>) {
    // The error means that the sender is gone, which is a stop too.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

async fn accept<F>(
    socket: TcpListener,
    context: Context,
    serve: impl Fn(TcpStream, IpAddr, Context) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    let mut stopped = context.stopped.clone();
    loop {
        tokio::select! {
            () = stop_asked(&mut stopped) => break,
            accepted = socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    // Small answers would otherwise wait for the client's delayed acknowledgement.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "no TCP_NODELAY");
                    }
                    connections.spawn(serve(stream, peer.ip(), context.clone()));
                }
                // Out of file descriptors, most likely: let connections end before the next try.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    pause().await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    drop(socket);
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(DRAIN, drained).await.is_err() {
        tracing::warn!("connections were cut at shutdown");
    }
}
