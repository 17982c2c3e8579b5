//! AES and HMAC over 4 KiB, and key wrap of 32 bytes.
//!
//! Either contender makes its own random IV, gives a new buffer, and wipes what it decrypted, in the
//! same way; the rows called `unwiped` are beside a bare call that does not.

use std::hint::black_box;

use aes_kw::{KeyInit as _, KwAes192};
use anyhow::{Context, Result};
use aws_lc_rs::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    cipher::{
        self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey,
        PaddedBlockEncryptingKey, UnboundCipherKey,
    },
    hmac as mac,
    iv::FixedLength,
    key_wrap::{self, AesKek, KeyWrap as _},
    rand,
};
use azvault_core::SecretBytes;
use azvault_crypto::{EncryptionAlgorithm as E, JsonWebKey, LocalKey, SignatureAlgorithm as S};

use super::{Case, openssl::Speed};

const LEN: usize = 4096;
const KEY: [u8; 32] = [3; 32];

/// What becomes of something that was decrypted.
fn finish(plain: Vec<u8>, wiped: bool) {
    match wiped {
        true => drop(black_box(SecretBytes::new(plain))),
        false => drop(black_box(plain)),
    }
}

fn key(len: usize) -> Result<(LocalKey, &'static [u8])> {
    let bytes = KEY.get(..len).context("no such key")?;
    Ok((LocalKey::new(&JsonWebKey::oct(bytes))?, bytes))
}

/// What one size of key needs: ours, the algorithms of aws-lc-rs, and what rows are called by.
struct Size<A: 'static> {
    len: usize,
    alg: E,
    algorithm: &'static A,
    openssl: &'static str,
    names: [&'static str; 3],
}

pub(super) fn gcm() -> Result<Vec<Case>> {
    let size = |len, alg, algorithm, openssl, names| Size { len, alg, algorithm, openssl, names };
    let mut cases = Vec::new();
    for size in [
        size(
            16,
            E::A128Gcm,
            &aead::AES_128_GCM,
            "aes-128-gcm",
            ["a128-encrypt", "a128-decrypt", "a128-decrypt-unwiped"],
        ),
        size(
            24,
            E::A192Gcm,
            &aead::AES_192_GCM,
            "aes-192-gcm",
            ["a192-encrypt", "a192-decrypt", "a192-decrypt-unwiped"],
        ),
        size(
            32,
            E::A256Gcm,
            &aead::AES_256_GCM,
            "aes-256-gcm",
            ["a256-encrypt", "a256-decrypt", "a256-decrypt-unwiped"],
        ),
    ] {
        let [seal, open, unwiped] = size.names;
        cases.push(gcm_seal(&size, seal)?.beside(Speed::Cipher(size.openssl, LEN)));
        cases.push(gcm_open(&size, open, true)?.beside(Speed::Decipher(size.openssl, LEN)));
        cases.push(gcm_open(&size, unwiped, false)?);
    }
    Ok(cases)
}

fn gcm_seal(size: &Size<aead::Algorithm>, name: &'static str) -> Result<Case> {
    let (ours, bytes) = key(size.len)?;
    let (alg, raw) = (size.alg.clone(), LessSafeKey::new(UnboundKey::new(size.algorithm, bytes)?));
    Ok(Case::new(
        name,
        move || Ok(ours.encrypt(&alg, &[5; LEN], None, b"").map(drop)?),
        move || {
            let mut iv = [0; 12];
            rand::fill(&mut iv)?;
            let mut text = [5; LEN].to_vec();
            let nonce = Nonce::assume_unique_for_key(iv);
            let tag = raw.seal_in_place_separate_tag(nonce, Aad::empty(), &mut text)?;
            black_box((text, tag.as_ref().to_vec(), iv.to_vec()));
            Ok(())
        },
    ))
}

fn gcm_open(size: &Size<aead::Algorithm>, name: &'static str, wiped: bool) -> Result<Case> {
    let (ours, bytes) = key(size.len)?;
    let (alg, raw) = (size.alg.clone(), LessSafeKey::new(UnboundKey::new(size.algorithm, bytes)?));
    let sealed = ours.encrypt(&alg, &[5; LEN], None, b"")?;
    let (iv, tag) = (sealed.iv.context("no IV")?, sealed.tag.context("no tag")?);
    let text = sealed.ciphertext;
    let theirs = (<[u8; 12]>::try_from(iv.as_slice())?, tag.clone(), text.clone());
    Ok(Case::new(
        name,
        move || {
            let (iv, tag) = (Some(iv.as_slice()), Some(tag.as_slice()));
            Ok(ours.decrypt(&alg, &text, iv, tag, b"").map(drop)?)
        },
        move || {
            let (iv, tag, text) = &theirs;
            let mut plain = vec![0; text.len()];
            let nonce = Nonce::assume_unique_for_key(*iv);
            raw.open_separate_gather(nonce, Aad::empty(), text, tag, &mut plain)?;
            finish(plain, wiped);
            Ok(())
        },
    ))
}

