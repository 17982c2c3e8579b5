//! A secret as the service gives it to be kept elsewhere.

use std::{fmt, sync::Arc};

use azvault_core::{SecretBase64Url, SecretBytes};
use serde::{Deserialize, Serialize};

/// A backup of a secret with all its versions, encrypted by the service: it can be restored in a
/// vault of the same subscription and geography, by nobody else and to nothing else. A cheap clone.
///
/// Keep it as bytes: [`as_bytes`](Self::as_bytes) and [`from_bytes`](Self::from_bytes).
///
/// Source: [Azure Key Vault backup](https://learn.microsoft.com/azure/key-vault/general/backup).
///
/// # Examples
/// ```
/// use azvault_secrets::SecretBackup;
///
/// let backup = SecretBackup::from_bytes(*b"what a file held");
/// assert_eq!(backup.as_bytes(), b"what a file held");
/// assert_eq!(format!("{backup:?}"), "SecretBackup([REDACTED])");
/// ```
#[derive(Clone)]
pub struct SecretBackup {
    blob: Arc<SecretBase64Url>,
    name: Option<Arc<str>>,
}

impl SecretBackup {
    /// A backup that was kept.
    pub fn from_bytes(bytes: impl Into<SecretBytes>) -> Self {
        Self { blob: Arc::new(SecretBase64Url(bytes.into())), name: None }
    }

    /// The bytes to keep.
    pub fn as_bytes(&self) -> &[u8] {
        self.blob.0.expose()
    }

    /// The name of the secret, if this process made the backup: bytes that were kept do not tell.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What a restore sends.
    pub(crate) fn parameters(&self) -> impl Serialize + '_ {
        Parameters { value: &self.blob }
    }
}

impl fmt::Debug for SecretBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretBackup([REDACTED])")
    }
}

#[derive(Serialize)]
struct Parameters<'a> {
    value: &'a SecretBase64Url,
}

/// The answer of a backup, on the wire.
#[derive(Deserialize)]
pub(crate) struct WireBackup {
    value: SecretBase64Url,
}

impl WireBackup {
    pub(crate) fn of(self, name: &str) -> SecretBackup {
        SecretBackup { blob: Arc::new(self.value), name: Some(name.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_base64url_on_the_wire_and_comes_back_the_same() {
        let backup = SecretBackup::from_bytes(*b"\x26\xfb\xff");
        let wire = serde_json::to_string(&backup.parameters()).unwrap();
        assert_eq!(wire, r#"{"value":"Jvv_"}"#);
        let read = serde_json::from_str::<WireBackup>(&wire).unwrap().of("s");
        assert_eq!((read.as_bytes(), read.name()), (backup.as_bytes(), Some("s")));
    }

    #[test]
    fn a_backup_that_is_not_base64url_is_an_error_without_its_text() {
        let read = serde_json::from_str::<WireBackup>(r#"{"value":"canary*"}"#);
        let error = read.err().unwrap().to_string();
        assert!(!error.contains("canary"), "{error}");
    }
}
