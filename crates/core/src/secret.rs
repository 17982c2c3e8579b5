//! Secret material that is redacted in `Debug` and wiped on drop.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::{Zeroize, Zeroizing};

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
    /// Takes ownership of `value`; nothing else keeps a copy of it.
    pub fn new(value: impl Into<String>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// Gives the text. Every use of a secret in a program can be found by this name.
    pub fn expose(&self) -> &str {
        &self.0
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
        String::deserialize(deserializer).map(Self::new)
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
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Takes ownership of `value`; nothing else keeps a copy of it.
    pub fn new(value: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(value.into()))
    }

    /// Gives the bytes. Every use of a secret in a program can be found by this name.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Wipes the bytes now instead of on drop.
    pub fn wipe(&mut self) {
        self.0.zeroize();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_the_secret_even_inside_other_types() {
        let nested = Some((SecretValue::new("canary"), SecretBytes::new(*b"canary")));
        assert_eq!(format!("{nested:?}"), "Some(([REDACTED], [REDACTED]))");
        assert!(!format!("{nested:#?}").contains("canary"));
    }
}
