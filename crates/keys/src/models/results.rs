//! What cryptographic operations give.

use azvault_core::{Base64Url, ResourceId, SecretBase64Url, SecretBytes};
use serde::Deserialize;

/// The answer of every operation but verify, on the wire. The value is secret for some of them,
/// so it is read as if it always were.
#[derive(Debug, Deserialize)]
pub(crate) struct OperationResult {
    kid: String,
    value: SecretBase64Url,
    iv: Option<Base64Url>,
    tag: Option<Base64Url>,
    aad: Option<Base64Url>,
}

/// The answer of verify, on the wire.
#[derive(Debug, Deserialize)]
pub(crate) struct VerificationResult {
    value: bool,
}

impl OperationResult {
    fn key_id(&self) -> Result<Option<ResourceId>, azvault_core::Error> {
        self.kid.parse().map(Some)
    }
}

macro_rules! result {
    ($(#[$attribute:meta])* $name:ident { $(#[$field_attribute:meta])* $field:ident: $type:ty = $get:expr }) => {
        $(#[$attribute])*
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub struct $name {
            /// The key that was used, with its version; `None` for a key of no vault.
            pub key_id: Option<ResourceId>,
            $(#[$field_attribute])*
            pub $field: $type,
        }

        impl TryFrom<OperationResult> for $name {
            type Error = azvault_core::Error;

            fn try_from(wire: OperationResult) -> Result<Self, azvault_core::Error> {
                Ok(Self { key_id: wire.key_id()?, $field: $get(wire) })
            }
        }
    };
}

fn public(wire: OperationResult) -> Vec<u8> {
    wire.value.0.expose().to_vec()
}

fn secret(wire: OperationResult) -> SecretBytes {
    wire.value.0
}

result! {
    /// A signature.
    SignResult {
        /// The signature: for ECDSA `r` and `s` side by side, each as long as the curve's field.
        /// X.509, TLS and OpenSSL want DER: [`ecdsa::to_der`](crate::ecdsa::to_der) makes it.
        signature: Vec<u8> = public
    }
}

result! {
    /// Decrypted data.
    DecryptResult {
        /// The plaintext.
        plaintext: SecretBytes = secret
    }
}

result! {
    /// An unwrapped key.
    UnwrapResult {
        /// The key.
        key: SecretBytes = secret
    }
}

/// Encrypted data.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct EncryptResult {
    /// The key that was used, with its version; `None` for a key of no vault.
    pub key_id: Option<ResourceId>,
    /// The ciphertext.
    pub ciphertext: Vec<u8>,
    /// The initialisation vector or nonce, for symmetric algorithms.
    pub iv: Option<Vec<u8>>,
    /// The authentication tag, for AES-GCM.
    pub tag: Option<Vec<u8>>,
    /// The additional data that was authenticated, for AES-GCM.
    pub aad: Option<Vec<u8>>,
}

/// A wrapped key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WrapResult {
    /// The key that was used, with its version; `None` for a key of no vault.
    pub key_id: Option<ResourceId>,
    /// The wrapped key.
    pub encrypted_key: Vec<u8>,
    /// The initialisation vector or nonce, where the algorithm has one.
    pub iv: Option<Vec<u8>>,
    /// The authentication tag, where the algorithm has one.
    pub tag: Option<Vec<u8>>,
}

impl TryFrom<OperationResult> for WrapResult {
    type Error = azvault_core::Error;

    fn try_from(wire: OperationResult) -> Result<Self, azvault_core::Error> {
        let EncryptResult { key_id, ciphertext, iv, tag, .. } = wire.try_into()?;
        Ok(Self { key_id, encrypted_key: ciphertext, iv, tag })
    }
}

impl TryFrom<OperationResult> for EncryptResult {
    type Error = azvault_core::Error;

    fn try_from(wire: OperationResult) -> Result<Self, azvault_core::Error> {
        let bytes = |value: &Option<Base64Url>| value.as_ref().map(|value| value.0.clone());
        Ok(Self {
            key_id: wire.key_id()?,
            iv: bytes(&wire.iv),
            tag: bytes(&wire.tag),
            aad: bytes(&wire.aad),
            ciphertext: public(wire),
        })
    }
}

/// Whether a signature is that of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a signature that is not valid is no error: look at is_valid()"]
#[non_exhaustive]
pub struct VerifyResult {
    is_valid: bool,
}

impl TryFrom<VerificationResult> for VerifyResult {
    type Error = azvault_core::Error;

    fn try_from(wire: VerificationResult) -> Result<Self, azvault_core::Error> {
        Ok(Self { is_valid: wire.value })
    }
}

impl VerifyResult {
    pub(crate) fn new(is_valid: bool) -> Self {
        Self { is_valid }
    }

    /// Whether the signature is valid.
    pub fn is_valid(&self) -> bool {
        self.is_valid
    }
}
