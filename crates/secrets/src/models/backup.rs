//! The backup of a secret: a blob that only the service can read.

use std::fmt;

use azvault_core::{SecretBase64Url, SecretBytes};
use serde::{Deserialize, Serialize};

/// A backup of a secret with all its versions, encrypted by the service: it can be restored in a
/// vault of the same subscription and geography. Its `Debug` shows its size alone, and its memory
/// is wiped on drop.
///
/// Source: [Azure Key Vault backup](https://learn.microsoft.com/azure/key-vault/general/backup).
///
/// # Examples
/// ```
/// use azvault_secrets::SecretBackup;
///
/// let backup = SecretBackup::new(*b"from a file");
/// assert_eq!(backup.expose(), b"from a file");
/// assert_eq!(format!("{backup:?}"), "SecretBackup([REDACTED], 11 bytes)");
/// ```
#[derive(Clone, Deserialize, Serialize)]
#[serde(from = "WireBackup", into = "WireBackup")]
pub struct SecretBackup(SecretBytes);

impl SecretBackup {
    /// A backup that was kept as bytes.
    pub fn new(bytes: impl Into<SecretBytes>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, to keep: in a file, for instance.
    pub fn expose(&self) -> &[u8] {
        self.0.expose()
    }
}

impl fmt::Debug for SecretBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBackup([REDACTED], {} bytes)", self.expose().len())
    }
}

/// What the service says and is told of a backup.
#[derive(Deserialize, Serialize)]
struct WireBackup {
    value: SecretBase64Url,
}

impl From<WireBackup> for SecretBackup {
    fn from(wire: WireBackup) -> Self {
        Self(wire.value.0)
    }
}

impl From<SecretBackup> for WireBackup {
    fn from(backup: SecretBackup) -> Self {
        Self { value: SecretBase64Url(backup.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_base64url_on_the_wire_and_comes_back_the_same() {
        let backup = SecretBackup::new(*b"\x26\xfb\xff");
        let wire = serde_json::to_string(&backup).unwrap();
        assert_eq!(wire, r#"{"value":"Jvv_"}"#);
        let read: SecretBackup = serde_json::from_str(&wire).unwrap();
        assert_eq!(read.expose(), backup.expose());
    }

    #[test]
    fn a_backup_that_is_not_base64url_is_an_error_without_its_text() {
        let error = serde_json::from_str::<SecretBackup>(r#"{"value":"canary*"}"#).unwrap_err();
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