pub(super) fn cbc() -> Result<Vec<Case>> {
    let size = |len, alg, algorithm, openssl, names| Size { len, alg, algorithm, openssl, names };
    let mut cases = Vec::new();
    for size in [
        size(
            16,
            E::A128CbcPad,
            &cipher::AES_128,
            "aes-128-cbc",
            ["a128pad-encrypt", "a128pad-decrypt", "a128pad-decrypt-unwiped"],
        ),
        size(
            24,
            E::A192CbcPad,
            &cipher::AES_192,
            "aes-192-cbc",
            ["a192pad-encrypt", "a192pad-decrypt", "a192pad-decrypt-unwiped"],
        ),
        size(
            32,
            E::A256CbcPad,
            &cipher::AES_256,
            "aes-256-cbc",
            ["a256pad-encrypt", "a256pad-decrypt", "a256pad-decrypt-unwiped"],
        ),
    ] {
        let [seal, open, unwiped] = size.names;
        cases.push(cbc_seal(&size, seal)?.beside(Speed::Cipher(size.openssl, LEN)));
        cases.push(cbc_open(&size, open, true)?.beside(Speed::Decipher(size.openssl, LEN)));
        cases.push(cbc_open(&size, unwiped, false)?);
    }
    Ok(cases)
}

fn cbc_seal(size: &Size<cipher::Algorithm>, name: &'static str) -> Result<Case> {
    let (ours, bytes) = key(size.len)?;
    let raw = PaddedBlockEncryptingKey::cbc_pkcs7(UnboundCipherKey::new(size.algorithm, bytes)?)?;
    let alg = size.alg.clone();
    Ok(Case::new(
        name,
        move || Ok(ours.encrypt(&alg, &[5; LEN], None, b"").map(drop)?),
        move || {
            let mut iv = [0; 16];
            rand::fill(&mut iv)?;
            let mut text = Vec::with_capacity(LEN + 16);
            text.extend_from_slice(&[5; LEN]);
            let context = EncryptionContext::Iv128(FixedLength::from(iv));
            raw.less_safe_encrypt(&mut text, context)?;
            black_box((text, iv.to_vec()));
            Ok(())
        },
    ))
}

fn cbc_open(size: &Size<cipher::Algorithm>, name: &'static str, wiped: bool) -> Result<Case> {
    let (ours, bytes) = key(size.len)?;
    let raw = PaddedBlockDecryptingKey::cbc_pkcs7(UnboundCipherKey::new(size.algorithm, bytes)?)?;
    let alg = size.alg.clone();
    let sealed = ours.encrypt(&alg, &[5; LEN], None, b"")?;
    let (iv, text) = (sealed.iv.context("no IV")?, sealed.ciphertext);
    let theirs = (<[u8; 16]>::try_from(iv.as_slice())?, text.clone());
    Ok(Case::new(
        name,
        move || Ok(ours.decrypt(&alg, &text, Some(&iv), None, b"").map(drop)?),
        move || {
            let (iv, text) = &theirs;
            let mut plain = text.clone();
            let context = DecryptionContext::Iv128(FixedLength::from(*iv));
            raw.decrypt(&mut plain, context)?;
            finish(plain, wiped);
            Ok(())
        },
    ))
}

pub(super) fn kw() -> Result<Vec<Case>> {
    let aws = |len, alg: E, size, [wrap, unwrap]: [&'static str; 2]| {
        let (ours, bytes) = key(len)?;
        let wrapped = ours.wrap_key(&alg, &[9; 32])?;
        let (ours_too, alg_too, theirs) = (ours.clone(), alg.clone(), wrapped.clone());
        anyhow::Ok([
            Case::new(
                wrap,
                move || Ok(ours.wrap_key(&alg, &[9; 32]).map(drop)?),
                move || {
                    let mut out = vec![0; 40];
                    Ok(AesKek::new(size, bytes)?.wrap(&[9; 32], &mut out).map(drop)?)
                },
            ),
            Case::new(
                unwrap,
                move || Ok(ours_too.unwrap_key(&alg_too, &wrapped).map(drop)?),
                move || {
                    let mut out = vec![0; 32];
                    AesKek::new(size, bytes)?.unwrap(&theirs, &mut out)?;
                    finish(out, true);
                    Ok(())
                },
            ),
        ])
    };
    let mut cases = Vec::new();
    cases.extend(aws(16, E::A128Kw, &key_wrap::AES_128, ["a128-wrap", "a128-unwrap"])?);
    cases.extend(aws(32, E::A256Kw, &key_wrap::AES_256, ["a256-wrap", "a256-unwrap"])?);
    // The one algorithm that aws-lc-rs has not: beside bare aes-kw.
    let (ours, bytes) = key(24)?;
    let kek = KwAes192::new_from_slice(bytes).context("no key")?;
    cases.push(Case::new(
        "a192-wrap",
        move || Ok(ours.wrap_key(&E::A192Kw, &[9; 32]).map(drop)?),
        move || {
            let mut out = vec![0; 40];
            kek.wrap_key(&[9; 32], &mut out).map(drop).map_err(|_| anyhow::anyhow!("no wrap"))
        },
    ));
    Ok(cases)
}

pub(super) fn hmac() -> Result<Vec<Case>> {
    let (ours, bytes) = key(32)?;
    let case = |alg: S, algorithm, openssl, name| {
        let (ours, key) = (ours.clone(), mac::Key::new(algorithm, bytes));
        Case::new(
            name,
            move || Ok(ours.sign(&alg, &[5; LEN]).map(drop)?),
            move || {
                black_box(mac::sign(&key, &[5; LEN]).as_ref().to_vec());
                Ok(())
            },
        )
        .beside(Speed::Hmac(openssl, LEN))
    };
    Ok(vec![
        case(S::HS256, mac::HMAC_SHA256, "sha256", "hs256-sign"),
        case(S::HS384, mac::HMAC_SHA384, "sha384", "hs384-sign"),
        case(S::HS512, mac::HMAC_SHA512, "sha512", "hs512-sign"),
    ])
}
