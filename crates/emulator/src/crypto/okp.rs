//! Edwards-curve keys (RFC 8032, RFC 8037): Ed25519 alone. They sign the message itself, not a digest of it.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::{CryptoError, SignatureAlgorithm};

/// The one curve, as `crv` spells it.
pub(crate) const ED25519_NAME: &str = "Ed25519";

#[derive(Debug)]
pub(crate) struct OkpKey {
    pair: Ed25519KeyPair,
}

impl OkpKey {
    pub(super) fn generate() -> Result<Self, CryptoError> {
        Ed25519KeyPair::generate().map(|pair| Self { pair }).map_err(|_| CryptoError::Internal)
    }

    /// A key from its parts, when they belong together.
    pub(super) fn import(d: &[u8], x: &[u8]) -> Result<Self, CryptoError> {
        Ed25519KeyPair::from_seed_and_public_key(d, x)
            .map(|pair| Self { pair })
            .map_err(|_| CryptoError::InvalidKey)
    }

    pub(super) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, CryptoError> {
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
            .map(|pair| Self { pair })
            .map_err(|_| CryptoError::InvalidKey)
    }

    pub(super) fn to_pkcs8(&self) -> Result<Vec<u8>, CryptoError> {
        self.pair.to_pkcs8v1().map(|der| der.as_ref().to_vec()).map_err(|_| CryptoError::Internal)
    }

    /// The public key's 32 bytes.
    pub(crate) fn x(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(super) fn sign(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        if algorithm != SignatureAlgorithm::EdDsa {
            return Err(CryptoError::Incompatible);
        }
        Ok(self.pair.sign(message).as_ref().to_vec())
    }

    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, CryptoError> {
        if algorithm != SignatureAlgorithm::EdDsa {
            return Err(CryptoError::Incompatible);
        }
        Ok(UnparsedPublicKey::new(&ED25519, self.x()).verify(message, signature).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn a_signature_is_that_of_the_rfc() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
                .collect()
        };
        let d = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let x = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let key = OkpKey::import(&d, &x).unwrap();
        let signature = key.sign(SignatureAlgorithm::EdDsa, &[0x72]).unwrap();
        assert_eq!(
            signature,
            hex(concat!(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
                "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ))
        );
        assert_eq!(key.verify(SignatureAlgorithm::EdDsa, &[0x72], &signature), Ok(true));
        assert_eq!(key.verify(SignatureAlgorithm::EdDsa, &[0x73], &signature), Ok(false));
        let again = OkpKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
        assert_eq!(again.x(), key.x());
        assert!(OkpKey::import(&d, &[1; 32]).is_err());
    }
}
