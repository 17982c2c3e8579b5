//! TLS in front of the stand-in, as PostgreSQL has it: asked for on the connection, then shaken hands on.
//! pgwire's own brings a second library of cryptography.

use std::{error::Error, io, net::Ipv4Addr, sync::Arc};

use futures::future::{join, try_join};
use pgwire::tokio::process_socket;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::{ServerConfig, crypto::aws_lc_rs, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use super::Shared;

/// Lets in who speaks TLS, and nobody else.
pub(super) struct Door(TlsAcceptor);

impl Door {
    /// With a certificate for these names by an authority that is made here; the authority's, in PEM.
    pub(super) fn for_names(names: &[&str]) -> Result<(String, Self), Box<dyn Error>> {
        let (authority, certificate, key) = certificate(names)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok((authority, Self(TlsAcceptor::from(Arc::new(config)))))
    }

    /// A session from its first byte to its end. The database hears of it once there is TLS.
    pub(super) fn session(
        &self,
        mut socket: TcpStream,
        shared: Arc<Shared>,
    ) -> impl Future<Output = io::Result<()>> + use<> {
        let acceptor = self.0.clone();
        async move {
            let mut asked = [0; SSL_REQUEST.len()];
            socket.read_exact(&mut asked).await?;
            if asked != SSL_REQUEST {
                return Err(io::ErrorKind::InvalidData.into());
            }
            socket.write_all(b"S").await?;
            let mut tls = acceptor.accept(socket).await?;
            // pgwire reads from a socket alone.
            let within = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let near = TcpStream::connect(within.local_addr()?);
            let (mut near, (far, _)) = try_join(near, within.accept()).await?;
            let copied = copy_bidirectional(&mut tls, &mut near);
            let (served, copied) = join(process_socket(far, None, shared), copied).await;
            copied.and(served)
        }
    }
}

/// An authority's certificate in PEM, and one by it for these names with its key.
pub(crate) fn certificate(
    names: &[&str],
) -> Result<(String, Certificate, KeyPair), Box<dyn Error>> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let name = format!("the authority {}", Uuid::new_v4());
    authority.distinguished_name.push(DnType::CommonName, name);
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
    Ok((authority.pem(), certificate, key))
}

/// What a client begins with: a length of 8, and the code for TLS (PostgreSQL, "Message Formats").
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
