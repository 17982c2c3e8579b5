//! What a secret's content type says of its value: text, or bytes in base64.

use azvault_core::{Result, SecretBytes, SecretValue};

/// How bytes are written in a value, as its content type says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    Text,
    Base64,
    Base64Url,
}

impl Encoding {
    /// By the media type and its parameters, in any case; no content type is text.
    pub(crate) fn of(content_type: Option<&str>) -> Self {
        let mut parts = content_type.unwrap_or_default().split(';').map(str::trim);
        let media_type = parts.next().unwrap_or_default();
        let says = |part: &str, word: &str| {
            let value = part.rsplit('=').next().unwrap_or_default();
            value.trim().trim_matches('"').eq_ignore_ascii_case(word)
        };
        for part in std::iter::once(media_type).chain(parts) {
            if says(part, "base64") {
                return Self::Base64;
            }
            if says(part, "base64url") {
                return Self::Base64Url;
            }
        }
        match BINARY.iter().any(|binary| binary.eq_ignore_ascii_case(media_type)) {
            true => Self::Base64,
            false => Self::Text,
        }
    }

    /// Reads the bytes of a value.
    pub(crate) fn decode(self, value: &SecretValue) -> Result<SecretBytes> {
        match self {
            Self::Text => Ok(SecretBytes::new(value.expose())),
            Self::Base64 => value.decode_base64(),
            Self::Base64Url => value.decode_base64url(),
        }
    }
}

/// Media types that are no text and need not say that they are in base64. A certificate's PFX is in it:
/// <https://learn.microsoft.com/azure/key-vault/certificates/how-to-export-certificate>.
const BINARY: [&str; 3] =
    ["application/x-pkcs12", "application/pkcs12", "application/octet-stream"];

azvault_core::service_enum! {
    /// A form that the service gives a certificate's secret in.
    pub enum SecretContentType {
        /// PFX (PKCS#12), in base64.
        Pkcs12 = "application/x-pkcs12",
        /// PEM: the private key in PKCS#8, then the certificates.
        Pem = "application/x-pem-file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_says_whether_the_value_is_base64() {
        for text in [
            "",
            "text/plain",
            "password",
            "application/x-pem-file",
            "application/json",
            "text/plain; charset=utf-8",
            "not-base64",
        ] {
            assert_eq!(Encoding::of(Some(text)), Encoding::Text, "{text}");
        }
        assert_eq!(Encoding::of(None), Encoding::Text);
        for base64 in [
            "application/x-pkcs12",
            "Application/Octet-Stream",
            "application/octet-stream; name=a",
            "image/png;base64",
            "text/plain; charset=utf-8; BASE64",
            "text/plain;encoding=\"base64\"",
            "base64",
        ] {
            assert_eq!(Encoding::of(Some(base64)), Encoding::Base64, "{base64}");
        }
        assert_eq!(Encoding::of(Some("application/x-pkcs12;base64url")), Encoding::Base64Url);
    }
}
