//! Backup blobs: opaque, encrypted and authenticated with a key of the emulator that made them.
//!
//! Outside they look as the service's do: a length, a name of that length, then a compact JWE (RFC 7516). Inside is
//! JSON. The JWE's key is wrapped by nobody: its algorithms are `dir` and `A256GCM`.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    locks::lock,
    state::{Kind, Record, Records, Unreadable},
};

/// Bytes of the authentication tag, at the end of the sealed text.
const TAG: usize = 16;

/// The key of an emulator's backups, made when it is first needed.
#[derive(Default)]
pub(crate) struct BackupKey {
    made: Mutex<Option<Arc<Made>>>,
}

struct Made {
    id: Uuid,
    bytes: Zeroizing<Vec<u8>>,
    key: LessSafeKey,
}

/// The key in a record.
#[derive(Serialize, Deserialize)]
struct Kept {
    id: Uuid,
    /// In base64url.
    key: String,
}

impl std::fmt::Debug for BackupKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BackupKey").finish_non_exhaustive()
    }
}

impl Made {
    fn of(id: Uuid, bytes: Zeroizing<Vec<u8>>) -> Option<Arc<Self>> {
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).ok()?);
        Some(Arc::new(Self { id, bytes, key }))
    }
}

impl BackupKey {
    fn key(&self) -> Option<Arc<Made>> {
        let mut made = lock(&self.made);
        if made.is_none() {
            let mut bytes = Zeroizing::new(vec![0; 32]);
            rand::fill(&mut bytes).ok()?;
            *made = Made::of(Uuid::new_v4(), bytes);
        }
        made.clone()
    }

    /// Its record, for which it is made; none when there are no random numbers.
    pub(crate) fn record(&self) -> Option<Result<Record, Unreadable>> {
        let made = self.key()?;
        let kept = Kept { id: made.id, key: URL_SAFE_NO_PAD.encode(&made.bytes) };
        Some(Record::of(Kind::BackupKey, "", "", &kept))
    }

    /// The key that is in those records, if one is.
    pub(crate) fn load(records: &mut Records) -> Result<Self, Unreadable> {
        let loaded = Self::default();
        for record in records.take(Kind::BackupKey, "") {
            let kept: Kept = record.read()?;
            let bytes = URL_SAFE_NO_PAD.decode(kept.key).ok();
            let made = bytes.and_then(|bytes| Made::of(kept.id, bytes.into()));
            *lock(&loaded.made) = Some(made.ok_or_else(|| record.unreadable())?);
        }
        Ok(loaded)
    }

    /// Puts another key in the place of this one; blobs of this one are foreign from then on.
    pub(crate) fn replace(&self, other: Self) {
        let other = other.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        *lock(&self.made) = other;
    }

    /// A blob, in base64url; `label` says what is in it. `None` when there are no random numbers.
    pub(crate) fn seal(&self, label: &str, plain: &[u8]) -> Option<String> {
        let made = self.key()?;
        let header =
            json!({"kid": made.id.to_string(), "alg": "dir", "enc": "A256GCM"}).to_string();
        let header = URL_SAFE_NO_PAD.encode(header);
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let mut sealed = plain.to_vec();
        // The label is authenticated too: a secret's blob cannot be passed off as a key's.
        let aad = Aad::from(format!("{label}{header}"));
        made.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed)
            .ok()?;
        let (text, tag) = sealed.split_at_checked(plain.len())?;
        let parts = [nonce.as_slice(), text, tag].map(|part| URL_SAFE_NO_PAD.encode(part));
        let jwe = format!("{header}..{}", parts.join("."));
        let len = u8::try_from(label.len()).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&[len], label.as_bytes(), jwe.as_bytes()].concat()))
    }

    /// What was sealed under `label`.
    pub(crate) fn open(&self, label: &str, blob: &str) -> Result<Vec<u8>, BlobError> {
        let blob = URL_SAFE_NO_PAD.decode(blob).map_err(|_| BlobError::Corrupt)?;
        let parts = parts(label, &blob).ok_or(BlobError::Corrupt)?;
        let made = self.key().ok_or(BlobError::Foreign)?;
        if parts.kid != made.id.to_string() {
            return Err(BlobError::Foreign);
        }
        let mut sealed = parts.sealed;
        let aad = Aad::from(format!("{label}{}", parts.header));
        made.key
            .open_in_place(Nonce::assume_unique_for_key(parts.nonce), aad, &mut sealed)
            .map(|plain| plain.to_vec())
            .map_err(|_| BlobError::Corrupt)
    }
}

