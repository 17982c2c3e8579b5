//! A private key with the certificate that fits it.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::KeyPair as RsaKeyPair,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
        ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
        RSA_PSS_SHA256,
    },
};
use x509_parser::prelude::{FromDer, X509Certificate};

use super::{certificate::Problem, contents::Contents};

/// Signs as the owner of a certificate. AWS-LC wipes the key when this is dropped.
pub(super) struct Signer {
    key: Key,
    /// The certificate, then its issuers as far as the file has them.
    chain: Vec<Vec<u8>>,
}

enum Key {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair, &'static str),
}

/// The curves and what a signature on each is called (RFC 7518, 3.1).
const CURVES: [(&EcdsaSigningAlgorithm, &str); 3] = [
    (&ECDSA_P256_SHA256_FIXED_SIGNING, "ES256"),
    (&ECDSA_P384_SHA384_FIXED_SIGNING, "ES384"),
    (&ECDSA_P521_SHA512_FIXED_SIGNING, "ES512"),
];

impl Signer {
    /// Finds a key and the certificate for it, wherever in the file they are.
    pub(super) fn find(contents: Contents) -> Result<Self, Problem> {
        if contents.keys.is_empty() {
            return Err(Problem::NoKey);
        }
        if contents.certificates.is_empty() {
            return Err(Problem::NoCertificate);
        }
        let certificates: Vec<_> =
            contents.certificates.iter().filter_map(|der| Certificate::parse(der)).collect();
        if certificates.is_empty() {
            return Err(Problem::Malformed);
        }
        let keys: Vec<_> = contents.keys.iter().filter_map(|der| Key::parse(der)).collect();
        if keys.is_empty() {
            return Err(Problem::UnknownKey);
        }
        for key in keys {
            let public = key.public().ok_or(Problem::UnknownKey)?;
            if let Some(leaf) = certificates.iter().find(|c| c.public_key() == public.as_ref()) {
                return Ok(Self { key, chain: chain(leaf, &certificates) });
            }
        }
        Err(Problem::NoneFits)
    }

    /// The certificate, in DER.
    pub(super) fn certificate(&self) -> &[u8] {
        self.chain.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// The certificate and its issuers, in DER.
    pub(super) fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// What a signature is called in a JSON Web Token.
    pub(super) fn algorithm(&self) -> &'static str {
        match &self.key {
            // Entra's documentation asks for PS256, not for RS256 as it did once.
            Key::Rsa(_) => "PS256",
            Key::Ec(_, name) => name,
        }
    }

    /// Signs `message` in the form of a JSON Web Token; `None` if the key cannot.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PSS_SHA256, &random, message, &mut signature).ok()?;
                Some(signature)
            }
            Key::Ec(key, _) => Some(key.sign(&random, message).ok()?.as_ref().to_vec()),
        }
    }
}

impl Key {
    /// The labels of PEM blocks are not to be relied on: what a key is, its bytes say.
    fn parse(der: &[u8]) -> Option<Self> {
        if let Ok(key) = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der)) {
            return Some(Self::Rsa(key));
        }
        CURVES.iter().find_map(|(curve, name)| {
            Some(Self::Ec(EcdsaKeyPair::from_private_key_der(curve, der).ok()?, name))
        })
    }

    fn public(&self) -> Option<PublicKeyX509Der<'static>> {
        match self {
            Self::Rsa(key) => key.public_key().as_der(),
            Self::Ec(key, _) => key.public_key().as_der(),
        }
        .ok()
    }
}

struct Certificate<'a> {
    der: &'a [u8],
    parsed: X509Certificate<'a>,
}

impl<'a> Certificate<'a> {
    fn parse(der: &'a [u8]) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        rest.is_empty().then_some(Self { der, parsed })
    }

    fn public_key(&self) -> &[u8] {
        self.parsed.public_key().raw
    }

    fn is_issuer_of(&self, other: &Self) -> bool {
        self.parsed.subject().as_raw() == other.parsed.issuer().as_raw()
    }
}

/// A certificate and its issuers, each certifying the one before it (RFC 7515, 4.1.6).
fn chain(leaf: &Certificate<'_>, all: &[Certificate<'_>]) -> Vec<Vec<u8>> {
    let mut chain = vec![leaf];
    let mut last = leaf;
    while let Some(issuer) = all
        .iter()
        .find(|next| next.is_issuer_of(last) && !chain.iter().any(|seen| seen.der == next.der))
    {
        chain.push(issuer);
        last = issuer;
    }
    chain.iter().map(|certificate| certificate.der.to_vec()).collect()
}
