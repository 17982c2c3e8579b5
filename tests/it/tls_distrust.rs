//! Servers whose certificate is not good: told at once, with nothing sent, and nothing retried.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use azvault_core::{Error, ErrorKind, transport::TransportOptions};
use azvault_tests::{Answer, Clerk, ProbeClient, Script};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use serde_json::json;

use crate::wire::{Wire, answer, read_request, send};

/// Somebody who signs certificates, and the text to trust them by.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn leaf(&self, host: &str, years: std::ops::Range<i32>) -> Certified {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.start, 1, 1);
        params.not_after = date_time_ymd(years.end, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.der().clone(), key.serialize_der())
    }
}

type Certified = (CertificateDer<'static>, Vec<u8>);

fn self_signed(host: &str) -> Certified {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    (params.self_signed(&key).unwrap().der().clone(), key.serialize_der())
}

/// Shows its one certificate only to those who ask for the name it was made for.
#[derive(Debug)]
struct OnlyFor(&'static str, Arc<rustls::sign::CertifiedKey>);

impl rustls::server::ResolvesServerCert for OnlyFor {
    fn resolve(
        &self,
        hello: rustls::server::ClientHello<'_>,
    ) -> Option<Arc<rustls::sign::CertifiedKey>> {
        (hello.server_name() == Some(self.0)).then(|| self.1.clone())
    }
}

/// A server over TLS, which counts the requests that get through to it.
fn serve(
    (certificate, key): Certified,
    only_for: Option<&'static str>,
) -> (Wire, Arc<AtomicUsize>) {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = PrivateKeyDer::try_from(key).unwrap();
    let builder = ServerConfig::builder_with_provider(provider.clone());
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = match only_for {
        None => builder.with_single_cert(vec![certificate], key).unwrap(),
        Some(name) => {
            let key = provider.key_provider.load_private_key(key).unwrap();
            let certified = rustls::sign::CertifiedKey::new(vec![certificate], key);
            builder.with_cert_resolver(Arc::new(OnlyFor(name, Arc::new(certified))))
        }
    };
    let (config, requests) = (Arc::new(config), Arc::new(AtomicUsize::new(0)));
    let count = requests.clone();
    let wire = Wire::serve(move |_, stream| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(connection, stream);
        while let Some(request) = read_request(&mut stream) {
            count.fetch_add(1, Ordering::SeqCst);
            let challenge = r#"www-authenticate: Bearer resource="https://vault.example""#;
            match request.to_ascii_lowercase().contains("authorization: bearer") {
                true => send(&mut stream, &answer(200, &[], r#"{"id":"fine"}"#)),
                false => send(&mut stream, &answer(401, &[challenge], "")),
            }
        }
    });
    (wire, requests)
}

/// What a call to the server gives, for a client that trusts `authority` besides the machine's.
async fn call(wire: &Wire, authority: &Authority) -> Result<serde_json::Value, Error> {
    let (script, clerk) = (Script::always(Answer::fine()), Clerk::steady());
    let options = TransportOptions::default().no_proxy().trust_pem(authority.pem.clone());
    let vault = format!("https://localhost:{}", wire.port());
    let builder = ProbeClient::builder(&vault, &script, &clerk);
    let builder = builder.transport(options.build().unwrap()).verify_challenge_resource(false);
    let client = builder.build().unwrap();
    let result = client.create("k", &json!({"secret": "s"})).await;
    assert_eq!(clerk.count(), usize::from(result.is_ok()), "a token was asked for");
    result
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_for_the_host_is_good() {
    let authority = Authority::new();
    let (wire, requests) = serve(authority.leaf("localhost", 2020..2090), Some("localhost"));
    call(&wire, &authority).await.unwrap();
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn expired_future_foreign_and_self_made_certificates_end_the_call_before_a_request() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (what, certified, only_for) in [
        ("expired", authority.leaf("localhost", 2020..2021), None),
        ("not valid yet", authority.leaf("localhost", 2080..2090), None),
        ("for another host", authority.leaf("v.vault.azure.net", 2020..2090), None),
        ("self-signed", self_signed("localhost"), None),
        ("of a stranger", stranger.leaf("localhost", 2020..2090), None),
    ] {
        let (wire, requests) = serve(certified, only_for);
        let error = call(&wire, &authority).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Transport, "{what}: {error:?}");
        assert_eq!((error.attempts(), error.may_have_been_sent()), (1, false), "{what}");
        assert!(error.to_string().contains("certificate"), "{what}: {error}");
        assert_eq!(requests.load(Ordering::SeqCst), 0, "{what}");
    }
}

#[tokio::test]
async fn a_server_that_knows_no_such_name_gets_no_request() {
    let authority = Authority::new();
    let good = authority.leaf("localhost", 2020..2090);
    let (wire, requests) = serve(good, Some("v.vault.azure.net"));
    let error = call(&wire, &authority).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(!error.may_have_been_sent(), "{error:?}");
    assert_eq!(requests.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_server_without_tls_gets_no_request() {
    let heard = Arc::new(std::sync::Mutex::new(Vec::new()));
    let all = heard.clone();
    let wire = Wire::serve(move |_, mut stream| {
        let mut chunk = [0; 4096];
        let count = std::io::Read::read(&mut stream, &mut chunk).unwrap_or(0);
        all.lock().unwrap().extend_from_slice(&chunk[..count]);
        send(&stream, &answer(200, &[], "{}"));
    });
    let error = call(&wire, &Authority::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_been_sent()), (ErrorKind::Transport, false));
    let text = String::from_utf8_lossy(&heard.lock().unwrap()).into_owned();
    assert!(!text.contains("HTTP/1.1") && !text.contains("secret"), "{text}");
}
