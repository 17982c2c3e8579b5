//! The TLS handshake, and its refusal where a fault orders one.

use std::{io, sync::Arc};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor, rustls::server::Acceptor, server::TlsStream};

use crate::faults::Faults;

/// A record of TLS with the fatal alert `handshake_failure`.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc8446#section-6>
const REFUSAL: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];

/// TLS on `stream`; an error as well where an order refuses it.
pub(super) async fn accept<S>(
    tls: &TlsAcceptor,
    faults: &Faults,
    stream: S,
) -> io::Result<TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    if !faults.may_refuse_connections() {
        return tls.accept(stream).await;
    }
    // Whom the client wants is known before anything is answered.
    let mut start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let host = start.client_hello().server_name().unwrap_or_default().to_ascii_lowercase();
    if faults.refuses_connection(&host) {
        start.io.write_all(&REFUSAL).await?;
        start.io.shutdown().await?;
        return Err(io::Error::other("refused by an ordered fault"));
    }
    start.into_stream(Arc::clone(tls.config())).await
}
