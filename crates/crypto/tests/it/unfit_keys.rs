//! Keys that cannot be computed with: each is refused when it is parsed, with the reason.

use azvault_crypto::{
    JsonWebKey,
    KeyCurve::{self, P256, P256K, P384, P521},
    KeyType, LocalKey,
};
use serde_json::{Value, json};

use crate::keys;

/// The key's whole JSON, to be spoilt.
fn value(key: &JsonWebKey) -> Value {
    serde_json::from_str(key.to_private_json().unwrap().expose()).unwrap()
}

fn with(mut key: Value, member: &str, value: impl Into<Value>) -> Value {
    key[member] = value.into();
    key
}

fn without(mut key: Value, member: &str) -> Value {
    key.as_object_mut().unwrap().remove(member).unwrap();
    key
}

/// What is said of the key.
#[track_caller]
fn refused(key: Value) -> String {
    let key: JsonWebKey = serde_json::from_value(key).unwrap();
    let error = LocalKey::new(&key).unwrap_err();
    error.message().to_owned()
}

#[test]
fn an_rsa_key_of_another_size_is_refused_with_the_sizes_that_are_not() {
    for (bytes, bits) in [(128, 1024), (255, 2040), (1025, 8200)] {
        let n = [vec![0x80], vec![0; bytes - 2], vec![1]].concat();
        let error = LocalKey::new(&JsonWebKey::rsa(n, [1, 0, 1])).unwrap_err();
        let expected =
            format!("an RSA key of {bits} bits is not computed with: 2048 to 8192 bits are");
        assert_eq!(error.message(), expected);
    }
}

#[test]
fn an_rsa_modulus_or_exponent_that_cannot_be_one_is_refused() {
    let n = [vec![0x80], vec![0; 254], vec![1]].concat();
    let even = [vec![0x80], vec![0; 254], vec![2]].concat();
    let refused = |n: &[u8], e: &[u8]| LocalKey::new(&JsonWebKey::rsa(n, e)).unwrap_err();
    let no_key = "n and e are no RSA key: both must be odd, and e between 3 and 33 bits long";
    for (n, e) in [(&even, &[1, 0, 1][..]), (&n, &[2]), (&n, &[1]), (&n, &[1, 0, 0, 0, 0, 1])] {
        assert_eq!(refused(n, e).message(), no_key, "{e:?}");
    }
    let missing = "a key of type RSA needs the members n and e, which are not zero";
    for (n, e) in [(&[][..], &[3][..]), (&n, &[]), (&n, &[0, 0]), (&[0; 256], &[3])] {
        assert_eq!(refused(n, e).message(), missing, "{e:?}");
    }
}

#[test]
fn zeros_before_the_exponent_or_the_modulus_change_nothing() {
    let key = keys::rsa();
    let (n, e) = (key.n().unwrap(), key.e().unwrap());
    let padded = JsonWebKey::rsa([&[0, 0], n].concat(), [&[0], e].concat());
    assert_eq!(padded.rsa_bits(), Some(2048));
    let local = LocalKey::new(&padded).unwrap();
    let digest = [5; 32];
    let signature = LocalKey::new(&key).unwrap().sign(&"RS256".into(), &digest).unwrap();
    assert!(local.verify(&"RS256".into(), &digest, &signature).unwrap());
    assert_eq!(padded.thumbprint().unwrap(), key.thumbprint().unwrap());
    assert_eq!(padded.to_public_key_der().unwrap(), key.to_public_key_der().unwrap());
}

#[test]
fn a_private_rsa_key_with_a_member_missing_or_wrong_is_refused() {
    let key = value(&keys::rsa());
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        assert_eq!(
            refused(without(key.clone(), member)),
            "a private RSA key needs all of the members d, p, q, dp, dq and qi"
        );
        let spoilt = refused(with(key.clone(), member, "AQAB"));
        assert!(spoilt.starts_with("the members of the RSA key do not fit each other"), "{member}");
    }
    let of_another = value(&keys::rsa())["n"].clone();
    let spoilt = refused(with(key, "n", of_another));
    assert!(spoilt.starts_with("the members of the RSA key do not fit each other"));
}

