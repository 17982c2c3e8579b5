//! Secret material that is redacted in `Debug` and wiped on drop.

use std::{fmt, io};

use base64::{
    Engine,
    alphabet::{self, Alphabet},
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use serde::{Deserialize, Deserializer};
use zeroize::{Zeroizing, optimization_barrier};

use crate::{Error, Result};

/// Text that must not be printed: its `Debug` is `[REDACTED]`, it has no `Display` and no
/// `Serialize`, and its memory is wiped on drop.
///
/// # Examples
/// ```
/// use azvault_core::SecretValue;
///
/// let password = SecretValue::new("hunter2");
/// assert_eq!(format!("{password:?}"), "[REDACTED]");
/// assert_eq!(password.expose(), "hunter2");
/// ```
#[derive(Clone)]
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes ownership of `value`. Of a borrowed one this is a copy, and the original is not wiped.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// Gives the text. Every use of a secret in a program can be found by this name.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Writes `bytes` as base64 with padding, the form of a PFX in a secret
    /// ([RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648#section-4)).
    ///
    /// # Examples
    /// ```
    /// use azvault_core::SecretValue;
    ///
    /// let value = SecretValue::from_base64_of(b"\xfb\xff");
    /// assert_eq!(value.expose(), "+/8=");
    /// assert_eq!(value.decode_base64()?.expose(), b"\xfb\xff");
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn from_base64_of(bytes: &[u8]) -> Self {
        encoded(bytes, &STANDARD)
    }

    /// Writes `bytes` as base64url without padding
    /// ([RFC 4648, section 5](https://www.rfc-editor.org/rfc/rfc4648#section-5)).
    ///
    /// # Examples
    /// ```
    /// use azvault_core::SecretValue;
    ///
    /// let value = SecretValue::from_base64url_of(b"\xfb\xff");
    /// assert_eq!(value.expose(), "-_8");
    /// assert_eq!(value.decode_base64url()?.expose(), b"\xfb\xff");
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn from_base64url_of(bytes: &[u8]) -> Self {
        encoded(bytes, &URL_SAFE)
    }

    /// Reads the text as base64. Line ends and spaces between the characters, and missing padding,
    /// are no matter: tools write both.
    ///
    /// # Errors
    /// `InvalidInput` with what is wrong and where, and nothing of the text.
    pub fn decode_base64(&self) -> Result<SecretBytes> {
        decoded(self.expose(), &STANDARD, "base64")
    }

    /// Reads the text as base64url, as leniently as [`decode_base64`](Self::decode_base64).
    ///
    /// # Errors
    /// `InvalidInput` with what is wrong and where, and nothing of the text.
    pub fn decode_base64url(&self) -> Result<SecretBytes> {
        decoded(self.expose(), &URL_SAFE, "base64url")
    }

    /// The text as UTF-8 bytes, without a copy.
    pub fn into_bytes(mut self) -> SecretBytes {
        SecretBytes::new(std::mem::take(&mut *self.0))
    }
}

fn engine(alphabet: &Alphabet, padding: bool) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(padding)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

/// An alphabet, and whether what is written in it is padded.
type Form = (&'static Alphabet, bool);

const STANDARD: Form = (&alphabet::STANDARD, true);
const URL_SAFE: Form = (&alphabet::URL_SAFE, false);

fn encoded(bytes: &[u8], (alphabet, padding): &Form) -> SecretValue {
    // Asked for at once, so that it never grows and leaves a copy behind.
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    engine(alphabet, *padding).encode_string(bytes, &mut text);
    SecretValue::new(text)
}

fn decoded(text: &str, (alphabet, padding): &Form, what: &str) -> Result<SecretBytes> {
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut bytes = Zeroizing::new(vec![0; packed.len().div_ceil(4) * 3]);
    match engine(alphabet, *padding).decode_slice(&packed, &mut bytes) {
        Ok(length) => {
            bytes.truncate(length);
            Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
        }
        // base64's own message repeats the byte at fault, which is a byte of the secret.
        Err(_) => {
            let known = |byte: &u8| *byte == b'=' || alphabet.as_str().as_bytes().contains(byte);
            let of = packed.len();
            Err(Error::invalid_input(match packed.iter().position(|byte| !known(byte)) {
                Some(at) => format!(
                    "the value is not {what}: character {} of {of} is none of its alphabet",
                    at + 1
                ),
                None => format!("the value is not {what}: its {of} characters are no whole bytes"),
            }))
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl From<String> for SecretValue {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

impl From<&str> for SecretValue {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl<'de> Deserialize<'de> for SecretValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // serde's own message repeats a value that is a number.
        String::deserialize(deserializer)
            .map(Self::new)
            .map_err(|_| serde::de::Error::custom("a value that is secret is not text"))
    }
}

/// Bytes that must not be printed: plaintext, unwrapped keys. Like [`SecretValue`], for bytes.
///
/// # Examples
/// ```
/// use azvault_core::SecretBytes;
///
/// let key = SecretBytes::new(vec![1, 2, 3]);
/// assert_eq!(format!("{key:?}"), "[REDACTED]");
/// assert_eq!(key.expose(), [1, 2, 3]);
/// ```
#[derive(Clone)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes ownership of `value`. Of a borrowed one this is a copy, and the original is not wiped.
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(value.into())
    }

    /// Gives the bytes. Every use of a secret in a program can be found by this name.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, without a copy.
    ///
    /// # Errors
    /// `InvalidInput` if they are not UTF-8: with where, and nothing of the bytes.
    ///
    /// # Examples
    /// ```
    /// use azvault_core::SecretBytes;
    ///
    /// assert_eq!(SecretBytes::new(*b"hunter2").into_text()?.expose(), "hunter2");
    /// assert!(SecretBytes::new(*b"\xff").into_text().is_err());
    /// # Ok::<(), azvault_core::Error>(())
    /// ```
    pub fn into_text(mut self) -> Result<SecretValue> {
        String::from_utf8(std::mem::take(&mut self.0)).map(SecretValue::new).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            // The error owns the bytes.
            let _wiped = Zeroizing::new(error.into_bytes());
            Error::invalid_input(format!("the bytes are not text: byte {} is not UTF-8", at + 1))
        })
    }

    /// Wipes the bytes now instead of on drop.
    pub fn wipe(&mut self) {
        // At once, up to the capacity: `zeroize` alone writes byte by byte, which takes longer than
        // decrypting. The barrier keeps the compiler from leaving it out.
        self.0.clear();
        self.0.resize(self.0.capacity(), 0);
        optimization_barrier(self.0.as_slice());
        self.0.clear();
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[REDACTED]")
    }
}

