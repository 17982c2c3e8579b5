use super::*;

/// Every private member, each with a value of its own.
const WHOLE: &str = r#"{"kid":"k","kty":"RSA","n":"wAM","e":"AQAB","d":"ZC1jYW5hcnk","p":"cC1jYW5hcnk","q":"cS1jYW5hcnk","dp":"ZHAtY2FuYXJ5","dq":"ZHEtY2FuYXJ5","qi":"cWktY2FuYXJ5","k":"ay1jYW5hcnk","key_hsm":"aHNtLWNhbmFyeQ"}"#;

fn read(json: &str) -> JsonWebKey {
    serde_json::from_str(json).unwrap()
}

#[test]
fn a_key_survives_being_written_and_read() {
    let json = r#"{"kid":"https://v.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef","kty":"RSA","key_ops":["sign","a-new-one"],"n":"AMA","e":"AQAB"}"#;
    let key = read(json);
    assert_eq!(key.key_ops().last().map(KeyOperation::as_str), Some("a-new-one"));
    assert_eq!(key.rsa_bits(), Some(8));
    assert_eq!(serde_json::to_string(&key).unwrap(), json);
}

#[test]
fn a_key_of_a_file_needs_no_identifier_and_no_operations() {
    let json = r#"{"kty":"EC","crv":"P-256","x":"AQ","y":"Ag"}"#;
    let key = read(json);
    assert_eq!((key.kid(), key.key_ops()), (None, &[][..]));
    assert_eq!(serde_json::to_string(&key).unwrap(), json);
}

#[test]
fn private_members_are_read_and_written_on_purpose_alone() {
    let key = read(WHOLE);
    assert!(key.has_private_part());
    assert_eq!(
        serde_json::to_string(&key).unwrap(),
        r#"{"kid":"k","kty":"RSA","n":"wAM","e":"AQAB"}"#
    );
    assert_eq!(key.to_private_json().unwrap().expose(), WHOLE);
    assert_eq!(serde_json::to_value(key.to_public()).unwrap(), serde_json::to_value(&key).unwrap());
    assert_eq!(
        key.to_public().to_private_json().unwrap().expose(),
        serde_json::to_string(&key).unwrap()
    );
}

#[test]
fn debug_names_private_members_and_shows_none() {
    let key = read(WHOLE);
    assert_eq!(
        format!("{key:?}"),
        "JsonWebKey { kid: Some(\"k\"), kty: Rsa, key_ops: [], rsa_bits: 16, d: [REDACTED], \
         p: [REDACTED], q: [REDACTED], dp: [REDACTED], dq: [REDACTED], qi: [REDACTED], \
         k: [REDACTED], key_hsm: [REDACTED], .. }"
    );
}

#[test]
fn keys_are_equal_if_their_private_members_are() {
    let key = read(WHOLE);
    assert_eq!(key, key.clone());
    assert_ne!(key, key.to_public());
    for member in ["ZC1j", "cC1j", "cS1j", "ZHAt", "ZHEt", "cWkt", "ay1j", "aHNt"] {
        assert_ne!(key, read(&WHOLE.replacen(member, "AAAA", 1)), "{member}");
    }
}

#[test]
fn an_error_of_reading_does_not_repeat_a_private_member() {
    for json in [
        r#"{"kty":"oct","k":"canary!"}"#,
        r#"{"kty":"RSA","d":"canary!"}"#,
        r#"{"kty":"RSA","d":"canary","d":"canary"}"#,
    ] {
        let error = serde_json::from_str::<JsonWebKey>(json).unwrap_err();
        assert!(!format!("{error}{error:?}").contains("canary"), "{error}");
    }
}

#[test]
fn a_key_for_nothing_is_no_key_for_everything() {
    let json = r#"{"kty":"RSA","key_ops":[],"n":"wAM","e":"AQAB"}"#;
    let key = read(json);
    assert!(!key.permits(&KeyOperation::Verify));
    assert_eq!(serde_json::to_string(&key).unwrap(), json);
    assert_eq!(key.to_private_json().unwrap().expose(), json);
    assert_eq!(JsonWebKey::rsa([0xc0, 3], [1, 0, 1]).with_key_ops([]), key);
    assert_eq!(key.to_public(), key);
    let silent = JsonWebKey::rsa([0xc0, 3], [1, 0, 1]);
    assert!(silent.permits(&KeyOperation::Verify));
    assert_ne!(silent, key);
}

#[test]
fn a_member_that_is_null_is_one_that_is_not_there() {
    let json = r#"{"kid":null,"kty":"RSA","key_ops":null,"n":"wAM","e":"AQAB","crv":null,"d":null,"k":null}"#;
    assert_eq!(read(json), JsonWebKey::rsa([0xc0, 3], [1, 0, 1]));
}

#[test]
fn the_standards_word_for_p_256k_is_read_too() {
    let key = read(r#"{"kty":"EC","crv":"secp256k1","x":"AQ","y":"Ag"}"#);
    assert_eq!(key.curve(), Some(&KeyCurve::P256K));
    assert_eq!(serde_json::to_value(&key).unwrap()["crv"], "P-256K");
    let built = JsonWebKey::ec(KeyCurve::from("secp256k1"), [1], [2]).unwrap();
    assert_eq!(built.thumbprint().unwrap(), key.thumbprint().unwrap());
}

#[test]
fn the_room_for_private_json_is_never_too_small() {
    let odd = "\u{1}".repeat(100);
    for key in [read(WHOLE), read(WHOLE).with_kid(odd.clone()), JsonWebKey::oct(vec![7; 10_000])] {
        let key = key.with_key_ops([KeyOperation::Sign, KeyOperation::from(&*odd)]);
        assert!(key.to_private_json().unwrap().expose().len() <= key.json_len());
    }
}
