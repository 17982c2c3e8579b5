//! The server that the emulator is measured beside: axum over TLS, in a process of its own, which gives
//! one answer that was made beforehand. It checks nothing and looks nothing up.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::Ipv4Addr,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result};
use axum::{Router, body::Body, extract::State, response::Response, routing::get};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::client::{Answer, Place};
use crate::server::Identity;

/// What the other process is told.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Settings {
    /// The name that its certificate is for.
    #[arg(long)]
    name: String,
    /// What it answers, as JSON.
    #[arg(long)]
    answer: String,
}

/// What the other process says of itself, in one line.
#[derive(Deserialize, Serialize)]
struct Hello {
    port: u16,
    ca_pem: String,
}

/// The answer, as it is handed over.
#[derive(Deserialize, Serialize)]
struct Canned {
    headers: Vec<(String, String)>,
    body: String,
}

impl Canned {
    fn of(answer: &Answer) -> Result<Self> {
        let by_hyper = [header::DATE, header::CONTENT_LENGTH];
        let headers = answer.headers.iter().filter(|(name, _)| !by_hyper.contains(name));
        let headers =
            headers.map(|(name, value)| Ok((name.as_str().to_owned(), value.to_str()?.to_owned())));
        let body = String::from_utf8(answer.body.to_vec())?;
        Ok(Self { headers: headers.collect::<Result<_>>()?, body })
    }

    fn ready(self) -> Result<Ready> {
        let headers = self
            .headers
            .into_iter()
            .map(|(name, value)| Ok((HeaderName::try_from(name)?, HeaderValue::try_from(value)?)));
        Ok(Ready { headers: headers.collect::<Result<_>>()?, body: Bytes::from(self.body) })
    }
}

/// The same, to be copied into each answer.
struct Ready {
    headers: HeaderMap,
    body: Bytes,
}

/// Serves until standard input ends, on a runtime like the emulator's.
///
/// # Errors
/// When there is no port or no certificate to be had.
pub(crate) fn serve(settings: &Settings) -> Result<()> {
    let ended = std::thread::spawn(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
    let canned: Canned = serde_json::from_str(&settings.answer)?;
    let app =
        Router::new().route("/secrets/{name}", get(secret)).with_state(Arc::new(canned.ready()?));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let identity = Identity::generate(false, &settings.name)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let hello = Hello { port: listener.local_addr()?.port(), ca_pem: identity.ca_pem };
        println!("{}", serde_json::to_string(&hello)?);
        std::io::stdout().flush()?;
        let accepting = tokio::spawn(accept(listener, identity.acceptor, app));
        tokio::task::spawn_blocking(move || ended.join()).await.ok();
        accepting.abort();
        Ok(())
    })
}

async fn secret(State(ready): State<Arc<Ready>>) -> Response {
    let mut answer = Response::new(Body::from(ready.body.clone()));
    *answer.headers_mut() = ready.headers.clone();
    answer
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, app: Router) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(connection(stream, tls.clone(), app.clone()));
    }
}

/// A connection that breaks is the client's business: it sees that it did.
async fn connection(stream: TcpStream, tls: TlsAcceptor, app: Router) -> Result<()> {
    stream.set_nodelay(true)?;
    let stream = TokioIo::new(tls.accept(stream).await?);
    let builder = auto::Builder::new(TokioExecutor::new());
    let served = builder.serve_connection(stream, TowerToHyperService::new(app)).await;
    served.map_err(|error| anyhow::anyhow!(error))
}

/// That process; it ends when this is dropped.
pub(super) struct Bare {
    process: Child,
    place: Place,
}

impl Bare {
    /// Starts a server of `name` that gives this answer.
    pub(super) fn start(name: &str, answer: &Answer) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["serve-bare", "--name", name, "--answer"])
            .arg(serde_json::to_string(&Canned::of(answer)?)?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting the bare server")?;
        let stdout = process.stdout.take().context("the bare server has no standard output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let hello: Hello =
            serde_json::from_str(&line).context("the bare server does not say where it is")?;
        Ok(Self { process, place: Place::new(hello.port, hello.ca_pem.as_bytes())? })
    }

    pub(super) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
