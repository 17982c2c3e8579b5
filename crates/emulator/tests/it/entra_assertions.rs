//! Client assertions: signed by a certificate, or issued by somebody else.

use std::time::{Duration, SystemTime};

use aws_lc_rs::digest;
use azvault_emulator::{Application, Emulator, Principals};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use crate::support::{Answer, Vault};

const TYPE: &str = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

async fn send(vault: &Vault, assertion: &str) -> Answer {
    let url = format!("{}/common/oauth2/v2.0/token", vault.emulator.authority());
    let form = format!(
        "grant_type=client_credentials&client_id=app&client_assertion={assertion}&client_assertion_type={TYPE}\
         &scope=https://vault.azure.net/.default"
    );
    let answer = vault.send_to("POST", &url, form, &[]).await;
    if !assertion.is_empty() {
        assert!(!answer.text().contains(assertion), "the assertion is repeated");
    }
    answer
}

fn code(answer: &Answer) -> (u16, u64) {
    (answer.status(), answer.json()["error_codes"][0].as_u64().unwrap_or_default())
}

/// A certificate of its own key.
struct Identity {
    pem: String,
    der: Vec<u8>,
    algorithm: Algorithm,
    key: EncodingKey,
}

impl Identity {
    fn rsa(algorithm: Algorithm) -> Self {
        let pair = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
        let key = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).unwrap();
        Self::of(CertificateParams::default(), &pair, algorithm, key)
    }

    fn p256(params: CertificateParams) -> Self {
        let pair = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let key = EncodingKey::from_ec_pem(pair.serialize_pem().as_bytes()).unwrap();
        Self::of(params, &pair, Algorithm::ES256, key)
    }

    fn of(
        params: CertificateParams,
        pair: &KeyPair,
        algorithm: Algorithm,
        key: EncodingKey,
    ) -> Self {
        let certificate = params.self_signed(pair).unwrap();
        Self { pem: certificate.pem(), der: certificate.der().to_vec(), algorithm, key }
    }

    fn sign(&self, header: Header, claims: &Value) -> String {
        jsonwebtoken::encode(&Header { alg: self.algorithm, ..header }, claims, &self.key).unwrap()
    }

    fn x5t(&self) -> Header {
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der);
        Header { x5t: Some(URL_SAFE_NO_PAD.encode(sha1)), ..Header::default() }
    }

    fn x5t_s256(&self) -> Header {
        let sha256 = digest::digest(&digest::SHA256, &self.der);
        Header { x5t_s256: Some(URL_SAFE_NO_PAD.encode(sha256)), ..Header::default() }
    }

    fn x5c(&self) -> Header {
        Header { x5c: Some(vec![STANDARD.encode(&self.der)]), ..self.x5t() }
    }
}

#[allow(clippy::disallowed_methods, reason = "assertions are dated by wall time")]
fn now() -> i64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// As MSAL makes them.
fn claims(vault: &Vault) -> Value {
    let now = now();
    let audience =
        format!("{}/{}/oauth2/v2.0/token", vault.emulator.authority(), vault.emulator.tenant_id());
    json!({"aud": audience, "iss": "app", "sub": "app", "nbf": now, "exp": now + 600, "jti": "1"})
}

