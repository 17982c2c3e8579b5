//! Initialisation vectors for those who encrypt elsewhere.

use azvault_core::Result;

use crate::{
    EncryptionAlgorithm, EncryptionMode,
    local::aes::{BLOCK, random},
};

impl EncryptionAlgorithm {
    /// A random initialisation vector for AES-CBC, 16 bytes; `None` for an algorithm that takes
    /// none from its caller.
    ///
    /// # Errors
    /// `Other` if the system gives no random numbers.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::EncryptionAlgorithm;
    ///
    /// let iv = EncryptionAlgorithm::A256CbcPad.random_iv()?;
    /// assert_eq!(iv.map(|iv| iv.len()), Some(16));
    /// assert_eq!(EncryptionAlgorithm::RsaOaep256.random_iv()?, None);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn random_iv(&self) -> Result<Option<Vec<u8>>> {
        match self.mode() {
            Some(EncryptionMode::Cbc | EncryptionMode::CbcPad) => {
                Ok(Some(random::<BLOCK>()?.to_vec()))
            }
            _ => Ok(None),
        }
    }
}
