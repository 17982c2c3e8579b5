//! Whom to believe to be the database: who has a certificate for its name, by an authority known here.
//!
//! `sslmode=require` of tokio-postgres insists on TLS, and rustls on the certificate and the name in
//! it: together that is what libpq calls `verify-full`. Nothing weaker can be had here.

use std::{error::Error, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Believes the authorities in that file, in PEM; without one, those that this machine believes.
pub(crate) fn trusting(file: Option<&Path>) -> Result<MakeRustlsConnect, Box<dyn Error>> {
    let Some(file) = file else {
        // In vain if the program has chosen a provider before, which is as good.
        aws_lc_rs::default_provider().install_default().ok();
        return match MakeRustlsConnect::with_native_certs() {
            Ok((connector, _unreadable)) => Ok(connector),
            Err(_) => {
                tracing::warn!("this machine trusts nobody: set DATABASE_CA to be in TLS");
                connector(RootCertStore::empty())
            }
        };
    };
    let pem = std::fs::read(file)
        .map_err(|error| format!("DATABASE_CA, {}, cannot be read: {error}", file.display()))?;
    trusting_pem(&pem).map_err(|error| {
        format!("DATABASE_CA, {}, has no certificates in PEM: {error}", file.display()).into()
    })
}

/// Believes these authorities, in PEM.
pub(crate) fn trusting_pem(pem: &[u8]) -> Result<MakeRustlsConnect, Box<dyn Error>> {
    let mut authorities = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        authorities.add(certificate?)?;
    }
    if authorities.is_empty() {
        return Err("there is none".into());
    }
    connector(authorities)
}

fn connector(authorities: RootCertStore) -> Result<MakeRustlsConnect, Box<dyn Error>> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities);
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}
