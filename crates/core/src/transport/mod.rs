//! The last step of every call: HTTP over reqwest, rustls and aws-lc-rs, with limits.

mod body;
#[cfg(feature = "reqwest")]
mod http_client;
mod options;

use std::fmt;

pub(crate) use body::{into_raw, read_body};
pub use options::TransportOptions;

/// Why a request got no answer. The text never holds a URL's query or a header.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The ways in which a request gets no answer, each with what it means for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the request was surely not sent and is always retried.
    Connect,
    /// No trust: the server's certificate, or TLS itself, was refused. The request was surely not
    /// sent, and another attempt would end the same way: not retried.
    Tls,
    /// The proxy wants a name and a password, or other ones. The request was surely not sent, and
    /// another attempt would end the same way: not retried.
    Proxy,
    /// The connection broke after the request may have been sent: retried if idempotent.
    Interrupted,
    /// No answer within the time limit: retried if idempotent.
    Timeout,
    /// The body of the answer broke off: retried if idempotent.
    Body,
    /// The answer is larger than the limit: not retried.
    TooLarge,
    /// The request could not be built: not sent, not retried.
    Request,
}

impl TransportError {
    /// An error of `kind`, perhaps with what caused it.
    pub fn new(
        kind: TransportErrorKind,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { kind, source }
    }

    pub(crate) fn into_source(self) -> Option<Box<dyn std::error::Error + Send + Sync>> {
        self.source
    }

    /// What happened.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Wraps this error for the way through azure_core's traits, which retry by kind.
    pub fn into_azure(self) -> azure_core::Error {
        let kind = match self.kind {
            TransportErrorKind::Connect | TransportErrorKind::Tls | TransportErrorKind::Proxy => {
                azure_core::error::ErrorKind::Connection
            }
            TransportErrorKind::TooLarge => azure_core::error::ErrorKind::DataConversion,
            TransportErrorKind::Request => azure_core::error::ErrorKind::Other,
            _ => azure_core::error::ErrorKind::Io,
        };
        azure_core::Error::new(kind, self)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::Tls => "the server's certificate or TLS was refused",
            TransportErrorKind::Proxy => {
                "the proxy asks for a name and a password: put them into its URL"
            }
            TransportErrorKind::Interrupted => "the connection broke before an answer came",
            TransportErrorKind::Timeout => "no answer came within the time limit of one attempt",
            TransportErrorKind::Body => "the answer broke off",
            TransportErrorKind::TooLarge => "the answer is larger than the limit",
            TransportErrorKind::Request => "the request could not be built",
        })
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
