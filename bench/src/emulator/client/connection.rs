//! One connection over TLS, of either version of HTTP.

use std::{net::Ipv4Addr, sync::Arc};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::Incoming,
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Which version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Http {
    One,
    Two,
}

impl Http {
    /// As names of rows have it.
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::One => "http1",
            Self::Two => "http2",
        }
    }
}

/// A port of this machine, and whom to trust there.
#[derive(Clone)]
pub(in super::super) struct Place {
    port: u16,
    roots: Arc<RootCertStore>,
}

impl Place {
    pub(in super::super) fn new(port: u16, ca_pem: &[u8]) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(ca_pem) {
            roots.add(certificate?)?;
        }
        ensure!(!roots.is_empty(), "there is no certificate to trust");
        Ok(Self { port, roots: Arc::new(roots) })
    }

    pub(in super::super) fn port(&self) -> u16 {
        self.port
    }

    fn tls(&self, http: Http) -> Result<TlsConnector> {
        let mut config =
            ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
                .with_safe_default_protocol_versions()?
                .with_root_certificates(Arc::clone(&self.roots))
                .with_no_client_auth();
        config.alpn_protocols = vec![match http {
            Http::One => b"http/1.1".to_vec(),
            Http::Two => b"h2".to_vec(),
        }];
        Ok(TlsConnector::from(Arc::new(config)))
    }
}

/// What a server answered.
#[derive(Debug)]
pub(in super::super) struct Answer {
    pub(in super::super) status: StatusCode,
    pub(in super::super) headers: HeaderMap,
    pub(in super::super) body: Bytes,
}

impl Answer {
    /// The body of an answer that is no refusal, as JSON.
    pub(in super::super) fn json(&self) -> Result<serde_json::Value> {
        ensure!(self.status == StatusCode::OK, "answered {}: {:?}", self.status, self.body);
        serde_json::from_slice(&self.body).context("an answer that is no JSON")
    }
}

/// A connection to a host. Over HTTP/1.1 it has one request at a time.
pub(in super::super) enum Connection {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    /// Connects to `host` at a place, whatever its name resolves to.
    pub(in super::super) async fn open(place: &Place, host: &str, http: Http) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, place.port)).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(host.to_owned())?;
        let stream = TokioIo::new(place.tls(http)?.connect(name, stream).await?);
        Ok(match http {
            Http::One => {
                let (sender, driver) = http1::handshake(stream).await?;
                tokio::spawn(driver);
                Self::One(sender)
            }
            Http::Two => {
                let (sender, driver) = http2::handshake(TokioExecutor::new(), stream).await?;
                tokio::spawn(driver);
                Self::Two(sender)
            }
        })
    }

    /// The same connection once more, where requests share one.
    pub(in super::super) fn shared(&self) -> Option<Self> {
        match self {
            Self::One(_) => None,
            Self::Two(sender) => Some(Self::Two(sender.clone())),
        }
    }

    /// Sends a request and reads the answer to its end.
    pub(in super::super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer> {
        let answer: http::Response<Incoming> = match self {
            Self::One(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Self::Two(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let (parts, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}
