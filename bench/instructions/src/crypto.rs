//! Local cryptography: what is ours of it. What aws-lc computes is left out of the count.

use anyhow::{Result, ensure};
use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey, SignatureAlgorithm};
use azvault_keys::CryptographyClient;

use crate::{Work, runtime};

const ES256: SignatureAlgorithm = SignatureAlgorithm::ES256;
const DIGEST: [u8; 32] = [7; 32];

/// The key of RFC 7515, appendix A.3.1.
fn ec() -> Result<JsonWebKey> {
    Ok(serde_json::from_str(
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#,
    )?)
}

fn oct() -> Result<LocalKey> {
    Ok(LocalKey::new(&JsonWebKey::oct(vec![5; 32]))?)
}

/// A digest signed.
pub(crate) fn sign() -> Result<Work> {
    let key = LocalKey::new(&ec()?)?;
    Ok(Box::new(move || {
        ensure!(key.sign(&ES256, &DIGEST)?.len() == 64, "another signature");
        Ok(())
    }))
}

/// A signature verified.
pub(crate) fn verify() -> Result<Work> {
    let key = LocalKey::new(&ec()?)?;
    let signature = key.sign(&ES256, &DIGEST)?;
    Ok(Box::new(move || {
        ensure!(key.verify(&ES256, &DIGEST, &signature)?, "not verified");
        Ok(())
    }))
}

/// The same by a client that has the key, awaited.
pub(crate) fn client_verify() -> Result<Work> {
    let (jwk, runtime) = (ec()?, runtime()?);
    let signature = LocalKey::new(&jwk)?.sign(&ES256, &DIGEST)?;
    let client = CryptographyClient::from_jwk(&jwk)?;
    Ok(Box::new(move || {
        let verified =
            runtime.block_on(async { client.verify(ES256, DIGEST, signature.as_slice()).await })?;
        ensure!(verified.is_valid(), "not verified");
        Ok(())
    }))
}

/// 4 KiB encrypted.
pub(crate) fn encrypt() -> Result<Work> {
    let (key, plain) = (oct()?, [9; 4096]);
    Ok(Box::new(move || {
        let encrypted = key.encrypt(&EncryptionAlgorithm::A256Gcm, &plain, None, b"")?;
        ensure!(encrypted.ciphertext.len() == plain.len(), "another ciphertext");
        Ok(())
    }))
}

/// A key of 32 bytes wrapped.
pub(crate) fn wrap() -> Result<Work> {
    let key = oct()?;
    Ok(Box::new(move || {
        ensure!(
            key.wrap_key(&EncryptionAlgorithm::A256Kw, &[9; 32])?.len() == 40,
            "another length"
        );
        Ok(())
    }))
}
