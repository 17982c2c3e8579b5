//! The RSA key that signs tokens.
//!
//! Entra signs for all tenants with the same keys; so do the emulators of one process that belong to no
//! installation, which spares every test but the first an RSA key generation. Tenants keep their tokens
//! apart. An installation has a key of its own, in a file, so that tokens outlive a restart.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    digest,
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{KeyPair, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, EncodingKey};

use crate::locks::lock;

static SHARED: Mutex<Option<Arc<SigningKey>>> = Mutex::new(None);

/// No token can be signed: the key could not be made or used.
#[derive(Clone, Debug)]
pub(crate) struct SigningFailed(String);

impl SigningFailed {
    pub(super) fn new(error: &dyn std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

impl std::fmt::Display for SigningFailed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no token can be signed: {}", self.0)
    }
}

impl std::error::Error for SigningFailed {}

pub(crate) struct SigningKey {
    pub(crate) kid: String,
    /// Modulus, base64url.
    pub(crate) n: String,
    /// Public exponent, base64url.
    pub(crate) e: String,
    pub(crate) encoding: EncodingKey,
    pub(crate) decoding: DecodingKey,
}

impl SigningKey {
    /// The process's key, generated on first use (a fraction of a second).
    pub(crate) fn shared() -> Result<Arc<Self>, SigningFailed> {
        let mut shared = lock(&SHARED);
        if let Some(key) = shared.as_ref() {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(Self::generate()?);
        *shared = Some(Arc::clone(&key));
        Ok(key)
    }

    pub(crate) fn generate() -> Result<Self, SigningFailed> {
        Self::of_pair(&RsaKeyPair::generate(KeySize::Rsa2048).map_err(|e| SigningFailed::new(&e))?)
    }

    /// A new key, as [`from_pem`](Self::from_pem) reads it.
    pub(crate) fn generate_pem() -> Result<String, SigningFailed> {
        pem_of(&RsaKeyPair::generate(KeySize::Rsa2048).map_err(|e| SigningFailed::new(&e))?)
    }

    /// Reads PKCS #8 in PEM; the text is not repeated in an error.
    pub(crate) fn from_pem(text: &str) -> Result<Self, SigningFailed> {
        let parsed = pem::parse(text).map_err(|e| SigningFailed::new(&e))?;
        let pair = RsaKeyPair::from_pkcs8(parsed.contents()).map_err(|e| SigningFailed::new(&e))?;
        Self::of_pair(&pair)
    }

    fn of_pair(pair: &RsaKeyPair) -> Result<Self, SigningFailed> {
        let private = pem_of(pair)?;
        let encoding =
            EncodingKey::from_rsa_pem(private.as_bytes()).map_err(|e| SigningFailed::new(&e))?;
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero().to_vec();
        let exponent = public.exponent().big_endian_without_leading_zero().to_vec();
        let thumbprint = digest::digest(&digest::SHA256, public.as_ref());
        Ok(Self {
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            n: URL_SAFE_NO_PAD.encode(&modulus),
            e: URL_SAFE_NO_PAD.encode(&exponent),
            encoding,
            decoding: DecodingKey::from_rsa_raw_components(&modulus, &exponent),
        })
    }
}

fn pem_of(pair: &RsaKeyPair) -> Result<String, SigningFailed> {
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(pair).map_err(|e| SigningFailed::new(&e))?;
    Ok(pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8.as_ref())))
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_read_back_from_pem_is_the_same_key() {
        let text = SigningKey::generate_pem().unwrap();
        let (first, second) =
            (SigningKey::from_pem(&text).unwrap(), SigningKey::from_pem(&text).unwrap());
        assert_eq!((&first.kid, &first.n), (&second.kid, &second.n));
        assert!(!format!("{first:?}").contains("PRIVATE"));
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for text in
            ["", "canary", "-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n"]
        {
            let error = SigningKey::from_pem(text).unwrap_err().to_string();
            assert!(!error.contains("canary") && !error.contains("Y2FuYXJ5"), "{error}");
        }
    }
}
