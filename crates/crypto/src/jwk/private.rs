//! The one way to write a key's private members.

use azvault_core::{Base64Url, Error, ErrorKind, Result, SecretBase64Url, SecretValue};
use serde::Serialize;
use zeroize::Zeroizing;

use super::JsonWebKey;
use crate::{KeyCurve, KeyOperation, KeyType};

/// As [`JsonWebKey`], with what that does not write.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: &'a Option<String>,
    kty: &'a KeyType,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_ops: &'a Option<Vec<KeyOperation>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: &'a Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: &'a Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: &'a Option<KeyCurve>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: &'a Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: &'a Option<Base64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    d: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    q: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dp: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dq: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qi: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: &'a Option<SecretBase64Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_hsm: &'a Option<SecretBase64Url>,
}

impl JsonWebKey {
    /// The key's JSON with its private members: what an import sends, or a file that is kept safe.
    ///
    /// # Errors
    /// None in practice: the key is plain data.
    ///
    /// # Examples
    /// ```
    /// use azvault_crypto::JsonWebKey;
    ///
    /// let json = JsonWebKey::oct(*b"secret").to_private_json()?;
    /// assert_eq!(json.expose(), r#"{"kty":"oct","k":"c2VjcmV0"}"#);
    /// assert_eq!(format!("{json:?}"), "[REDACTED]");
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn to_private_json(&self) -> Result<SecretValue> {
        let whole = Whole {
            kid: &self.kid,
            kty: &self.kty,
            key_ops: &self.key_ops,
            n: &self.n,
            e: &self.e,
            crv: &self.crv,
            x: &self.x,
            y: &self.y,
            d: &self.d,
            p: &self.p,
            q: &self.q,
            dp: &self.dp,
            dq: &self.dq,
            qi: &self.qi,
            k: &self.k,
            key_hsm: &self.key_hsm,
        };
        let failed = |_| Error::new(ErrorKind::Other, "the key cannot be written as JSON");
        // Room for everything at once: a buffer that grows leaves copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(self.json_len()));
        serde_json::to_writer(&mut *json, &whole).map_err(failed)?;
        match String::from_utf8(std::mem::take(&mut *json)) {
            Ok(json) => Ok(SecretValue::new(json)),
            Err(_) => Err(Error::new(ErrorKind::Other, "the key cannot be written as JSON")),
        }
    }

    /// More than the JSON can need.
    pub(super) fn json_len(&self) -> usize {
        let public =
            [self.n(), self.e(), self.x(), self.y()].into_iter().flatten().map(<[u8]>::len);
        let private = self.secrets().into_iter().filter_map(|(_, value)| Some(value?.len()));
        let words = self.key_ops().iter().map(|word| word.as_str().len() * 6 + 3);
        let members: usize = public.chain(private).map(|len| len.div_ceil(3) * 4).sum();
        512 + members + words.sum::<usize>() + self.kid().map_or(0, |kid| kid.len() * 6)
    }
}
