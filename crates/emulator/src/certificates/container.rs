//! A certificate with its private key as a file: PKCS #12 (RFC 7292) or PEM (RFC 7468).

use std::borrow::Cow;

use base64::{Engine, engine::general_purpose::STANDARD};
use cms::{cert::CertificateChoices, content_info::ContentInfo, signed_data::SignedData};
use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, Pkcs12Archive,
    PrivateKey, PrivateKeyChain,
};
use pem::{EncodeConfig, LineEnding, Pem};
use x509_cert::der::{Decode, Encode};

use super::x509::{Leaf, X509Error};
use crate::crypto::KeyMaterial;

/// Rounds of the key derivation, as recorded. The password is empty anyway.
const ITERATIONS: u32 = 2000;
const LOCAL_KEY_ID: &[u8] = &[1, 0, 0, 0];

/// What was found in a file.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) key: KeyMaterial,
    /// The key's certificate first, then the others in the order of the file.
    pub(super) chain: Vec<Vec<u8>>,
    /// All of them in the order of the file.
    pub(super) order: Vec<Vec<u8>>,
}

/// A file without a password, with the certificates in this order; without the key when that may not leave the vault.
pub(super) fn write_pfx(
    key: Option<&KeyMaterial>,
    leaf: Option<&Vec<u8>>,
    order: &[Vec<u8>],
) -> Result<String, X509Error> {
    let certificates: Result<Vec<_>, _> =
        order.iter().map(|der| Certificate::from_der(der)).collect();
    let mut certificates = certificates.map_err(|_| X509Error)?;
    let mut store = KeyStore::new();
    if let Some(key) = key {
        let at = order.iter().position(|der| Some(der) == leaf).ok_or(X509Error)?;
        let pkcs8 = key.to_private()?.bytes()?;
        let key = PrivateKey::from_der(&pkcs8).map_err(|_| X509Error)?;
        // The key's chain begins with its certificate, and entries without a key are written before it.
        let chain = PrivateKeyChain::new(LOCAL_KEY_ID, key, certificates.split_off(at));
        store.add_entry("certificate", KeyStoreEntry::PrivateKeyChain(chain));
    }
    for (index, certificate) in certificates.into_iter().enumerate() {
        // Entries are written in the order of their names.
        store.add_entry(&format!("{index:04}"), KeyStoreEntry::Certificate(certificate));
    }
    // What Windows writes, as recorded; Go's `x/crypto/pkcs12`, for one, reads nothing newer.
    let writer = store
        .writer("")
        .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
        .encryption_iterations(ITERATIONS)
        .mac_algorithm(MacAlgorithm::HmacSha1)
        .mac_iterations(ITERATIONS);
    Ok(STANDARD.encode(writer.write().map_err(|_| X509Error)?))
}

/// The key, if it may leave the vault, and then the certificates.
pub(super) fn write_pem(key: Option<&KeyMaterial>, chain: &[Vec<u8>]) -> Result<String, X509Error> {
    let key = key.map(|key| key.to_private()?.bytes()).transpose()?;
    Ok(pem_of(key, chain))
}

fn pem_of(key: Option<Vec<u8>>, chain: &[Vec<u8>]) -> String {
    let key = key.map(|pkcs8| Pem::new("PRIVATE KEY", pkcs8));
    let chain = chain.iter().map(|der| Pem::new("CERTIFICATE", der.clone()));
    let parts: Vec<_> = key.into_iter().chain(chain).collect();
    let config = EncodeConfig::new().set_line_ending(LineEnding::LF);
    pem::encode_many_config(&parts, config).replace("-----\n\n-----", "-----\n-----")
}

/// The same file as PEM; `None` when it is none that [`write_pfx`] wrote.
pub(crate) fn to_pem(pfx: &str) -> Option<String> {
    let (keys, certificates) = read_pfx(pfx, "").ok()?;
    Some(pem_of(keys.into_iter().next(), &certificates))
}

/// Reads a file with one private key and its certificate; the password is that of PKCS #12 alone.
pub(super) fn read(value: &str, pem: bool, password: &str) -> Result<Contents, X509Error> {
    let (keys, certificates) = if pem { read_pem(value)? } else { read_pfx(value, password)? };
    if certificates.iter().any(|der| Leaf::read(der).is_err()) {
        return Err(X509Error);
    }
    for key in &keys {
        for (index, der) in certificates.iter().enumerate() {
            let leaf = Leaf::read(der)?;
            let material = leaf.key_kind().and_then(|kind| KeyMaterial::from_pkcs8(kind, key).ok());
            let Some(material) = material.filter(|material| leaf.is_of(material)) else {
                continue;
            };
            let order = certificates.clone();
            return Ok(Contents { key: material, chain: leaf_first(certificates, index), order });
        }
    }
    Err(X509Error)
}

/// The certificate at that place and then the others.
pub(super) fn leaf_first(mut certificates: Vec<Vec<u8>>, index: usize) -> Vec<Vec<u8>> {
    if let Some(before) = certificates.get_mut(..=index) {
        before.rotate_right(1);
    }
    certificates
}

/// Certificates as a merge brings them: one in DER, those of a PKCS #7 (RFC 5652), or those of a PKCS #12 without a key.
pub(super) fn read_certificates(file: &[u8]) -> Result<Vec<Vec<u8>>, X509Error> {
    if Leaf::read(file).is_ok() {
        return Ok(vec![file.to_vec()]);
    }
    if let Ok(info) = ContentInfo::from_der(file) {
        let signed: SignedData = info.content.decode_as()?;
        let set = signed.certificates.ok_or(X509Error)?;
        let ders = set.0.iter().filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate.to_der()),
            CertificateChoices::Other(_) => None,
        });
        return Ok(ders.collect::<Result<_, _>>()?);
    }
    let archive = Pkcs12Archive::from_pkcs12(file, "").map_err(|_| X509Error)?;
    Ok(archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect())
}

/// Whether a file is PEM, for callers who do not say; OpenSSL writes attributes above the first line.
pub(super) fn is_pem(value: &str) -> bool {
    text(value).contains("-----BEGIN ")
}

/// The text of a PEM file: some clients send it, some its base64.
fn text(value: &str) -> Cow<'_, str> {
    let decoded =
        STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.map_or(Cow::Borrowed(value), Cow::Owned)
}

type Parts = (Vec<Vec<u8>>, Vec<Vec<u8>>);

fn read_pem(value: &str) -> Result<Parts, X509Error> {
    let text = text(value);
    // As documented: the lines of a PEM file end as on Unix.
    if text.contains('\r') {
        return Err(X509Error);
    }
    let parts = pem::parse_many(text.as_ref()).map_err(|_| X509Error)?;
    let with_tag = |tag: &str| {
        let found = parts.iter().filter(|part| part.tag() == tag);
        found.map(|part| part.contents().to_vec()).collect::<Vec<_>>()
    };
    Ok((with_tag("PRIVATE KEY"), with_tag("CERTIFICATE")))
}

fn read_pfx(value: &str, password: &str) -> Result<Parts, X509Error> {
    let file = STANDARD.decode(value.trim()).map_err(|_| X509Error)?;
    let archive = Pkcs12Archive::from_pkcs12(&file, password).map_err(|_| X509Error)?;
    let keys = archive.keys.iter().map(|bag| bag.key.as_der().to_vec()).collect();
    let certificates = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
    Ok((keys, certificates))
}
