use super::*;

#[test]
fn a_key_survives_being_written_and_read() {
    let json = r#"{"kid":"https://v.vault.azure.net/keys/k/0123456789abcdef0123456789abcdef","kty":"RSA","key_ops":["sign","a-new-one"],"n":"AMA","e":"AQAB"}"#;
    let key: JsonWebKey = serde_json::from_str(json).unwrap();
    assert_eq!(key.key_ops().last().map(KeyOperation::as_str), Some("a-new-one"));
    assert_eq!(key.rsa_bits(), Some(8));
    assert_eq!(serde_json::to_string(&key).unwrap(), json);
}
