//! AES key wrap: RFC 3394, and RFC 5649 for data of any length.
//!
//! aws-lc-rs has no 192-bit key wrap; that one size is from the `aes-kw` crate.

use aes_kw::{KeyInit, KwAes192, KwpAes192};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap, KeyWrapPadded};

use super::CryptoError;

/// Key wrap works on half blocks and adds one.
const UNIT: usize = 8;

/// The library's key-encryption key; `None` for 192 bits.
fn kek(key: &[u8]) -> Result<Option<AesKek>, CryptoError> {
    let cipher = match key.len() {
        16 => &AES_128,
        32 => &AES_256,
        _ => return Ok(None),
    };
    AesKek::new(cipher, key).map(Some).map_err(|_| CryptoError::Internal)
}

/// Wraps `plain` under `key`; without padding it must be two half blocks or more.
pub(super) fn wrap(key: &[u8], padded: bool, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let fits = if padded {
        !plain.is_empty()
    } else {
        plain.len() >= 2 * UNIT && plain.len().is_multiple_of(UNIT)
    };
    if !fits {
        return Err(CryptoError::InputLength);
    }
    let mut wrapped = vec![0; plain.len().next_multiple_of(UNIT) + UNIT];
    let failed = CryptoError::Internal;
    let len = match (kek(key)?, padded) {
        (Some(kek), false) => kek.wrap(plain, &mut wrapped).map_err(|_| failed)?.len(),
        (Some(kek), true) => kek.wrap_with_padding(plain, &mut wrapped).map_err(|_| failed)?.len(),
        (None, false) => kek_192(key)?.wrap_key(plain, &mut wrapped).map_err(|_| failed)?.len(),
        (None, true) => {
            padded_kek_192(key)?.wrap_key(plain, &mut wrapped).map_err(|_| failed)?.len()
        }
    };
    wrapped.truncate(len);
    Ok(wrapped)
}

/// Unwraps what [`wrap`] made; every failure is the same.
pub(super) fn unwrap(key: &[u8], padded: bool, wrapped: &[u8]) -> Result<Vec<u8>, CryptoError> {
    let least = if padded { 2 * UNIT } else { 3 * UNIT };
    if wrapped.len() < least || !wrapped.len().is_multiple_of(UNIT) {
        return Err(CryptoError::Decryption);
    }
    let mut plain = vec![0; wrapped.len()];
    let failed = CryptoError::Decryption;
    let len = match (kek(key)?, padded) {
        (Some(kek), false) => kek.unwrap(wrapped, &mut plain).map_err(|_| failed)?.len(),
        (Some(kek), true) => {
            kek.unwrap_with_padding(wrapped, &mut plain).map_err(|_| failed)?.len()
        }
        (None, padded) => {
            plain.truncate(wrapped.len() - UNIT);
            if padded {
                padded_kek_192(key)?.unwrap_key(wrapped, &mut plain).map_err(|_| failed)?.len()
            } else {
                kek_192(key)?.unwrap_key(wrapped, &mut plain).map_err(|_| failed)?.len()
            }
        }
    };
    plain.truncate(len);
    Ok(plain)
}

fn kek_192(key: &[u8]) -> Result<KwAes192, CryptoError> {
    KwAes192::new_from_slice(key).map_err(|_| CryptoError::Internal)
}

fn padded_kek_192(key: &[u8]) -> Result<KwpAes192, CryptoError> {
    KwpAes192::new_from_slice(key).map_err(|_| CryptoError::Internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// RFC 3394, sections 4.1 to 4.3: 128 bits of key data under each size of key.
    #[test]
    fn key_wrap_gives_the_rfc_vectors() {
        let data = bytes("00112233445566778899AABBCCDDEEFF");
        for (key, wrapped) in [
            (
                "000102030405060708090A0B0C0D0E0F",
                "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5",
            ),
            (
                "000102030405060708090A0B0C0D0E0F1011121314151617",
                "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D",
            ),
            (
                "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
                "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7",
            ),
        ] {
            let key = bytes(key);
            assert_eq!(wrap(&key, false, &data).unwrap(), bytes(wrapped));
            assert_eq!(unwrap(&key, false, &bytes(wrapped)).unwrap(), data);
            let mut changed = bytes(wrapped);
            changed[3] ^= 1;
            assert_eq!(unwrap(&key, false, &changed).unwrap_err(), CryptoError::Decryption);
        }
    }

    /// RFC 5649, section 6: 20 and 7 bytes under a key of 192 bits.
    #[test]
    fn padded_key_wrap_gives_the_rfc_vectors() {
        let key = bytes("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
        for (data, wrapped) in [
            (
                "c37b7e6492584340bed12207808941155068f738",
                "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
            ),
            ("466f7250617369", "afbeb0f07dfbf5419200f2ccb50bb24f"),
        ] {
            assert_eq!(wrap(&key, true, &bytes(data)).unwrap(), bytes(wrapped));
            assert_eq!(unwrap(&key, true, &bytes(wrapped)).unwrap(), bytes(data));
        }
    }

    #[test]
    fn padded_key_wrap_takes_any_length_in_every_size() {
        for size in [16, 24, 32] {
            let key = vec![7; size];
            for len in [1, 7, 8, 9, 16, 33] {
                let wrapped = wrap(&key, true, &vec![3; len]).unwrap();
                assert_eq!(unwrap(&key, true, &wrapped).unwrap(), vec![3; len], "{size} {len}");
                let mut changed = wrapped;
                changed[0] ^= 1;
                assert_eq!(unwrap(&key, true, &changed).unwrap_err(), CryptoError::Decryption);
            }
            assert_eq!(wrap(&key, true, &[]).unwrap_err(), CryptoError::InputLength);
        }
    }
}
