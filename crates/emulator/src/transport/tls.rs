//! A transport over TLS, by reqwest: what [`Emulator::transport`](crate::Emulator::transport) gives.

use azure_core::{
    error::{Error, ErrorKind},
    http::{AsyncRawResponse, HttpClient, Request},
};
use futures::TryStreamExt;
use reqwest::{Certificate, Client, redirect};

use super::{
    convert,
    resolver::{EmulatorNames, NoNames},
};
use crate::error::Error as StartError;

/// A client that trusts only `ca_pem` and finds only the emulator's names, at `port`.
pub(crate) fn client(ca_pem: &str, port: u16) -> Result<Client, StartError> {
    let failed = |error| StartError::new("set up its client", error);
    let ca = Certificate::from_pem(ca_pem.as_bytes()).map_err(failed)?;
    Client::builder()
        .tls_certs_only([ca])
        .dns_resolver(EmulatorNames { port })
        // Whatever proxy the environment names cannot know these hosts.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .build()
        .map_err(failed)
}

/// A client that resolves no name: what there is to reach without a socket.
pub(crate) fn closed_client() -> Client {
    Client::builder()
        .tls_certs_only([])
        .dns_resolver(NoNames)
        .no_proxy()
        .build()
        .unwrap_or_default()
}

/// Sends azure_core requests by reqwest.
#[derive(Debug)]
pub(crate) struct TlsClient(pub(crate) Client);

#[async_trait::async_trait]
impl HttpClient for TlsClient {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let method = convert::method(request)?;
        let request = self
            .0
            .request(method, request.url().clone())
            .headers(convert::headers(request)?)
            .body(convert::body(request).await?);
        let response = request.send().await.map_err(|error| {
            // A refused connection was surely not sent; everything later may have been.
            let kind = if error.is_connect() { ErrorKind::Connection } else { ErrorKind::Io };
            Error::with_error(kind, error.without_url(), "the emulator did not answer")
        })?;
        let status = response.status().as_u16().into();
        let headers = convert::response_headers(response.headers());
        let body = response.bytes_stream().map_err(|error| {
            Error::with_error(ErrorKind::Io, error.without_url(), "the answer's body broke off")
        });
        Ok(AsyncRawResponse::new(status, headers, Box::pin(body)))
    }
}