impl From<Vec<u8>> for SecretBytes {
    fn from(value: Vec<u8>) -> Self {
        Self::new(value)
    }
}

impl From<&[u8]> for SecretBytes {
    fn from(value: &[u8]) -> Self {
        Self::new(value)
    }
}

impl<const N: usize> From<[u8; N]> for SecretBytes {
    fn from(value: [u8; N]) -> Self {
        Self::new(value)
    }
}

impl<const N: usize> From<&[u8; N]> for SecretBytes {
    fn from(value: &[u8; N]) -> Self {
        Self::new(value.as_slice())
    }
}

impl From<&str> for SecretBytes {
    fn from(value: &str) -> Self {
        Self::new(value)
    }
}

impl From<String> for SecretBytes {
    fn from(value: String) -> Self {
        Self::new(value)
    }
}

/// A buffer that leaves no copy of its bytes behind when it grows or is dropped.
pub(crate) struct WipedBuffer(Zeroizing<Vec<u8>>);

impl WipedBuffer {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Zeroizing::new(Vec::with_capacity(capacity)))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed * 2));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    /// The bytes, shared; they are wiped when the last share is dropped.
    pub(crate) fn into_bytes(self) -> Bytes {
        Bytes::from_owner(self.0)
    }
}

impl io::Write for WipedBuffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_grows_keeps_its_bytes() {
        let mut buffer = WipedBuffer::with_capacity(1);
        for byte in 0..100 {
            buffer.extend(&[byte]);
        }
        assert_eq!(buffer.into_bytes(), (0..100).collect::<Vec<u8>>());
    }

    #[test]
    fn bytes_and_text_survive_base64_of_both_alphabets() {
        for length in 0..70 {
            let bytes: Vec<u8> = (0..length).map(|n| (n as u8).wrapping_mul(37) ^ 0xfb).collect();
            let standard = SecretValue::from_base64_of(&bytes);
            assert_eq!(standard.expose().len() % 4, 0);
            assert_eq!(standard.decode_base64().unwrap().expose(), bytes);
            let url = SecretValue::from_base64url_of(&bytes);
            assert!(url.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
            assert_eq!(url.decode_base64url().unwrap().expose(), bytes);
        }
    }

    #[test]
    fn base64_is_read_with_line_ends_and_without_padding() {
        for text in ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n", " aGVs bG8\t"] {
            assert_eq!(SecretValue::new(text).decode_base64().unwrap().expose(), b"hello");
        }
        assert_eq!(SecretValue::new("").decode_base64().unwrap().expose(), b"");
    }

    #[test]
    fn what_is_not_base64_is_named_by_its_place_alone() {
        for (text, reason) in [
            ("can*ary", "character 4 of 7"),
            ("-_8", "character 1 of 3"),
            ("canary€", "character 7 of 9"),
            ("canar", "its 5 characters are no whole bytes"),
            ("ca=ar", "its 5 characters are no whole bytes"),
        ] {
            let error = SecretValue::new(text).decode_base64().unwrap_err();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(reason), "{shown}");
            assert!(!shown.contains("can") && !shown.contains('*') && !shown.contains("42"));
        }
        assert!(SecretValue::new("+/8").decode_base64url().is_err());
    }

    #[test]
    fn bytes_that_are_no_text_are_named_by_their_place_alone() {
        let error = SecretBytes::new(b"canary\xff".as_slice()).into_text().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("byte 7") && !shown.contains("canary"), "{shown}");
        assert!(!shown.contains("99, 97"), "{shown}");
    }

    #[test]
    fn debug_never_shows_the_secret_even_inside_other_types() {
        let nested = Some((SecretValue::new("canary"), SecretBytes::new(*b"canary")));
        assert_eq!(format!("{nested:?}"), "Some(([REDACTED], [REDACTED]))");
        assert!(!format!("{nested:#?}").contains("canary"));
    }
}
