//! The RSA key that signs tokens.
//!
//! Entra signs for all tenants with the same keys; so do the emulators of one process, which spares
//! every test but the first an RSA key generation. Tenants keep their tokens apart.

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
        let failed = |error: &dyn std::fmt::Display| SigningFailed::new(error);
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|e| failed(&e))?;
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|e| failed(&e))?;
        let private = pem::encode(&pem::Pem::new("PRIVATE KEY", pkcs8.as_ref()));
        let encoding = EncodingKey::from_rsa_pem(private.as_bytes()).map_err(|e| failed(&e))?;
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

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}
