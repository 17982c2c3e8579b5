//! A vault's key as a signer of the `signature` crate.

use signature::{AsyncSigner, SignatureEncoding, hazmat::AsyncPrehashSigner};

use crate::{CryptographyClient, SignatureAlgorithm};

/// A key with an algorithm, for libraries that take a signer of the
/// [`signature`](https://docs.rs/signature) crate. A cheap clone.
///
/// It implements [`AsyncPrehashSigner`], which signs a digest, for every type of signature that is
/// made of its bytes: those of `p256`, `p384`, `p521`, `k256` and `rsa`, and [`SignatureBytes`].
/// For that one it implements [`AsyncSigner`] too, which hashes a message first; the
/// trait's own rules allow no more.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// use azvault_keys::{SignatureAlgorithm::ES256, SignatureBytes};
/// use signature::AsyncSigner;
///
/// client.create_ec_key("my-key").await?;
/// let crypto = client.cryptography_client("my-key")?;
/// let signer = crypto.signer(ES256);
///
/// let signed: SignatureBytes = signer.sign_async(b"message").await?;
/// assert!(crypto.verify_data(ES256, b"message", signed).await?.is_valid());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct KeySigner {
    key: CryptographyClient,
    algorithm: SignatureAlgorithm,
}

impl CryptographyClient {
    /// The key as a signer of the `signature` crate.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{SignatureAlgorithm::ES256, SignatureBytes};
    /// use signature::AsyncSigner;
    ///
    /// client.create_ec_key("my-key").await?;
    /// let signer = client.cryptography_client("my-key")?.signer(ES256);
    /// let signed: SignatureBytes = signer.sign_async(b"message").await?;
    /// assert_eq!(signed.as_bytes().len(), 64);
    /// # Ok(())
    /// # }
    /// ```
    pub fn signer(&self, algorithm: SignatureAlgorithm) -> KeySigner {
        KeySigner { key: self.clone(), algorithm }
    }
}

/// A signature as its bytes alone, for callers that have no type for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureBytes(Vec<u8>);

impl SignatureBytes {
    /// The bytes: for ECDSA `r` and `s` side by side.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for SignatureBytes {
    type Error = signature::Error;

    fn try_from(bytes: &[u8]) -> Result<Self, signature::Error> {
        Ok(Self(bytes.to_vec()))
    }
}

impl From<SignatureBytes> for Vec<u8> {
    fn from(signature: SignatureBytes) -> Self {
        signature.0
    }
}

impl From<SignatureBytes> for Box<[u8]> {
    fn from(signature: SignatureBytes) -> Self {
        signature.0.into()
    }
}

impl SignatureEncoding for SignatureBytes {
    type Repr = Box<[u8]>;
}

impl<S: SignatureEncoding> AsyncPrehashSigner<S> for KeySigner {
    async fn sign_prehash_async(&self, prehash: &[u8]) -> Result<S, signature::Error> {
        let signed = self.key.sign(self.algorithm.clone(), prehash).await;
        let signed = signed.map_err(signature::Error::from_source)?;
        S::try_from(&signed.signature).map_err(|_| {
            signature::Error::from_source("the signature is not of the type asked for")
        })
    }
}

impl AsyncSigner<SignatureBytes> for KeySigner {
    async fn sign_async(&self, message: &[u8]) -> Result<SignatureBytes, signature::Error> {
        let digest = self.algorithm.digest(message).map_err(signature::Error::from_source)?;
        self.sign_prehash_async(&digest).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::JsonWebKey;

    #[test]
    fn what_a_signer_does_can_be_spawned() {
        fn spawnable(_: impl Future + Send) {}
        let key = CryptographyClient::from_jwk(&JsonWebKey::oct([7; 32])).unwrap();
        let signer = key.signer(SignatureAlgorithm::HS256);
        spawnable(signer.sign_async(b"message"));
        spawnable(AsyncPrehashSigner::<SignatureBytes>::sign_prehash_async(&signer, b"digest"));
    }
}