/// Why a blob does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlobError {
    /// It is no backup of this kind, or was changed.
    Corrupt,
    /// Another emulator made it.
    Foreign,
}

struct Parts<'a> {
    header: &'a str,
    kid: String,
    nonce: [u8; NONCE_LEN],
    /// The text and its tag.
    sealed: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    kid: String,
}

/// Takes a blob apart; `None` when it is not one of `label`.
fn parts<'a>(label: &str, blob: &'a [u8]) -> Option<Parts<'a>> {
    let (len, rest) = blob.split_first()?;
    let (found, jwe) = rest.split_at_checked(usize::from(*len))?;
    if found != label.as_bytes() {
        return None;
    }
    let mut segments = std::str::from_utf8(jwe).ok()?.split('.');
    let mut segment = || segments.next();
    let (header, "", nonce, text, tag) =
        (segment()?, segment()?, segment()?, segment()?, segment()?)
    else {
        return None;
    };
    if segment().is_some() {
        return None;
    }
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let Header { kid } = serde_json::from_slice(&decode(header)?).ok()?;
    let tag = decode(tag).filter(|tag| tag.len() == TAG)?;
    let sealed = [decode(text)?, tag].concat();
    Some(Parts { header, kid, nonce: decode(nonce)?.try_into().ok()?, sealed })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABEL: &str = "AzureKeyVaultKeyBackupV1.microsoft.com";

    #[test]
    fn a_blob_looks_like_the_services_and_hides_its_content() {
        let blob = BackupKey::default().seal(LABEL, b"canary").unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(blob).unwrap();
        assert_eq!(bytes[0], 38, "as recorded");
        let text = String::from_utf8(bytes[1..].to_vec()).unwrap();
        let jwe = text.strip_prefix(LABEL).unwrap();
        assert_eq!(jwe.split('.').count(), 5);
        assert!(!text.contains("canary") && !text.contains(&URL_SAFE_NO_PAD.encode("canary")));
    }

    #[test]
    fn a_changed_foreign_or_mislabelled_blob_does_not_open() {
        let (key, other) = (BackupKey::default(), BackupKey::default());
        let blob = key.seal(LABEL, b"content").unwrap();
        assert_eq!(key.open(LABEL, &blob).unwrap(), b"content");
        assert_eq!(other.open(LABEL, &blob), Err(BlobError::Foreign));
        let secret = "AzureKeyVaultSecretBackupV1.microsoft.com";
        assert_eq!(key.open(secret, &blob), Err(BlobError::Corrupt));
        let bytes = URL_SAFE_NO_PAD.decode(&blob).unwrap();
        for index in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[index] ^= 1;
            let changed = URL_SAFE_NO_PAD.encode(changed);
            assert!(key.open(LABEL, &changed).is_err(), "byte {index}");
        }
        for short in ["", "AA", "bm9uLWV4aXN0aW5n"] {
            assert_eq!(key.open(LABEL, short), Err(BlobError::Corrupt));
        }
    }

    #[test]
    fn a_key_comes_back_from_its_record_and_opens_what_it_sealed() {
        let key = BackupKey::default();
        let blob = key.seal(LABEL, b"content").unwrap();
        let record = key.record().unwrap().unwrap();
        let loaded = BackupKey::load(&mut Records::from_iter([record.clone()])).unwrap();
        assert_eq!(loaded.open(LABEL, &blob).unwrap(), b"content");
        let other = BackupKey::default();
        assert_eq!(other.open(LABEL, &blob), Err(BlobError::Foreign));
        other.replace(loaded);
        assert_eq!(other.open(LABEL, &blob).unwrap(), b"content");
        let short = Record {
            body: br#"{"id":"00000000-0000-0000-0000-000000000000","key":"AA"}"#.to_vec(),
            ..record
        };
        assert!(BackupKey::load(&mut Records::from_iter([short])).is_err());
    }
}
