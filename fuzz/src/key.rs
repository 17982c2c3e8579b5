//! Keys in DER, PEM and JSON, and signatures in DER: what is read is written as it was, and what can
//! be computed with computes.

use azvault_crypto::{
    JsonWebKey, KeyCurve, LocalKey, SignatureAlgorithm,
    ecdsa::{from_der, to_der},
};
use serde_json::Value;

const CURVES: [KeyCurve; 4] = [KeyCurve::P256, KeyCurve::P384, KeyCurve::P521, KeyCurve::P256K];

/// Reads `data` as everything that it may be.
pub fn check(data: &[u8]) {
    for curve in &CURVES {
        if let Ok(numbers) = from_der(data, curve) {
            assert_eq!(to_der(&numbers, curve).expect("as it was"), data, "another DER is read");
        }
    }
    if let Ok(key) = JsonWebKey::from_der(data) {
        judge(&key);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = JsonWebKey::from_pem(text) {
        judge(&key);
    }
    if let Ok(key) = serde_json::from_str::<JsonWebKey>(text) {
        judge(&key);
    }
}

fn judge(key: &JsonWebKey) {
    // Whole, it is the same again; in public, and to be looked at, it keeps its private part back.
    let whole = key.to_private_json().expect("plain data");
    assert_eq!(&serde_json::from_str::<JsonWebKey>(whole.expose()).expect("as written"), key);
    let public: Value = serde_json::to_value(key).expect("plain data");
    for private in ["d", "p", "q", "dp", "dq", "qi", "k", "key_hsm"] {
        assert!(public.get(private).is_none(), "{private} is written");
    }
    assert!(!key.to_public().has_private_part());

    let local = LocalKey::new(key);
    if let Err(error) = &local {
        assert!(error.to_string().len() < 1000, "{error}");
    }
    if let Ok(der) = key.to_public_key_der() {
        let again = JsonWebKey::from_der(&der).expect("as written");
        assert_eq!(again.thumbprint().expect("a key"), key.thumbprint().expect("a key"));
    }
    let Ok(local) = local else { return };
    if let Ok(der) = key.to_private_key_der() {
        let again = JsonWebKey::from_der(der.expose()).expect("as written");
        assert_eq!(again.thumbprint().expect("a key"), key.thumbprint().expect("a key"));
    }
    sign(key, &local);
}

/// A key whose private part is taken signs what its public part verifies.
fn sign(key: &JsonWebKey, local: &LocalKey) {
    use SignatureAlgorithm::{ES256, ES256K, ES384, ES512, PS256};
    let (algorithm, digest) = match key.curve() {
        None if key.n().is_some() => (PS256, &[1; 32][..]),
        Some(KeyCurve::P256) => (ES256, &[1; 32][..]),
        Some(KeyCurve::P256K) => (ES256K, &[1; 32][..]),
        Some(KeyCurve::P384) => (ES384, &[1; 48][..]),
        Some(KeyCurve::P521) => (ES512, &[1; 64][..]),
        _ => return,
    };
    let Ok(signature) = local.sign(&algorithm, digest) else { return };
    let public = LocalKey::new(&key.to_public()).expect("its public part");
    assert!(public.verify(&algorithm, digest, &signature).expect("a judgement"));
}
