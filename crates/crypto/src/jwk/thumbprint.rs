//! A key's thumbprint (RFC 7638).

use aws_lc_rs::digest::{SHA256, digest};
use azvault_core::{Base64Url, Error, ErrorKind, Result, SecretBase64Url};
use serde::Serialize;
use zeroize::Zeroizing;

use super::JsonWebKey;

/// The members that RFC 7638, 3.2 requires, in the order of their names, which is what is hashed.
#[derive(Serialize)]
#[serde(untagged)]
enum Required<'a> {
    Rsa { e: Base64Url, kty: &'static str, n: Base64Url },
    Ec { crv: &'static str, kty: &'static str, x: Base64Url, y: Base64Url },
    Oct { k: &'a SecretBase64Url, kty: &'static str },
}

impl JsonWebKey {
    /// The key's thumbprint by SHA-256 (RFC 7638): 32 bytes that stand for the key.
    ///
    /// It is computed in the standards' words (`RSA` for an `RSA-HSM`, `secp256k1` for `P-256K`)
    /// and of numbers in their standard length, so that every implementation finds the same.
    /// The public part is enough. Keep that of a symmetric key to yourself: who has it can try
    /// guesses of the key on it.
    ///
    /// # Errors
    /// Members that the kind of key needs are missing, or the kind or the curve is not known here.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// let key = JsonWebKey::rsa([0xc0, 3], [1, 0, 1]);
    /// let with_zeros = JsonWebKey::rsa([0, 0xc0, 3], [0, 1, 0, 1]).with_kid("another name");
    /// assert_eq!(key.thumbprint()?, with_zeros.thumbprint()?);
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn thumbprint(&self) -> Result<[u8; 32]> {
        let required = if self.kty.is_rsa() {
            let (n, e) = self.rsa_numbers()?;
            Required::Rsa { e: Base64Url(e.to_vec()), kty: "RSA", n: Base64Url(n.to_vec()) }
        } else if self.kty.is_ec() {
            let (curve, x, y) = self.ec_point()?;
            let crv = curve.standard_name;
            Required::Ec { crv, kty: "EC", x: Base64Url(x), y: Base64Url(y) }
        } else if self.kty.is_oct() {
            let k = self.k.as_ref().ok_or_else(|| {
                Error::invalid_input("the thumbprint of a symmetric key needs the member k")
            })?;
            Required::Oct { k, kty: "oct" }
        } else {
            return Err(Error::invalid_input(format!(
                "a key of type {} has no thumbprint",
                self.kty.briefly()
            )));
        };
        let mut json = Zeroizing::new(Vec::with_capacity(self.json_len()));
        serde_json::to_writer(&mut *json, &required)
            .map_err(|_| Error::new(ErrorKind::Other, "the key cannot be written as JSON"))?;
        let mut thumbprint = [0; 32];
        thumbprint.copy_from_slice(digest(&SHA256, &json).as_ref());
        Ok(thumbprint)
    }
}
