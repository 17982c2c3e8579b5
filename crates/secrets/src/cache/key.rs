//! What an entry is kept by: a name, in any case, and a version or the latest.

use std::hash::{Hash, Hasher};

use quick_cache::Equivalent;

/// A key that owns its texts.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: Box<str>,
    version: Option<Box<str>>,
}

/// A key to look up by, without an allocation.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyRef<'a> {
    pub(super) name: &'a str,
    pub(super) version: Option<&'a str>,
}

impl Key {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    pub(super) fn is_of(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    fn borrowed(&self) -> KeyRef<'_> {
        KeyRef { name: &self.name, version: self.version() }
    }
}

impl KeyRef<'_> {
    pub(super) fn to_key(self) -> Key {
        Key { name: self.name.into(), version: self.version.map(Into::into) }
    }
}

// The service takes names in any case for the same.
impl PartialEq for KeyRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        let version = match (self.version, other.version) {
            (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
            (None, None) => true,
            _ => false,
        };
        version && self.name.eq_ignore_ascii_case(other.name)
    }
}

impl Eq for KeyRef<'_> {}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_folded(self.name, state);
        if let Some(version) = self.version {
            hash_folded(version, state);
        }
    }
}

/// Hashes a text without its case, some bytes at a time: hashers are slow by single bytes.
fn hash_folded<H: Hasher>(text: &str, state: &mut H) {
    let mut chunks = text.as_bytes().chunks_exact(CHUNK);
    for chunk in chunks.by_ref() {
        let mut folded = [0; CHUNK];
        folded.copy_from_slice(chunk);
        folded.make_ascii_lowercase();
        state.write(&folded);
    }
    let mut folded = [0xff; CHUNK];
    for (to, from) in folded.iter_mut().zip(chunks.remainder()) {
        *to = from.to_ascii_lowercase();
    }
    state.write(&folded);
}

const CHUNK: usize = 16;

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.borrowed() == other.borrowed()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.borrowed().hash(state);
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == key.borrowed()
    }
}

#[cfg(test)]
mod tests {
    use std::hash::{BuildHasher, RandomState};

    use super::*;

    #[test]
    fn a_key_is_found_by_its_texts_in_any_case() {
        let hasher = RandomState::new();
        for (name, version) in [
            ("db", None),
            ("DB-Password-Of-The-Orders-Database", None),
            ("sixteen-letters-", Some("0123456789ABCDEF0123456789abcdef")),
        ] {
            let key = KeyRef { name, version }.to_key();
            let lower = (name.to_lowercase(), version.map(str::to_lowercase));
            let same = KeyRef { name: &lower.0, version: lower.1.as_deref() };
            assert!(same.equivalent(&key));
            assert_eq!(hasher.hash_one(same), hasher.hash_one(&key));
        }
    }

    #[test]
    fn another_name_or_version_is_another_key() {
        let keys = [
            ("a", None),
            ("ab", None),
            ("a", Some("b")),
            ("a", Some("")),
            ("sixteen-letters-", None),
            ("sixteen-letters-x", None),
        ];
        let hasher = RandomState::new();
        for (n, (name, version)) in keys.into_iter().enumerate() {
            for (m, (other, its)) in keys.into_iter().enumerate() {
                let (one, two) = (KeyRef { name, version }, KeyRef { name: other, version: its });
                assert_eq!(one == two, n == m);
                assert_eq!(hasher.hash_one(one) == hasher.hash_one(two), n == m);
            }
        }
    }
}
