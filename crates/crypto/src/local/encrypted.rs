//! What an encryption gives.

/// A ciphertext with what its decryption needs beside the key.
///
/// # Examples
/// ```
/// use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
///
/// let key = LocalKey::new(&JsonWebKey::oct([7; 16]))?;
/// let sealed = key.encrypt(&EncryptionAlgorithm::A128CbcPad, b"hello", None, b"")?;
/// assert_eq!(sealed.iv.as_ref().map(Vec::len), Some(16));
/// assert_eq!(sealed.tag, None);
/// # Ok::<(), azvault_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encrypted {
    /// The ciphertext.
    pub ciphertext: Vec<u8>,
    /// The IV: 16 bytes for `CBC` and `CBCPAD`, 12 for `GCM`.
    pub iv: Option<Vec<u8>>,
    /// The tag of `GCM`: 16 bytes.
    pub tag: Option<Vec<u8>>,
    /// What `GCM` protects without encrypting it, as it was given.
    pub aad: Option<Vec<u8>>,
}

impl Encrypted {
    pub(super) fn bare(ciphertext: Vec<u8>) -> Self {
        Self { ciphertext, iv: None, tag: None, aad: None }
    }
}
