//! Who signs: the attestation authority its tokens, and the emulated HSM its statements, with a chain.
//!
//! Both keys are the process's, which spares every test but the first their making.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::RsaKeyPair,
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_RSA_SHA256,
};
use serde::Serialize;
use time::Duration;

use crate::{clock::wall_now, entra::SigningKey, locks::lock};

const VALID_DAYS: i64 = 3650;

static TOKEN_KEY: Mutex<Option<Arc<SigningKey>>> = Mutex::new(None);
static HSM: Mutex<Option<Arc<HsmIdentity>>> = Mutex::new(None);

/// The authority's key; `None` when none can be made.
pub(super) fn token_key() -> Option<Arc<SigningKey>> {
    shared(&TOKEN_KEY, || SigningKey::generate().ok())
}

fn shared<T>(slot: &Mutex<Option<Arc<T>>>, make: impl FnOnce() -> Option<T>) -> Option<Arc<T>> {
    let mut slot = lock(slot);
    if slot.is_none() {
        *slot = make().map(Arc::new);
    }
    slot.clone()
}

/// The key with which an emulated HSM signs, and its chain: leaf, intermediate, root.
pub(crate) struct HsmIdentity {
    encoding: EncodingKey,
    header: Header,
    pem: String,
}

impl HsmIdentity {
    /// The process's; `None` when it cannot be made.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        shared(&HSM, Self::generate)
    }

    fn generate() -> Option<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).ok()?;
        let private = pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8.as_ref()));
        let root_key = KeyPair::generate().ok()?;
        let root_params = authority("azvault emulator HSM root");
        let root = root_params.self_signed(&root_key).ok()?;
        let root_issuer = Issuer::new(root_params, root_key);
        let middle_key = KeyPair::generate().ok()?;
        let middle_params = authority("azvault emulator HSM");
        let middle = middle_params.signed_by(&middle_key, &root_issuer).ok()?;
        let middle_issuer = Issuer::new(middle_params, middle_key);
        let mut leaf_params = params("azvault emulator HSM signer");
        leaf_params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        let leaf_key = KeyPair::from_pem_and_sign_algo(&private, &PKCS_RSA_SHA256).ok()?;
        let leaf = leaf_params.signed_by(&leaf_key, &middle_issuer).ok()?;
        let chain = [leaf, middle, root];
        let der = chain.first()?.der();
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
        let sha256 = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, der));
        let header = Header {
            kid: Some(sha256.clone()),
            x5t: Some(URL_SAFE_NO_PAD.encode(sha1)),
            x5t_s256: Some(sha256),
            x5c: Some(chain.iter().map(|part| STANDARD.encode(part.der())).collect()),
            ..Header::new(Algorithm::RS256)
        };
        Some(Self {
            encoding: EncodingKey::from_rsa_pem(private.as_bytes()).ok()?,
            header,
            pem: chain.iter().map(|part| part.pem()).collect(),
        })
    }

    /// A compact JWS over `content`; `None` when it cannot be signed.
    pub(crate) fn sign(&self, content: &impl Serialize) -> Option<String> {
        jsonwebtoken::encode(&self.header, content, &self.encoding).ok()
    }

    /// The chain, leaf first.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut params = params(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params
}

fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.use_authority_key_identifier_extension = true;
    params.not_before = wall_now() - Duration::days(1);
    params.not_after = params.not_before + Duration::days(VALID_DAYS);
    params
}
