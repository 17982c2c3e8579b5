//! Initialisation vectors for those who encrypt elsewhere.

use aws_lc_rs::rand;
use azvault_core::{Error, ErrorKind, Result};

use crate::EncryptionAlgorithm;

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
        use EncryptionAlgorithm::{A128Cbc, A128CbcPad, A192Cbc, A192CbcPad, A256Cbc, A256CbcPad};
        if !matches!(self, A128Cbc | A192Cbc | A256Cbc | A128CbcPad | A192CbcPad | A256CbcPad) {
            return Ok(None);
        }
        let mut iv = vec![0; 16];
        rand::fill(&mut iv)
            .map_err(|_| Error::new(ErrorKind::Other, "the system gives no random numbers"))?;
        Ok(Some(iv))
    }
}
