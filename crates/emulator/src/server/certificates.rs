//! The emulator's own certificate authority, and a leaf for every served name on demand.
//!
//! Extensions are those that strict clients insist on (Python 3.13's VERIFY_X509_STRICT): key usages on
//! both, an authority key identifier on the leaf. Private keys never leave this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::{CertifiedKey, SigningKey},
};
use time::{Duration, OffsetDateTime};

use crate::{clock::wall_now, error::Error, host, locks::lock};

/// Leaves are cheap to make again, so a flood of names costs memory only up to here.
const CACHED_LEAVES: usize = 1024;
/// Apple's limit for the life of a server certificate is 825 days; other clients are laxer.
const VALID_DAYS: i64 = 397;

#[derive(Debug)]
pub(crate) struct CertificateAuthority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    leaf_key: KeyPair,
    leaf_signer: Arc<dyn SigningKey>,
    leaves: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl CertificateAuthority {
    /// A new authority with keys of its own.
    pub(crate) fn generate() -> Result<Self, Error> {
        let failed = |error| Error::new("make its certificate authority", error);
        let mut params = CertificateParams::default();
        params.distinguished_name = name("azvault emulator CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        (params.not_before, params.not_after) = validity();
        let key = KeyPair::generate().map_err(failed)?;
        let pem = params.self_signed(&key).map_err(failed)?.pem();
        let leaf_key = KeyPair::generate().map_err(failed)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
        let leaf_signer = aws_lc_rs::sign::any_supported_type(&der)
            .map_err(|error| Error::new("use its certificate key", error))?;
        Ok(Self {
            pem,
            issuer: Issuer::new(params, key),
            leaf_key,
            leaf_signer,
            leaves: Mutex::default(),
        })
    }

    /// The authority's certificate, for clients to trust.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// TLS for every served name, by the provider named here, whatever the process's default is.
    pub(crate) fn server_config(self: &Arc<Self>) -> Result<ServerConfig, Error> {
        let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::new("set up TLS", error))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn leaf(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        if let Some(leaf) = lock(&self.leaves).get(host) {
            return Some(Arc::clone(leaf));
        }
        let leaf = match self.make_leaf(host) {
            Ok(leaf) => Arc::new(leaf),
            Err(error) => {
                tracing::error!(%error, host, "no certificate could be made");
                return None;
            }
        };
        let mut leaves = lock(&self.leaves);
        if leaves.len() >= CACHED_LEAVES {
            leaves.clear();
        }
        leaves.insert(host.to_owned(), Arc::clone(&leaf));
        Some(leaf)
    }

    fn make_leaf(&self, host: &str) -> Result<CertifiedKey, rcgen::Error> {
        let names = if host == "localhost" {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]
        } else {
            vec![host.to_owned()]
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = name("azvault emulator");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        (params.not_before, params.not_after) = validity();
        let certificate = params.signed_by(&self.leaf_key, &self.issuer)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], Arc::clone(&self.leaf_signer)))
    }
}

impl ResolvesServerCert for CertificateAuthority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A client that connects to an address sends no name.
        let host = hello.server_name().unwrap_or("localhost").to_ascii_lowercase();
        if host::is_served(&host) { self.leaf(&host) } else { None }
    }
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common_name);
    name
}

/// From yesterday, for clients whose clock lags.
fn validity() -> (OffsetDateTime, OffsetDateTime) {
    let from = wall_now() - Duration::days(1);
    (from, from + Duration::days(VALID_DAYS))
}
