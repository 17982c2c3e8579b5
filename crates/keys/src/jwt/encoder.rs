//! Making tokens.

use azvault_core::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use super::{check_algorithm, header::Written};
use crate::{CryptographyClient, SignatureAlgorithm, cryptography::Need};

/// Makes JSON web tokens that a key signs. A vault's key never leaves the vault: each token is one
/// signature by the service. A cheap clone.
///
/// # Examples
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = azvault_emulator::Emulator::start().await?;
/// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
/// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
/// use azvault_keys::{JwtEncoder, JwtVerifier, SignatureAlgorithm::ES256};
/// use serde_json::{Value, json};
///
/// client.create_ec_key("tokens").await?;
/// let crypto = client.cryptography_client("tokens")?;
///
/// let encoder = JwtEncoder::new(crypto.clone(), ES256)?;
/// let token = encoder.encode(&json!({ "sub": "me", "exp": 4_000_000_000_u64 })).await?;
///
/// let verifier = JwtVerifier::new([ES256])?.key(crypto);
/// let jwt = verifier.verify::<Value>(&token).await?;
/// assert_eq!(jwt.claims()["sub"], "me");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct JwtEncoder {
    key: CryptographyClient,
    algorithm: SignatureAlgorithm,
    key_id: Option<String>,
    token_type: Option<String>,
}

impl JwtEncoder {
    /// An encoder for tokens of the type `JWT`, whose `kid` is the key's identifier with its
    /// version.
    ///
    /// # Errors
    /// `InvalidInput` for an algorithm that is not one of `RS*`, `PS*` and `ES*`.
    pub fn new(key: CryptographyClient, algorithm: SignatureAlgorithm) -> Result<Self> {
        check_algorithm(&algorithm)?;
        Ok(Self { key, algorithm, key_id: None, token_type: Some("JWT".to_owned()) })
    }

    /// What the header's `kid` says instead, the key's thumbprint for instance.
    #[must_use]
    pub fn key_id(mut self, key_id: impl Into<String>) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    /// What the header's `typ` says, `at+jwt` for instance.
    #[must_use]
    pub fn token_type(mut self, token_type: impl Into<String>) -> Self {
        self.token_type = Some(token_type.into());
        self
    }

    /// Makes a token of `claims`, which must be an object in JSON. Nothing is added to them:
    /// `exp` and `iat` are the caller's.
    ///
    /// Needs the permission `keys/sign`, and `keys/get` unless the version or the `kid` was given.
    ///
    /// # Errors
    /// `InvalidInput` if the claims are no object, or the key is in no vault and has no `kid`;
    /// `Forbidden` if its version is not known and may not be read; those of [`CryptographyClient::sign`].
    ///
    /// Source: [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), section 7.1.
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let client = azvault_keys::KeyClient::builder(&emulator.vault_url("my-vault"))
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// use azvault_keys::{JwtEncoder, SignatureAlgorithm::ES256};
    /// use serde_json::json;
    ///
    /// client.create_ec_key("tokens").await?;
    /// let encoder = JwtEncoder::new(client.cryptography_client("tokens")?, ES256)?;
    /// let token = encoder.encode(&json!({ "sub": "me", "exp": 4_000_000_000_u64 })).await?;
    /// assert_eq!(token.split('.').count(), 3);
    /// assert!(encoder.encode(&"no object").await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn encode(&self, claims: &impl Serialize) -> Result<String> {
        let claims = serde_json::to_vec(claims)
            .map_err(|_| Error::invalid_input("the claims cannot be written as JSON"))?;
        if claims.first() != Some(&b'{') {
            return Err(Error::invalid_input("the claims are no JSON object: a token holds one"));
        }
        let kid = match &self.key_id {
            Some(key_id) => key_id.clone(),
            None => self.key.version_id(Need::Insisted).await?,
        };
        let header = Written { alg: &self.algorithm, typ: self.token_type.as_deref(), kid: &kid };
        let header = serde_json::to_vec(&header)
            .map_err(|_| Error::invalid_input("the header cannot be written as JSON"))?;
        let mut token = URL_SAFE_NO_PAD.encode(header);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut token);
        let signed = self.key.sign_data(self.algorithm.clone(), &token).await?;
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(signed.signature, &mut token);
        Ok(token)
    }
}