fn with(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

async fn listed(application: Application) -> Vault {
    let principals = Principals::new().application(application);
    Vault::of(Emulator::builder().principals(principals)).await
}

#[tokio::test]
async fn a_listed_certificate_signs_in_by_either_thumbprint() {
    for identity in [
        Identity::rsa(Algorithm::RS256),
        Identity::rsa(Algorithm::PS256),
        Identity::p256(CertificateParams::default()),
    ] {
        let app = Application::new("app").certificate_pem(&identity.pem).unwrap();
        let vault = listed(app).await;
        for header in [identity.x5t(), identity.x5t_s256(), identity.x5c()] {
            let assertion = identity.sign(header, &claims(&vault));
            assert_eq!(send(&vault, &assertion).await.status(), 200, "{:?}", identity.algorithm);
        }
    }
}

#[tokio::test]
async fn another_key_or_a_certificate_that_is_not_listed_is_refused() {
    let (own, other) = (
        Identity::p256(CertificateParams::default()),
        Identity::p256(CertificateParams::default()),
    );
    let app = Application::new("app").certificate_pem(&own.pem).unwrap();
    let vault = listed(app).await;
    let claims = claims(&vault);
    for (assertion, text) in [
        (other.sign(own.x5t(), &claims), "Client assertion failed signature validation."),
        (
            other.sign(other.x5t(), &claims),
            "is not registered on application. [Reason - The key was not found.",
        ),
        (other.sign(other.x5c(), &claims), "Thumbprint of key used by client: '"),
        (own.sign(Header::default(), &claims), "is not registered on application."),
    ] {
        let answer = send(&vault, &assertion).await;
        assert_eq!(code(&answer), (401, 700_027));
        assert!(answer.text().contains(text), "{}", answer.text());
    }
    // What is signed is what is read.
    let good = own.sign(own.x5t(), &claims);
    let (header, rest) = good.split_once('.').unwrap();
    let later = with(claims, "jti", "2").to_string();
    let signature = rest.split_once('.').unwrap().1;
    let changed = format!("{header}.{}.{signature}", URL_SAFE_NO_PAD.encode(later));
    assert_eq!(code(&send(&vault, &changed).await), (401, 700_027));
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let mut params = CertificateParams::default();
    params.not_before = rcgen::date_time_ymd(2020, 1, 1);
    params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let identity = Identity::p256(params);
    let app = Application::new("app").certificate_pem(&identity.pem).unwrap();
    let vault = listed(app).await;
    let answer = send(&vault, &identity.sign(identity.x5t(), &claims(&vault))).await;
    assert_eq!(code(&answer), (401, 700_027));
    assert!(answer.text().contains("The key used is expired."), "{}", answer.text());
}

#[tokio::test]
async fn an_assertion_has_to_be_well_formed_in_time_and_for_this_authority() {
    let identity = Identity::p256(CertificateParams::default());
    let vault = Vault::new().await;
    let good = claims(&vault);
    let sign = |claims: &Value| identity.sign(identity.x5t(), claims);
    for (assertion, expected) in [
        (sign(&good), (200, 0)),
        (sign(&with(good.clone(), "aud", "https://login.microsoftonline.com/t/v2.0")), (200, 0)),
        (sign(&with(good.clone(), "aud", "https://login.example.com/t/v2.0")), (401, 700_023)),
        (sign(&with(good.clone(), "exp", now() - 400)), (401, 700_024)),
        (sign(&with(good.clone(), "nbf", now() + 400)), (401, 700_024)),
        (sign(&with(good.clone(), "exp", now() - 100)), (200, 0)), // clocks differ
        ("canary".to_owned(), (400, 50_027)),
        ("a.b.c".to_owned(), (400, 50_027)),
        (format!("{}.d", sign(&good)), (400, 50_027)),
    ] {
        assert_eq!(code(&send(&vault, &assertion).await), expected, "{assertion}");
    }
    let late = send(&vault, &sign(&with(good, "exp", 1))).await;
    let text = "expiry time of assertion 1970-01-01T00:00:01.0000000Z.";
    assert!(late.text().contains(text), "{}", late.text());
}

#[tokio::test]
async fn of_an_unlisted_application_the_signature_counts_where_the_certificate_comes_along() {
    let (own, other) = (
        Identity::p256(CertificateParams::default()),
        Identity::p256(CertificateParams::default()),
    );
    let vault = Vault::new().await;
    let claims = claims(&vault);
    assert_eq!(send(&vault, &own.sign(own.x5c(), &claims)).await.status(), 200);
    assert_eq!(code(&send(&vault, &other.sign(own.x5c(), &claims)).await), (401, 700_027));
    assert_eq!(send(&vault, &other.sign(own.x5t(), &claims)).await.status(), 200);
}

#[tokio::test]
async fn a_federated_token_is_held_against_issuer_audience_and_subject() {
    let issuer = Identity::p256(CertificateParams::default());
    let app = Application::new("app").federated("https://issuer", "repo:a");
    let vault = listed(app).await;
    let good = json!({
        "iss": "https://issuer", "sub": "repo:a", "aud": "api://AzureADTokenExchange", "exp": now() + 600,
    });
    let sign = |claims: &Value| issuer.sign(Header::default(), claims);
    for (claims, expected) in [
        (good.clone(), (200, 0)),
        (with(good.clone(), "aud", json!(["api://AzureADTokenExchange"])), (200, 0)),
        (with(good.clone(), "iss", "https://other"), (401, 700_211)),
        (with(good.clone(), "aud", "other"), (401, 700_212)),
        (with(good.clone(), "sub", "repo:A"), (401, 700_213)),
        (with(good.clone(), "exp", 1), (401, 700_024)),
        (claims(&vault), (401, 700_027)), // signed by itself, without a listed certificate
    ] {
        assert_eq!(code(&send(&vault, &sign(&claims)).await), expected, "{claims}");
    }
    let secret_alone = listed(Application::new("app").secret("s")).await;
    assert_eq!(code(&send(&secret_alone, &sign(&good)).await), (401, 70_025));
    let anybody = Vault::new().await;
    assert_eq!(send(&anybody, &sign(&with(good.clone(), "aud", "x"))).await.status(), 200);
    assert_eq!(code(&send(&anybody, &sign(&with(good, "exp", 1))).await), (401, 700_024));
}

#[tokio::test]
async fn a_certificate_is_no_secret_and_a_secret_no_certificate() {
    let identity = Identity::p256(CertificateParams::default());
    let vault = listed(Application::new("app").secret("right")).await;
    let answer = send(&vault, &identity.sign(identity.x5c(), &claims(&vault))).await;
    assert_eq!(code(&answer), (401, 700_027));
    let app = Application::new("app").certificate_pem(&identity.pem).unwrap();
    let vault = listed(app).await;
    let url = format!("{}/common/oauth2/v2.0/token", vault.emulator.authority());
    let form = "grant_type=client_credentials&client_id=app&client_secret=s&scope=a/.default";
    assert_eq!(code(&vault.send_to("POST", &url, form, &[]).await), (401, 7_000_215));
}

#[tokio::test]
async fn a_fast_clock_of_a_client_is_borne() {
    let vault = Vault::new().await;
    let identity = Identity::p256(CertificateParams::default());
    let ahead = i64::try_from(Duration::from_secs(200).as_secs()).unwrap();
    let assertion = identity.sign(identity.x5t(), &with(claims(&vault), "nbf", now() + ahead));
    assert_eq!(send(&vault, &assertion).await.status(), 200);
}
