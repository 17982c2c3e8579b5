//! The certificate of an application: its key, and the names that an assertion calls it by.

use std::fmt;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use time::OffsetDateTime;
use x509_parser::{parse_x509_certificate, x509::SubjectPublicKeyInfo};

use crate::error::Error;

const RSA: &str = "1.2.840.113549.1.1.1";
const EC: &str = "1.2.840.10045.2.1";

#[derive(Clone)]
pub(crate) struct Certificate {
    /// SHA-1 of the certificate, upper-case hexadecimal, as portals show it.
    pub(crate) thumbprint: String,
    x5t: String,
    x5t_s256: String,
    not_after: OffsetDateTime,
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

impl Certificate {
    pub(crate) fn from_pem(text: &str) -> Result<Self, Error> {
        let blocks = pem::parse_many(text).unwrap_or_default();
        let block = blocks.iter().find(|block| block.tag() == "CERTIFICATE");
        let der =
            block.ok_or_else(|| Error::new(READ, "there is no certificate in the PEM text"))?;
        Self::from_der(der.contents())
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, Error> {
        let (_, parsed) = parse_x509_certificate(der)
            .map_err(|_| Error::new(READ, "the certificate is not well-formed"))?;
        let (algorithms, key) = key(parsed.public_key())
            .ok_or_else(|| Error::new(READ, "its key is neither RSA nor on P-256 or P-384"))?;
        let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
        let sha256 = digest::digest(&digest::SHA256, der);
        Ok(Self {
            thumbprint: hexadecimal(sha1.as_ref()),
            x5t: URL_SAFE_NO_PAD.encode(sha1),
            x5t_s256: URL_SAFE_NO_PAD.encode(sha256),
            not_after: parsed.validity().not_after.to_datetime(),
            algorithms,
            key,
        })
    }

    /// Whether an assertion with these headers means this certificate.
    pub(crate) fn is(&self, x5t: Option<&str>, x5t_s256: Option<&str>, kid: Option<&str>) -> bool {
        let same = |value: Option<&str>, own: &str| {
            value.is_some_and(|value| value.trim_end_matches('=') == own)
        };
        same(x5t, &self.x5t)
            || same(x5t_s256, &self.x5t_s256)
            || kid.is_some_and(|kid| kid.eq_ignore_ascii_case(&self.thumbprint) || kid == self.x5t)
    }

    pub(crate) fn has_expired(&self, now: OffsetDateTime) -> bool {
        now > self.not_after
    }

    /// Whether its key signed `token`; nothing else of the token is looked at.
    pub(crate) fn signed(&self, token: &str) -> bool {
        let mut validation = Validation::default();
        validation.algorithms.clone_from(&self.algorithms);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode::<serde_json::Value>(token, &self.key, &validation).is_ok()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}

const READ: &str = "read a certificate";

fn key(info: &SubjectPublicKeyInfo<'_>) -> Option<(Vec<Algorithm>, DecodingKey)> {
    let bytes = info.subject_public_key.data.as_ref();
    match info.algorithm.algorithm.to_id_string().as_str() {
        RSA => {
            use Algorithm::{PS256, PS384, PS512, RS256, RS384, RS512};
            let algorithms = vec![RS256, PS256, RS384, PS384, RS512, PS512];
            Some((algorithms, DecodingKey::from_rsa_der(bytes)))
        }
        // An uncompressed point: its length tells the curve.
        EC => match bytes.len() {
            65 => Some((vec![Algorithm::ES256], DecodingKey::from_ec_der(bytes))),
            97 => Some((vec![Algorithm::ES384], DecodingKey::from_ec_der(bytes))),
            _ => None,
        },
        _ => None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}
