//! What the clients talk to: a vault's answers over TLS, in a process of its own.
//!
//! It does next to nothing, so that a client never waits for more than it was told to, and so that
//! this process's CPU time is the clients' alone.

mod answers;
mod process;
mod tls;

use std::{io::Write as _, net::Ipv4Addr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use http::{Request, Response};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use self::answers::Answers;
pub(crate) use self::{
    answers::{DELETED_SECRET, SECRETS, THROTTLED},
    process::Server,
    tls::Identity,
};
use crate::harness;

/// What the other process is told.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Settings {
    /// Speak HTTP/1.1 alone; else HTTP/2 with who can.
    #[arg(long)]
    http1: bool,
    /// How long to wait before each answer.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
}

/// What the other process says of itself, in one line.
#[derive(Debug, Deserialize, Serialize)]
struct Hello {
    port: u16,
    ca_pem: String,
}

/// Serves until standard input ends.
///
/// # Errors
/// When there is no port or no certificate to be had.
pub(crate) fn serve(settings: &Settings) -> Result<()> {
    // Whoever started this holds the other end, and so ends it whatever becomes of him.
    let ended = std::thread::spawn(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    harness::runtime()?.block_on(async {
        let (hello, listening) = Listening::start(settings).await?;
        println!("{}", serde_json::to_string(&hello)?);
        std::io::stdout().flush()?;
        let accepting = tokio::spawn(listening.accept());
        tokio::task::spawn_blocking(move || ended.join()).await.ok();
        accepting.abort();
        Ok(())
    })
}

/// A socket, and what is said on it.
struct Listening {
    listener: TcpListener,
    tls: TlsAcceptor,
    answers: Arc<Answers>,
    latency: Duration,
}

impl Listening {
    async fn start(settings: &Settings) -> Result<(Hello, Self)> {
        let identity = Identity::generate(settings.http1, "localhost")?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let listening = Self {
            listener,
            tls: identity.acceptor,
            answers: Arc::new(Answers::new(port)),
            latency: Duration::from_millis(settings.latency_ms),
        };
        Ok((Hello { port, ca_pem: identity.ca_pem }, listening))
    }

    async fn accept(self) -> Result<()> {
        loop {
            let (stream, _) = self.listener.accept().await.context("accepting a connection")?;
            let answers = Arc::clone(&self.answers);
            tokio::spawn(connection(stream, self.tls.clone(), answers, self.latency));
        }
    }
}

/// A connection that breaks is the client's business: it sees that it did.
async fn connection(
    stream: TcpStream,
    tls: TlsAcceptor,
    answers: Arc<Answers>,
    latency: Duration,
) -> Result<()> {
    stream.set_nodelay(true)?;
    let stream = tls.accept(stream).await?;
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let answers = Arc::clone(&answers);
        async move {
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            let answer = answers.to(&request);
            Ok::<Response<Full<bytes::Bytes>>, std::convert::Infallible>(answer)
        }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    let served = builder.serve_connection(TokioIo::new(stream), service).await;
    served.map_err(|error| anyhow::anyhow!(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{Contender, Counting, Ours, Raw, reqwest_client, token};

    #[tokio::test]
    async fn the_bare_loop_sends_the_headers_that_azvault_sends() {
        for http1 in [false, true] {
            let settings = Settings { http1, latency_ms: 0 };
            let (hello, listening) = Listening::start(&settings).await.unwrap();
            tokio::spawn(listening.accept());
            let url = format!("https://localhost:{}", hello.port);
            let ours = Ours::new(&url, &hello.ca_pem, Counting::new()).unwrap();
            let raw = Raw::new(reqwest_client(&hello.ca_pem).unwrap(), &url, token());
            let of_ours = ours.0.get_secret("headers").await.unwrap();
            let of_raw = raw.secret("headers").await.unwrap();
            assert_eq!(of_ours.value().expose(), of_raw.value().expose());
            assert!(of_raw.value().expose().contains("authorization: Bearer ey"));
            assert_eq!(raw.get("s0").await.unwrap(), 32);
        }
    }
}
