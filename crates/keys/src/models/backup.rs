//! A key as the service gives it to be kept elsewhere.

use std::{fmt, sync::Arc};

use azvault_core::{SecretBase64Url, SecretBytes};
use serde::{Deserialize, Serialize};

/// A backup of a key with all its versions, encrypted by the service: it can be restored in a vault
/// of the same subscription and geography, by nobody else and to nothing else. A cheap clone.
///
/// Keep it as bytes: [`as_bytes`](Self::as_bytes) and [`from_bytes`](Self::from_bytes).
///
/// # Examples
/// ```
/// use azvault_keys::KeyBackup;
///
/// let backup = KeyBackup::from_bytes(*b"what a file held");
/// assert_eq!(backup.as_bytes(), b"what a file held");
/// assert_eq!(format!("{backup:?}"), "KeyBackup([REDACTED])");
/// ```
#[derive(Clone)]
pub struct KeyBackup {
    blob: Arc<SecretBase64Url>,
    name: Option<Arc<str>>,
}

impl KeyBackup {
    /// A backup that was kept.
    pub fn from_bytes(bytes: impl Into<SecretBytes>) -> Self {
        Self { blob: Arc::new(SecretBase64Url(bytes.into())), name: None }
    }

    /// The bytes to keep.
    pub fn as_bytes(&self) -> &[u8] {
        self.blob.0.expose()
    }

    /// The name of the key, if this process made the backup: bytes that were kept do not tell.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What a restore sends.
    pub(crate) fn parameters(&self) -> impl Serialize + '_ {
        Parameters { value: &self.blob }
    }
}

#[derive(Serialize)]
struct Parameters<'a> {
    value: &'a SecretBase64Url,
}

impl fmt::Debug for KeyBackup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyBackup([REDACTED])")
    }
}

/// The answer of a backup, on the wire.
#[derive(Deserialize)]
pub(crate) struct WireBackup {
    value: SecretBase64Url,
}

impl WireBackup {
    pub(crate) fn of(self, name: &str) -> KeyBackup {
        KeyBackup { blob: Arc::new(self.value), name: Some(name.into()) }
    }
}
