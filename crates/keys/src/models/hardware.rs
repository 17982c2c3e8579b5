//! What operations give that only hardware offers.

use azvault_core::{Error, ResourceId, Result, SecretBase64Url, SecretBytes, SecretValue};
use serde::Deserialize;

azvault_core::service_enum! {
    /// How a released key is wrapped for the environment that it is released to.
    ///
    /// Source: [KeyEncryptionAlgorithm](https://learn.microsoft.com/rest/api/keyvault/keys/release/release#keyencryptionalgorithm).
    pub enum KeyExportEncryptionAlgorithm {
        /// PKCS#11's wrap by an AES key that is wrapped by RSA-OAEP with SHA-1.
        CkmRsaAesKeyWrap = "CKM_RSA_AES_KEY_WRAP",
        /// The same with SHA-256.
        RsaAesKeyWrap256 = "RSA_AES_KEY_WRAP_256",
        /// The same with SHA-384.
        RsaAesKeyWrap384 = "RSA_AES_KEY_WRAP_384",
    }
}

azvault_core::service_enum! {
    /// How a key that is made in an HSM is wrapped, so that only an attested environment gets it.
    ///
    /// Source: [JsonWebKeyWrapAlgorithm](https://learn.microsoft.com/rest/api/keyvault/keys/secure-wrap-key/secure-wrap-key#jsonwebkeywrapalgorithm).
    pub enum KeyWrapAlgorithm {
        /// RSAES-OAEP with SHA-256.
        RsaOaep256 = "RSA-OAEP-256",
        /// AES key wrap (RFC 3394) with a key of 128 bits.
        A128Kw = "A128KW",
        /// AES key wrap (RFC 3394) with a key of 192 bits.
        A192Kw = "A192KW",
        /// AES key wrap (RFC 3394) with a key of 256 bits.
        A256Kw = "A256KW",
        /// AES key wrap with padding (RFC 5649) with a key of 128 bits.
        A128KwPad = "A128KWPAD",
        /// AES key wrap with padding (RFC 5649) with a key of 192 bits.
        A192KwPad = "A192KWPAD",
        /// AES key wrap with padding (RFC 5649) with a key of 256 bits.
        A256KwPad = "A256KWPAD",
        /// PKCS#11's AES key wrap.
        CkmAesKeyWrap = "CKM_AES_KEY_WRAP",
        /// PKCS#11's AES key wrap with padding.
        CkmAesKeyWrapPad = "CKM_AES_KEY_WRAP_PAD",
    }
}

/// A released key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReleaseResult {
    /// A signed JWS (RFC 7515) that holds the key, wrapped for the environment that asked.
    pub value: SecretValue,
}

/// A key that was made in the HSM and wrapped there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecureWrapResult {
    /// The key that it was wrapped by, with its version.
    pub key_id: ResourceId,
    /// How it was wrapped.
    pub algorithm: KeyWrapAlgorithm,
    /// The wrapped key.
    pub encrypted_key: Vec<u8>,
}

/// A key that was unwrapped for an attested environment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SecureUnwrapResult {
    /// The key that it was wrapped by, with its version.
    pub key_id: ResourceId,
    /// How it was wrapped.
    pub algorithm: KeyWrapAlgorithm,
    /// The key, encrypted for that environment.
    pub key: SecretBytes,
}

#[derive(Deserialize)]
pub(crate) struct WireRelease {
    value: SecretValue,
}

#[derive(Deserialize)]
pub(crate) struct WireSecureResult {
    kid: String,
    alg: KeyWrapAlgorithm,
    value: SecretBase64Url,
}

#[derive(Deserialize)]
pub(crate) struct WireRandomBytes {
    pub(crate) value: SecretBase64Url,
}

impl TryFrom<WireRelease> for ReleaseResult {
    type Error = Error;

    fn try_from(wire: WireRelease) -> Result<Self> {
        Ok(Self { value: wire.value })
    }
}

impl TryFrom<WireSecureResult> for SecureWrapResult {
    type Error = Error;

    fn try_from(wire: WireSecureResult) -> Result<Self> {
        let encrypted_key = wire.value.0.expose().to_vec();
        Ok(Self { key_id: wire.kid.parse()?, algorithm: wire.alg, encrypted_key })
    }
}

impl TryFrom<WireSecureResult> for SecureUnwrapResult {
    type Error = Error;

    fn try_from(wire: WireSecureResult) -> Result<Self> {
        Ok(Self { key_id: wire.kid.parse()?, algorithm: wire.alg, key: wire.value.0 })
    }
}
