//! Keys made from their parts.

use azvault_core::{Base64Url, Error, Result, SecretBase64Url, SecretBytes};

use super::{JsonWebKey, by_the_services_word};
use crate::{KeyCurve, KeyOperation, KeyType, curve::Curve};

impl JsonWebKey {
    /// An RSA public key of its modulus and exponent, big-endian.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// let key = JsonWebKey::rsa([0xc0, 3], [1, 0, 1]);
    /// assert_eq!(serde_json::to_string(&key)?, r#"{"kty":"RSA","n":"wAM","e":"AQAB"}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn rsa(n: impl Into<Vec<u8>>, e: impl Into<Vec<u8>>) -> Self {
        Self {
            n: Some(Base64Url(n.into())),
            e: Some(Base64Url(e.into())),
            ..Self::empty(KeyType::Rsa)
        }
    }

    /// An EC public key of its point, big-endian; coordinates are brought to the curve's length.
    ///
    /// Whether the point is on the curve is seen when the key is used, by
    /// [`LocalKey::new`](crate::LocalKey::new).
    ///
    /// # Errors
    /// The curve is not known here, or a coordinate is too long for it.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyCurve};
    ///
    /// let key = JsonWebKey::ec(KeyCurve::P384, [5], [7])?;
    /// assert_eq!(key.x().map(<[u8]>::len), Some(48));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn ec(curve: KeyCurve, x: impl Into<Vec<u8>>, y: impl Into<Vec<u8>>) -> Result<Self> {
        let curve = by_the_services_word(curve);
        let mut key = Self {
            crv: Some(curve),
            x: Some(Base64Url(x.into())),
            y: Some(Base64Url(y.into())),
            ..Self::empty(KeyType::Ec)
        };
        let (_, x, y) = key.ec_point()?;
        (key.x, key.y) = (Some(Base64Url(x)), Some(Base64Url(y)));
        Ok(key)
    }

    /// A symmetric key.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// let key = JsonWebKey::oct([7; 32]);
    /// assert!(key.key_type().is_oct());
    /// ```
    pub fn oct(k: impl Into<SecretBytes>) -> Self {
        Self { k: Some(SecretBase64Url(k.into())), ..Self::empty(KeyType::Oct) }
    }

    /// Sets the identifier.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// assert_eq!(JsonWebKey::oct([7; 32]).with_kid("k").kid(), Some("k"));
    /// ```
    #[must_use]
    pub fn with_kid(mut self, kid: impl Into<String>) -> Self {
        self.kid = Some(kid.into());
        self
    }

    /// Sets what the key may be used for; without any operation it may be used for nothing.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyOperation};
    ///
    /// let key = JsonWebKey::oct([7; 32]).with_key_ops([KeyOperation::WrapKey]);
    /// assert_eq!(key.key_ops(), [KeyOperation::WrapKey]);
    /// ```
    #[must_use]
    pub fn with_key_ops(mut self, operations: impl IntoIterator<Item = KeyOperation>) -> Self {
        self.key_ops = Some(operations.into_iter().collect());
        self
    }

    /// Sets the kind: to `RSA-HSM` for instance, for a key that is to be imported into hardware.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyType};
    ///
    /// let key = JsonWebKey::oct([7; 32]).with_key_type(KeyType::OctHsm);
    /// assert_eq!(key.key_type().as_str(), "oct-HSM");
    /// ```
    #[must_use]
    pub fn with_key_type(mut self, kind: KeyType) -> Self {
        self.kty = kind;
        self
    }

    /// Sets the private exponent of an RSA key, or the private scalar of an EC key, big-endian.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyCurve, LocalKey};
    ///
    /// // The point that belongs to the scalar 1 is the curve's generator (SEC 2, 2.4.2).
    /// let generator = JsonWebKey::from_pem(
    ///     "-----BEGIN PUBLIC KEY-----\n\
    ///      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt\n\
    ///      6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==\n\
    ///      -----END PUBLIC KEY-----\n",
    /// )?;
    /// assert!(LocalKey::new(&generator.clone().with_d([1])).is_ok());
    /// assert!(LocalKey::new(&generator.with_d([2])).is_err());
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_d(mut self, d: impl Into<SecretBytes>) -> Self {
        self.d = Some(SecretBase64Url(d.into()));
        self
    }

    /// Sets the two primes of an RSA key, big-endian; `d` and [`with_crt`](Self::with_crt) are needed
    /// too.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, LocalKey};
    ///
    /// # let n = [vec![0xc0], vec![0; 254], vec![1]].concat();
    /// let key = JsonWebKey::rsa(n, [1, 0, 1]).with_primes([5], [7]);
    /// let error = LocalKey::new(&key).unwrap_err();
    /// assert!(error.message().contains("needs all of the members d, p, q, dp, dq and qi"));
    /// ```
    #[must_use]
    pub fn with_primes(mut self, p: impl Into<SecretBytes>, q: impl Into<SecretBytes>) -> Self {
        self.p = Some(SecretBase64Url(p.into()));
        self.q = Some(SecretBase64Url(q.into()));
        self
    }

    /// Sets what a private RSA key is computed with by the Chinese remainder theorem, big-endian:
    /// `d mod (p - 1)`, `d mod (q - 1)`, and the inverse of `q` modulo `p`.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// // The numbers of a textbook: n = 61 · 53, e = 17.
    /// let key = JsonWebKey::rsa([0x0c, 0xa1], [17])
    ///     .with_d([0x0a, 0xc1])
    ///     .with_primes([61], [53])
    ///     .with_crt([53], [49], [38]);
    /// assert!(key.has_private_part());
    /// ```
    #[must_use]
    pub fn with_crt(
        mut self,
        dp: impl Into<SecretBytes>,
        dq: impl Into<SecretBytes>,
        qi: impl Into<SecretBytes>,
    ) -> Self {
        self.dp = Some(SecretBase64Url(dp.into()));
        self.dq = Some(SecretBase64Url(dq.into()));
        self.qi = Some(SecretBase64Url(qi.into()));
        self
    }

    /// Sets the transfer blob of a key that is brought along from another HSM ("bring your own
    /// key"), which the vendor's tool has made for this vault.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::{JsonWebKey, KeyType};
    ///
    /// let key = JsonWebKey::rsa([0xc0, 3], [1, 0, 1])
    ///     .with_key_type(KeyType::RsaHsm)
    ///     .with_key_hsm(*b"what the tool wrote");
    /// assert!(key.to_private_json()?.expose().contains("key_hsm"));
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    ///
    /// Source: [BYOK](https://learn.microsoft.com/azure/key-vault/keys/hsm-protected-keys-byok).
    #[must_use]
    pub fn with_key_hsm(mut self, blob: impl Into<SecretBytes>) -> Self {
        self.key_hsm = Some(SecretBase64Url(blob.into()));
        self
    }

    /// An EC key of the uncompressed point `04 || x || y`.
    pub(super) fn ec_of_point(curve: &Curve, point: &[u8]) -> Result<Self> {
        let coordinates = point
            .strip_prefix(&[4])
            .filter(|rest| rest.len() == 2 * curve.len)
            .map(|rest| rest.split_at(curve.len));
        let Some((x, y)) = coordinates else {
            return Err(Error::invalid_input(format!(
                "the point is not an uncompressed one on {}",
                curve.name
            )));
        };
        Self::ec(curve.name.clone(), x, y)
    }
}
