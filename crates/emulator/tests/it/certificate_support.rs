//! Making certificates and reading them, by a library that the emulator does not write them with.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1,
    RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    PublicKeyData, SignatureAlgorithm,
};
use serde_json::{Value, json};
use x509_parser::{
    certification_request::X509CertificationRequest,
    prelude::{FromDer, X509Certificate},
};

use crate::support::{Answer, Body, Vault};

/// The fastest to make: EC, and in PEM.
pub(crate) fn policy() -> Value {
    json!({
        "key_props": {"kty": "EC", "crv": "P-256"},
        "secret_props": {"contentType": "application/x-pem-file"},
        "x509_props": {"subject": "CN=c"},
        "issuer": {"name": "Self"},
    })
}

/// That policy with some parts of another.
pub(crate) fn policy_with(parts: Value) -> Value {
    let mut policy = policy();
    for (part, value) in parts.as_object().unwrap() {
        policy[part] = value.clone();
    }
    policy
}

pub(crate) async fn request(vault: &Vault, name: &str, policy: Value) -> Answer {
    vault.post(&format!("/certificates/{name}/create"), json!({"policy": policy})).await
}

/// Makes a certificate and gives its bundle.
pub(crate) async fn issued(vault: &Vault, name: &str, policy: Value) -> Body {
    let answer = request(vault, name, policy).await;
    assert_eq!(answer.status(), 202, "{}", answer.text());
    let bundle = vault.get(&format!("/certificates/{name}")).await.ok();
    assert!(bundle["cer"].is_string(), "{bundle}");
    bundle
}

/// The certificate of a bundle, in DER.
pub(crate) fn der(bundle: &Value) -> Vec<u8> {
    STANDARD.decode(bundle["cer"].as_str().unwrap()).unwrap()
}

pub(crate) fn parse(der: &[u8]) -> X509Certificate<'_> {
    X509Certificate::from_der(der).unwrap().1
}

/// Whether the key of `issuer` signed `certificate`.
pub(crate) fn is_signed_by(
    certificate: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
) -> bool {
    verifies(
        &certificate.signature_algorithm.algorithm.to_string(),
        &issuer.public_key().subject_public_key.data,
        certificate.tbs_certificate.as_ref(),
        &certificate.signature_value.data,
    )
}

pub(crate) fn verifies(algorithm: &str, key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let algorithm: &'static dyn VerificationAlgorithm = match algorithm {
        "1.2.840.113549.1.1.11" => &RSA_PKCS1_2048_8192_SHA256,
        "1.2.840.10045.4.3.2" => &ECDSA_P256_SHA256_ASN1,
        "1.2.840.10045.4.3.3" => &ECDSA_P384_SHA384_ASN1,
        "1.2.840.10045.4.3.4" => &ECDSA_P521_SHA512_ASN1,
        other => panic!("{other}"),
    };
    UnparsedPublicKey::new(algorithm, key).verify(message, signature).is_ok()
}

/// The last part of an identifier.
pub(crate) fn version(id: &Value) -> String {
    id.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// The sections of a PEM file, as tags and DER.
pub(crate) fn sections(text: &str) -> Vec<(String, Vec<u8>)> {
    let sections = pem::parse_many(text).unwrap();
    sections.into_iter().map(|part| (part.tag().to_owned(), part.into_contents())).collect()
}

/// A public key out of a request.
struct Public(Vec<u8>);

impl PublicKeyData for Public {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ECDSA_P256_SHA256
    }
}

/// What an authority makes of a request on P-256 for a certificate, in base64: its certificate and its own.
pub(crate) fn merged_by(csr: &Value) -> [String; 2] {
    sign(&Public(key_of(csr)))
}

/// The same, of a certificate that is over at that time.
pub(crate) fn merged_until(csr: &Value, end: time::OffsetDateTime) -> [String; 2] {
    signed(&Public(key_of(csr)), Some(end))
}

fn key_of(csr: &Value) -> Vec<u8> {
    let csr = STANDARD.decode(csr.as_str().unwrap()).unwrap();
    let (_, csr) = X509CertificationRequest::from_der(&csr).unwrap();
    csr.certification_request_info.subject_pki.subject_public_key.data.to_vec()
}

/// A certificate for that key and its authority's, in base64.
pub(crate) fn sign(key: &impl PublicKeyData) -> [String; 2] {
    signed(key, None)
}

fn signed(key: &impl PublicKeyData, end: Option<time::OffsetDateTime>) -> [String; 2] {
    let named = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let mut authority = named("authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority_der = authority.self_signed(&authority_key).unwrap();
    let mut params = named("leaf");
    if let Some(end) = end {
        params.not_after = end;
    }
    let leaf = params.signed_by(key, &Issuer::new(authority, authority_key)).unwrap();
    [STANDARD.encode(leaf.der()), STANDARD.encode(authority_der.der())]
}
