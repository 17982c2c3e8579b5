use serde_json::json;

use super::*;

const AUTHORITY: &str = "https://localhost:8443/attestation";

fn policy(data: Value) -> ReleasePolicy {
    ReleasePolicy {
        content_type: CONTENT_TYPE.to_owned(),
        data: URL_SAFE_NO_PAD.encode(data.to_string()),
        immutable: false,
    }
}

fn admits(when: Value, claims: Value) -> bool {
    let mut rule = when;
    rule["authority"] = json!(AUTHORITY);
    policy(json!({"version": "1.0.0", "anyOf": [rule]}))
        .admits(AUTHORITY, claims.as_object().unwrap())
}

#[test]
fn all_of_wants_every_claim_and_any_of_one() {
    let conditions = json!([{"claim": "a", "equals": 1}, {"claim": "b", "equals": "x"}]);
    let both = json!({"a": 1, "b": "x"});
    let one = json!({"a": 1, "b": "y"});
    assert!(admits(json!({"allOf": conditions}), both.clone()));
    assert!(!admits(json!({"allOf": conditions}), one.clone()));
    assert!(admits(json!({"anyOf": conditions}), one));
    assert!(!admits(json!({"anyOf": conditions}), json!({})));
    let nested = json!({"anyof": [{"allof": conditions}]});
    assert!(admits(nested, both));
}

#[test]
fn a_dotted_claim_is_found_in_its_object() {
    let when = json!({"allOf": [{"claim": "x-ms-isolation-tee.x-ms-attestation-type", "equals": "sevsnpvm"}]});
    let claims = json!({"x-ms-isolation-tee": {"x-ms-attestation-type": "sevsnpvm"}});
    assert!(admits(when.clone(), claims));
    assert!(!admits(when, json!({"x-ms-isolation-tee": "sevsnpvm"})));
}

#[test]
fn operators_compare_numbers_and_texts() {
    for (operator, value, expected) in [
        ("equals", json!("true"), true),
        ("equals", json!(true), true),
        ("notEquals", json!("true"), false),
        ("exists", json!(true), true),
        ("exists", json!(false), false),
    ] {
        let when = json!({"allOf": [{"claim": "c", operator: value}]});
        assert_eq!(admits(when, json!({"c": true})), expected, "{operator} {value}");
    }
    for (operator, expected) in
        [("less", false), ("lessOrEquals", true), ("greater", false), ("greaterOrEquals", true)]
    {
        let when = json!({"allOf": [{"claim": "svn", operator: 3}]});
        assert_eq!(admits(when, json!({"svn": 3})), expected, "{operator}");
    }
}

#[test]
fn another_authority_admits_nobody() {
    let rule = json!({"authority": AUTHORITY, "anyOf": [{"claim": "c", "equals": 1}]});
    let policy = policy(json!({"version": "1.0.0", "anyOf": [rule]}));
    let claims = json!({"c": 1});
    let claims = claims.as_object().unwrap();
    assert!(policy.admits(&format!("{AUTHORITY}/"), claims));
    assert!(!policy.admits("https://evil.attest.azure.net", claims));
}

#[test]
fn a_condition_is_one_claim_one_operator_and_a_plain_value() {
    let rules = |condition: Value| {
        let rule = json!({"authority": AUTHORITY, "anyOf": [condition]});
        policy(json!({"version": "1.0.0", "anyOf": [rule]})).rules()
    };
    for condition in [
        json!({"claim": "c", "equals": ["a", "b"]}),
        json!({"claim": "c", "equals": {"a": 1}}),
        json!({"claim": "c", "equals": null}),
        json!({"claim": "c", "equals": 1, "notEquals": 2}),
        json!({"claim": "c", "equals": 1, "in": [1, 2]}),
        json!({"claim": "c", "equals": 1, "allOf": [{"claim": "d", "equals": 1}]}),
        json!({"claim": "c", "greater": 1, "less": 5}),
        json!({"anyOf": [{"claim": "c", "equals": 1}], "claims": "d"}),
    ] {
        assert!(rules(condition.clone()).is_none(), "{condition}");
    }
    for value in [json!("a"), json!(1), json!(true), json!(1.5)] {
        assert!(rules(json!({"claim": "c", "equals": value})).is_some(), "{value}");
    }
}

#[test]
fn what_is_no_policy_is_refused() {
    let rule = json!({"authority": AUTHORITY, "anyOf": [{"claim": "c", "equals": 1}]});
    for data in [
        json!({"anyOf": [rule]}),
        json!({"version": "2.0.0", "anyOf": [rule]}),
        json!({"version": "1.0.0", "anyOf": []}),
        json!({"version": "1.0.0", "anyOf": [{"anyOf": [{"claim": "c", "equals": 1}]}]}),
        json!({"version": "1.0.0", "anyOf": [{"authority": AUTHORITY, "anyOf": []}]}),
        json!({"version": "1.0.0", "anyOf": [{"authority": AUTHORITY, "allOf": [{"claim": "c"}]}]}),
        json!([]),
    ] {
        assert!(policy(data.clone()).rules().is_none(), "{data}");
    }
}
