//! AES and HMAC over 4 KiB, and key wrap of 32 bytes.
//!
//! Either contender makes its own random IV, gives a new buffer, and wipes what it decrypted.

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
use azvault_crypto::{EncryptionAlgorithm as E, JsonWebKey, LocalKey, SignatureAlgorithm as S};
use zeroize::Zeroizing;

use super::{Case, openssl::Speed};

const LEN: usize = 4096;
const KEY: [u8; 32] = [3; 32];

fn key(len: usize) -> Result<(LocalKey, &'static [u8])> {
    let bytes = KEY.get(..len).context("no such key")?;
    Ok((LocalKey::new(&JsonWebKey::oct(bytes))?, bytes))
}

pub(super) fn gcm() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (len, alg, algorithm, openssl, [seal, open]) in [
        (16, E::A128Gcm, &aead::AES_128_GCM, "aes-128-gcm", ["a128-encrypt", "a128-decrypt"]),
        (24, E::A192Gcm, &aead::AES_192_GCM, "aes-192-gcm", ["a192-encrypt", "a192-decrypt"]),
        (32, E::A256Gcm, &aead::AES_256_GCM, "aes-256-gcm", ["a256-encrypt", "a256-decrypt"]),
    ] {
        let (ours, bytes) = key(len)?;
        let raw = || anyhow::Ok(LessSafeKey::new(UnboundKey::new(algorithm, bytes)?));
        let (sealing, opening) = (raw()?, raw()?);
        let sealed = ours.encrypt(&alg, &[5; LEN], None, b"")?;
        let (iv, tag) = (sealed.iv.context("no IV")?, sealed.tag.context("no tag")?);
        let (text, ours_too, alg_too) = (sealed.ciphertext, ours.clone(), alg.clone());
        let theirs = (<[u8; 12]>::try_from(iv.as_slice())?, tag.clone(), text.clone());
        cases.push(
            Case::new(
                seal,
                move || Ok(ours.encrypt(&alg, &[5; LEN], None, b"").map(drop)?),
                move || {
                    let mut iv = [0; 12];
                    rand::fill(&mut iv)?;
                    let mut text = [5; LEN].to_vec();
                    let nonce = Nonce::assume_unique_for_key(iv);
                    let tag = sealing.seal_in_place_separate_tag(nonce, Aad::empty(), &mut text)?;
                    black_box((text, tag.as_ref().to_vec(), iv.to_vec()));
                    Ok(())
                },
            )
            .beside(Speed::Cipher(openssl, LEN)),
        );
        cases.push(
            Case::new(
                open,
                move || {
                    let (iv, tag) = (Some(iv.as_slice()), Some(tag.as_slice()));
                    Ok(ours_too.decrypt(&alg_too, &text, iv, tag, b"").map(drop)?)
                },
                move || {
                    let (iv, tag, text) = &theirs;
                    let mut plain = Zeroizing::new(vec![0; text.len()]);
                    let nonce = Nonce::assume_unique_for_key(*iv);
                    opening.open_separate_gather(nonce, Aad::empty(), text, tag, &mut plain)?;
                    Ok(())
                },
            )
            .beside(Speed::Decipher(openssl, LEN)),
        );
    }
    Ok(cases)
}

pub(super) fn cbc() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (len, alg, algorithm, openssl, [seal, open]) in [
        (
            16,
            E::A128CbcPad,
            &cipher::AES_128,
            "aes-128-cbc",
            ["a128pad-encrypt", "a128pad-decrypt"],
        ),
        (
            24,
            E::A192CbcPad,
            &cipher::AES_192,
            "aes-192-cbc",
            ["a192pad-encrypt", "a192pad-decrypt"],
        ),
        (
            32,
            E::A256CbcPad,
            &cipher::AES_256,
            "aes-256-cbc",
            ["a256pad-encrypt", "a256pad-decrypt"],
        ),
    ] {
        let (ours, bytes) = key(len)?;
        let unbound = || UnboundCipherKey::new(algorithm, bytes);
        let sealing = PaddedBlockEncryptingKey::cbc_pkcs7(unbound()?)?;
        let opening = PaddedBlockDecryptingKey::cbc_pkcs7(unbound()?)?;
        let sealed = ours.encrypt(&alg, &[5; LEN], None, b"")?;
        let (iv, text) = (sealed.iv.context("no IV")?, sealed.ciphertext);
        let (ours_too, alg_too) = (ours.clone(), alg.clone());
        let theirs = (<[u8; 16]>::try_from(iv.as_slice())?, text.clone());
        cases.push(
            Case::new(
                seal,
                move || Ok(ours.encrypt(&alg, &[5; LEN], None, b"").map(drop)?),
                move || {
                    let mut iv = [0; 16];
                    rand::fill(&mut iv)?;
                    let mut text = Vec::with_capacity(LEN + 16);
                    text.extend_from_slice(&[5; LEN]);
                    let context = EncryptionContext::Iv128(FixedLength::from(iv));
                    sealing.less_safe_encrypt(&mut text, context)?;
                    Ok(())
                },
            )
            .beside(Speed::Cipher(openssl, LEN)),
        );
        cases.push(
            Case::new(
                open,
                move || Ok(ours_too.decrypt(&alg_too, &text, Some(&iv), None, b"").map(drop)?),
                move || {
                    let (iv, text) = &theirs;
                    let mut plain = Zeroizing::new(text.clone());
                    let context = DecryptionContext::Iv128(FixedLength::from(*iv));
                    Ok(opening.decrypt(&mut plain, context).map(drop)?)
                },
            )
            .beside(Speed::Decipher(openssl, LEN)),
        );
    }
    Ok(cases)
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
                    let mut out = Zeroizing::new(vec![0; 32]);
                    Ok(AesKek::new(size, bytes)?.unwrap(&theirs, &mut out).map(drop)?)
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