#[test]
fn a_point_that_is_not_on_its_curve_is_refused() {
    for curve in [P256, P384, P521, P256K] {
        let key = value(&keys::ec(&curve).to_public());
        let expected = format!("the point of x and y is not on the curve {curve}");
        let (x, y) = (key["x"].clone(), key["y"].clone());
        assert_eq!(refused(with(with(key.clone(), "x", y), "y", x)), expected);
        assert_eq!(refused(with(with(key.clone(), "x", ""), "y", "")), expected);
        // Longer than the field, in its last bytes.
        let long = JsonWebKey::rsa(vec![1; keys::len_of(&curve) + 1], [3]);
        let long = serde_json::to_value(&long).unwrap()["n"].clone();
        assert!(refused(with(key, "x", long)).starts_with("x or y has more than the "));
    }
    // Right, but on the other curve with numbers of 32 bytes.
    let key = with(value(&keys::ec(&P256).to_public()), "crv", "P-256K");
    assert_eq!(refused(key), "the point of x and y is not on the curve P-256K");
}

#[test]
fn coordinates_without_the_zeros_before_them_are_filled_up() {
    // A key whose x begins with a zero: one in 256 does.
    let key = (0..10_000).map(|_| keys::ec(&P256)).find(|key| key.x().unwrap()[0] == 0).unwrap();
    let mut short = value(&key);
    let x = short["x"].as_str().unwrap().to_owned();
    let cut = JsonWebKey::rsa(&key.x().unwrap()[1..], [3]);
    short["x"] = serde_json::to_value(&cut).unwrap()["n"].clone();
    assert_ne!(short["x"], x);
    let short: JsonWebKey = serde_json::from_value(short).unwrap();
    let digest = [5; 32];
    let signature = LocalKey::new(&short).unwrap().sign(&"ES256".into(), &digest).unwrap();
    assert!(LocalKey::new(&key).unwrap().verify(&"ES256".into(), &digest, &signature).unwrap());
    assert_eq!(short.thumbprint().unwrap(), key.thumbprint().unwrap());
    let rebuilt = JsonWebKey::ec(P256, short.x().unwrap(), key.y().unwrap()).unwrap();
    assert_eq!(rebuilt, key.to_public());
}

#[test]
fn a_private_ec_key_that_does_not_fit_its_point_is_refused() {
    for curve in [P256, P384, P521, P256K] {
        let key = value(&keys::ec(&curve));
        let of_another = value(&keys::ec(&curve))["d"].clone();
        let unfit = "the member d of the EC key does not fit crv, x and y";
        assert_eq!(refused(with(key.clone(), "d", of_another)), unfit);
        assert_eq!(refused(with(key.clone(), "d", "")), unfit);
        for member in ["x", "y", "crv"] {
            let said = refused(without(key.clone(), member));
            assert_eq!(said, "a key of type EC needs the members crv, x and y");
        }
    }
}

#[test]
fn a_symmetric_key_without_bytes_or_of_an_odd_length_is_refused() {
    assert_eq!(refused(json!({"kty": "oct"})), "a symmetric key needs the member k");
    for len in [0, 15, 513] {
        let error = LocalKey::new(&JsonWebKey::oct(vec![7; len])).unwrap_err();
        let expected =
            format!("a symmetric key of {len} bytes is not computed with: 16 to 512 bytes are");
        assert_eq!(error.message(), expected);
    }
}

#[test]
fn a_kind_or_a_curve_that_is_not_known_is_named_or_listed() {
    let said = refused(json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB"}));
    assert_eq!(said, "keys of type OKP are not computed here: RSA, EC and oct are");
    for strange in ["long".repeat(500), "a\nb".to_owned()] {
        let said = refused(json!({ "kty": strange }));
        assert!(!said.contains(&strange) && said.len() < 100, "{said}");
    }
    let said = refused(json!({"kty": "EC", "crv": "P-224", "x": "AQAB", "y": "AQAB"}));
    assert!(said.starts_with("the curve is not known here: "), "{said}");
    assert!(JsonWebKey::ec(KeyCurve::from("P-224"), [1], [1]).is_err());
}

#[test]
fn a_key_kept_in_hardware_computes_the_same_and_keeps_its_word() {
    for (jwk, kind) in [
        (keys::rsa(), KeyType::RsaHsm),
        (keys::ec(&P256K), KeyType::EcHsm),
        (JsonWebKey::oct([7; 32]), KeyType::OctHsm),
    ] {
        let hsm = jwk.clone().with_key_type(kind.clone());
        assert_eq!(serde_json::to_value(&hsm).unwrap()["kty"], kind.as_str());
        assert_eq!(LocalKey::new(&hsm).unwrap().jwk().key_type(), &kind);
        assert_eq!(hsm.thumbprint().unwrap(), jwk.thumbprint().unwrap());
    }
}
