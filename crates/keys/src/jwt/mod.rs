//! JSON web tokens (RFC 7519) signed by a vault's key, in the compact form of RFC 7515.

mod claims;
mod encoder;
mod header;
mod verifier;

pub use encoder::JwtEncoder;
pub use verifier::{Jwt, JwtVerifier};

use azvault_core::{Error, Result};
use serde::de::DeserializeOwned;

use crate::SignatureAlgorithm;

/// Refuses algorithms that no token may be trusted by: those with a shared key, since whoever
/// verifies could sign, and `none` in all its spellings.
fn check_algorithm(algorithm: &SignatureAlgorithm) -> Result<()> {
    use SignatureAlgorithm::{
        ES256, ES256K, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512,
    };
    match algorithm {
        RS256 | RS384 | RS512 | PS256 | PS384 | PS512 | ES256 | ES384 | ES512 | ES256K => Ok(()),
        other => Err(Error::invalid_input(format!(
            "tokens are not signed with {other} here: choose RS256, PS256, ES256 or one of their kin"
        ))),
    }
}

/// Reads what must be a JSON object. serde would read the members from an array, too.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    (json.trim_ascii_start().first() == Some(&b'{')).then(|| serde_json::from_slice(json).ok())?
}
