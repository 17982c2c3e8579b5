//! Records on disk: AES-256-GCM (NIST SP 800-38D) under the key of the directory, by aws-lc-rs.
//!
//! The nonce is random and comes first; what a record is about is authenticated with it, so that none can be put in
//! another's place.

use std::io;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand,
};
use zeroize::Zeroizing;

const KEY_LEN: usize = 32;

pub(super) struct Sealer {
    key: LessSafeKey,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer").finish_non_exhaustive()
    }
}

impl Sealer {
    /// The bytes of a new key.
    pub(super) fn generate() -> io::Result<Zeroizing<Vec<u8>>> {
        let mut key = Zeroizing::new(vec![0; KEY_LEN]);
        rand::fill(&mut key).map_err(|_| io::Error::other("there are no random numbers"))?;
        Ok(key)
    }

    /// `None` unless these are the bytes of a key.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        Some(Self { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?) })
    }

    /// `None` when there are no random numbers.
    pub(super) fn seal(&self, about: &About<'_>, body: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + body.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(body);
        let (_, text) = sealed.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag =
            self.key.seal_in_place_separate_tag(nonce, Aad::from(about.bytes()), text).ok()?;
        sealed.extend_from_slice(tag.as_ref());
        Some(sealed)
    }

    /// `None` unless it was sealed by this key, for this, and is as it was.
    pub(super) fn open(&self, about: &About<'_>, mut sealed: Vec<u8>) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self.key.open_in_place(nonce, Aad::from(about.bytes()), text).ok()?;
        Some(plain.to_vec())
    }
}

/// What a sealed body is about.
pub(super) struct About<'a> {
    pub(super) kind: &'a str,
    pub(super) owner: &'a str,
    pub(super) key: &'a str,
}

impl About<'_> {
    /// No kind and no owner has a zero byte.
    fn bytes(&self) -> Vec<u8> {
        [self.kind, self.owner, self.key].join("\0").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About<'_> = About { kind: "secret", owner: "v", key: "k" };

    #[test]
    fn what_was_sealed_opens_for_what_it_is_about_alone() {
        let sealer = Sealer::of(&Sealer::generate().unwrap()).unwrap();
        let sealed = sealer.seal(&ABOUT, b"canary").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"canary"));
        assert_ne!(sealer.seal(&ABOUT, b"canary").unwrap(), sealed, "a nonce of its own");
        assert_eq!(sealer.open(&ABOUT, sealed.clone()).unwrap(), b"canary");
        for about in [
            About { kind: "key", ..ABOUT },
            About { owner: "w", ..ABOUT },
            About { key: "l", ..ABOUT },
            About { kind: "secre", owner: "tv", ..ABOUT },
        ] {
            assert_eq!(sealer.open(&about, sealed.clone()), None);
        }
        let other = Sealer::of(&Sealer::generate().unwrap()).unwrap();
        assert_eq!(other.open(&ABOUT, sealed.clone()), None);
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(sealer.open(&ABOUT, changed), None, "byte {index}");
            assert_eq!(sealer.open(&ABOUT, sealed[..index].to_vec()), None, "up to {index}");
        }
    }

    #[test]
    fn a_key_of_another_length_is_none() {
        for len in [0, 16, 31, 33] {
            assert!(Sealer::of(&vec![1; len]).is_none(), "{len}");
        }
    }
}
