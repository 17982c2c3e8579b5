//! A leaf for every served name on demand, signed by the emulator's own certificate authority.
//!
//! Extensions are those that strict clients insist on (Python 3.13's VERIFY_X509_STRICT): key usages on
//! both, an authority key identifier on the leaf. Private keys never leave this process.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
};
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::{CertifiedKey, SigningKey},
};
use time::{Duration, OffsetDateTime};

use super::Authority;
use crate::{clock::wall_now, error::Error, host, locks::lock};

/// Leaves are cheap to make again, so a flood of names costs memory only up to here.
const CACHED_LEAVES: usize = 1024;
const VALID_DAYS: i64 = 397;
/// One that ends sooner is made anew.
const RENEWED_AHEAD: Duration = Duration::days(1);

#[derive(Debug)]
pub(crate) struct Certificates {
    authority: Authority,
    leaf_key: KeyPair,
    leaf_signer: Arc<dyn SigningKey>,
    leaves: Mutex<HashMap<String, Leaf>>,
}

#[derive(Clone, Debug)]
struct Leaf {
    key: Arc<CertifiedKey>,
    not_after: OffsetDateTime,
}

impl Certificates {
    /// Leaves share a key, which is made here.
    pub(crate) fn of(authority: Authority) -> Result<Self, Error> {
        let leaf_key =
            KeyPair::generate().map_err(|error| Error::new("make its certificates' key", error))?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
        let leaf_signer = aws_lc_rs::sign::any_supported_type(&der)
            .map_err(|error| Error::new("use its certificate key", error))?;
        Ok(Self { authority, leaf_key, leaf_signer, leaves: Mutex::default() })
    }

    /// The authority's certificate, for clients to trust.
    pub(crate) fn ca_pem(&self) -> &str {
        self.authority.certificate_pem()
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

    /// That of `host`, as long as it is good for a while yet: the emulator may run longer than that.
    fn leaf(&self, host: &str, now: OffsetDateTime) -> Option<Arc<CertifiedKey>> {
        if let Some(leaf) = lock(&self.leaves).get(host)
            && now + RENEWED_AHEAD < leaf.not_after
        {
            return Some(Arc::clone(&leaf.key));
        }
        let leaf = match self.make_leaf(host, now) {
            Ok(leaf) => leaf,
            Err(error) => {
                tracing::error!(%error, host, "no certificate could be made");
                return None;
            }
        };
        let mut leaves = lock(&self.leaves);
        if leaves.len() >= CACHED_LEAVES {
            leaves.clear();
        }
        leaves.insert(host.to_owned(), leaf.clone());
        Some(leaf.key)
    }

    fn make_leaf(&self, host: &str, now: OffsetDateTime) -> Result<Leaf, rcgen::Error> {
        let names = if host == "localhost" {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]
        } else {
            vec![host.to_owned()]
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "azvault emulator");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = now - Duration::days(1);
        // Apple's limit is 825 days; a leaf must not outlive its authority.
        params.not_after =
            (params.not_before + Duration::days(VALID_DAYS)).min(self.authority.not_after());
        let certificate = params.signed_by(&self.leaf_key, self.authority.issuer())?;
        let key = CertifiedKey::new(
            vec![certificate.der().clone(), self.authority.intermediate().clone()],
            Arc::clone(&self.leaf_signer),
        );
        Ok(Leaf { key: Arc::new(key), not_after: params.not_after })
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A client that connects to an address sends no name.
        let host = hello.server_name().unwrap_or("localhost").to_ascii_lowercase();
        if host::is_served(&host) { self.leaf(&host, wall_now()) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use rustls::{
        RootCertStore,
        client::{WebPkiServerVerifier, danger::ServerCertVerifier},
        pki_types::{ServerName, UnixTime},
    };

    use super::*;

    /// Whether somebody who trusts the authority believes a leaf that it made for that host.
    fn is_believed(host: &str) -> bool {
        let certificates = Certificates::of(Authority::generate().unwrap()).unwrap();
        let ca = pem::parse(certificates.ca_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(ca.contents().into()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        let leaf = certificates.make_leaf(host, wall_now()).unwrap().key;
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let seconds = u64::try_from(wall_now().unix_timestamp()).unwrap();
        let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
        let verifier = verifier.build().unwrap();
        verifier.verify_server_cert(&leaf.cert[0], &leaf.cert[1..], &name, &[], now).is_ok()
    }

    #[test]
    fn a_leaf_is_believed_for_served_names_alone() {
        for host in ["localhost", "kv.vault.localhost", "kv.vault.azure.net", "graph.microsoft.us"]
        {
            assert!(is_believed(host), "{host}");
        }
        for host in ["example.com", "azure.net", "www.microsoft.com", "10.0.0.1"] {
            assert!(!is_believed(host), "{host}");
        }
    }

    #[test]
    fn a_leaf_is_made_anew_before_it_ends() {
        let certificates = Certificates::of(Authority::generate().unwrap()).unwrap();
        let (now, host) = (wall_now(), "kv.vault.localhost");
        let first = certificates.leaf(host, now).unwrap();
        let later = certificates.leaf(host, now + Duration::days(394)).unwrap();
        assert!(Arc::ptr_eq(&first, &later));
        let last = certificates.leaf(host, now + Duration::days(396)).unwrap();
        assert_ne!(first.cert[0], last.cert[0]);
        let again = certificates.leaf(host, now + Duration::days(396)).unwrap();
        assert!(Arc::ptr_eq(&last, &again));
    }
}
