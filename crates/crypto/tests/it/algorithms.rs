//! Which algorithm is computed by which key, and what is said of the others.

use aws_lc_rs::{
    digest::{Digest, SHA256, digest},
    rsa::KeyPair as RsaKeyPair,
    signature::{
        KeyPair, RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaPssSaltLength, UnparsedPublicKey,
    },
};
use azvault_core::ErrorKind;
use azvault_crypto::{
    EncryptionAlgorithm, JsonWebKey,
    KeyCurve::{P256, P256K, P384, P521},
    KeyOperation::{self, Decrypt, Encrypt, Sign, UnwrapKey, Verify, WrapKey},
    LocalKey, SignatureAlgorithm,
};

use crate::keys;

const SIGNATURES: [&str; 14] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K",
    "HS256", "HS384", "HS512", "RSNULL",
];

const ENCRYPTIONS: [&str; 17] = [
    "RSA-OAEP-256",
    "RSA-OAEP",
    "RSA1_5",
    "A128GCM",
    "A192GCM",
    "A256GCM",
    "A128KW",
    "A192KW",
    "A256KW",
    "A128CBC",
    "A192CBC",
    "A256CBC",
    "A128CBCPAD",
    "A192CBCPAD",
    "A256CBCPAD",
    "CKM_AES_KEY_WRAP",
    "CKM_AES_KEY_WRAP_PAD",
];

/// A key, the signatures it makes, what it encrypts by, and what it wraps by.
type Row = (JsonWebKey, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

fn table() -> Vec<Row> {
    const RSA: &[&str] = &["RSA-OAEP-256", "RSA-OAEP", "RSA1_5"];
    const HMAC: &[&str] = &["HS256", "HS384", "HS512"];
    vec![
        (keys::rsa(), &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"], RSA, RSA),
        (keys::ec(&P256), &["ES256"], &[], &[]),
        (keys::ec(&P384), &["ES384"], &[], &[]),
        (keys::ec(&P521), &["ES512"], &[], &[]),
        (keys::ec(&P256K), &["ES256K"], &[], &[]),
        (JsonWebKey::oct([7; 16]), HMAC, &["A128GCM", "A128CBC", "A128CBCPAD"], &["A128KW"]),
        (JsonWebKey::oct([7; 24]), HMAC, &["A192GCM", "A192CBC", "A192CBCPAD"], &["A192KW"]),
        (JsonWebKey::oct([7; 32]), HMAC, &["A256GCM", "A256CBC", "A256CBCPAD"], &["A256KW"]),
        (JsonWebKey::oct([7; 64]), HMAC, &[], &[]),
    ]
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: azvault_core::Result<T>, algorithm: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.message().starts_with(&format!("algorithm {algorithm} ")), "{error}");
}

#[test]
fn each_signature_algorithm_is_computed_by_its_own_kind_of_key_and_no_other() {
    for (jwk, fitting, _, _) in table() {
        let key = LocalKey::new(&jwk).unwrap();
        for name in SIGNATURES {
            let algorithm = SignatureAlgorithm::from(name);
            let digest = algorithm.digest(b"message").unwrap_or_default();
            let fits = fitting.contains(&name);
            assert_eq!(key.supports_signature(&Sign, &algorithm), fits, "{key:?} {name}");
            assert_eq!(key.supports_signature(&Verify, &algorithm), fits, "{key:?} {name}");
            assert!(!key.supports_signature(&Encrypt, &algorithm));
            if fits {
                let signature = key.sign(&algorithm, &digest).unwrap();
                assert!(key.verify(&algorithm, &digest, &signature).unwrap(), "{key:?} {name}");
            } else {
                refused(key.sign(&algorithm, &digest), name);
                refused(key.verify(&algorithm, &digest, &[0; 64]), name);
            }
        }
    }
}

#[test]
fn each_encryption_algorithm_is_computed_by_its_own_kind_of_key_and_no_other() {
    let text = [1; 32];
    for (jwk, _, encrypting, wrapping) in table() {
        let key = LocalKey::new(&jwk).unwrap().allowing_rsa1_5();
        for name in ENCRYPTIONS {
            let algorithm = EncryptionAlgorithm::from(name);
            let (encrypts, wraps) = (encrypting.contains(&name), wrapping.contains(&name));
            for (operation, fits) in
                [(Encrypt, encrypts), (Decrypt, encrypts), (WrapKey, wraps), (UnwrapKey, wraps)]
            {
                let supported = key.supports_encryption(&operation, &algorithm);
                assert_eq!(supported, fits, "{key:?} {name} {operation}");
            }
            assert!(!key.supports_encryption(&Sign, &algorithm));
            if encrypts {
                let sealed = key.encrypt(&algorithm, &text, None, b"").unwrap();
                let (iv, tag) = (sealed.iv.as_deref(), sealed.tag.as_deref());
                let opened = key.decrypt(&algorithm, &sealed.ciphertext, iv, tag, b"").unwrap();
                assert_eq!(opened.expose(), text, "{key:?} {name}");
            } else {
                refused(key.encrypt(&algorithm, &text, None, b""), name);
                refused(key.decrypt(&algorithm, &text, None, None, b""), name);
            }
            if wraps {
                let wrapped = key.wrap_key(&algorithm, &text).unwrap();
                assert_eq!(key.unwrap_key(&algorithm, &wrapped).unwrap().expose(), text);
            } else {
                refused(key.wrap_key(&algorithm, &text), name);
                refused(key.unwrap_key(&algorithm, &text), name);
            }
        }
    }
}

#[test]
fn a_refusal_says_what_is_wrong_and_what_would_be_right() {
    let rsa = LocalKey::new(&keys::rsa()).unwrap();
    let ec = LocalKey::new(&keys::ec(&P384)).unwrap();
    let oct = LocalKey::new(&JsonWebKey::oct([7; 16])).unwrap();
    let sign = |key: &LocalKey, algorithm: &str, len| {
        key.sign(&algorithm.into(), &vec![0; len]).unwrap_err().message().to_owned()
    };
    let encrypt = |key: &LocalKey, algorithm: &str, iv: Option<&[u8]>, aad: &[u8]| {
        key.encrypt(&algorithm.into(), &[0; 200], iv, aad).unwrap_err().message().to_owned()
    };
    assert_eq!(
        sign(&rsa, "ES256", 32),
        "algorithm ES256 needs an EC key on P-256, and this is an RSA key of 2048 bits"
    );
    assert_eq!(
        sign(&ec, "ES256", 32),
        "algorithm ES256 needs an EC key on P-256, and this is an EC key on P-384"
    );
    assert_eq!(
        sign(&ec, "ES384", 32),
        "algorithm ES384 signs a digest of 48 bytes, and this one has 32"
    );
    assert_eq!(
        sign(&rsa, "RSNULL", 32),
        "algorithm RSNULL is not computed here, only by the service"
    );
    assert_eq!(
        encrypt(&oct, "A256GCM", None, b""),
        "algorithm A256GCM needs a symmetric key of 256 bits, and this is an oct key of 128 bits"
    );
    assert_eq!(
        encrypt(&oct, "A128KW", None, b""),
        "algorithm A128KW wraps keys: use wrap_key and unwrap_key"
    );
    assert_eq!(
        encrypt(&oct, "A128GCM", Some(&[0; 16]), b""),
        "algorithm A128GCM needs an IV of 12 bytes, and the one given has 16"
    );
    assert_eq!(
        encrypt(&oct, "A128CBC", None, b""),
        "algorithm A128CBC takes multiples of 16 bytes, and these are 200"
    );
    assert_eq!(
        encrypt(&oct, "A128CBCPAD", None, b"x"),
        "algorithm A128CBCPAD takes no additional authenticated data"
    );
    assert_eq!(encrypt(&rsa, "RSA-OAEP", Some(&[0; 16]), b""), "algorithm RSA-OAEP takes no IV");
    assert_eq!(
        encrypt(&rsa, "RSA-OAEP-256", None, b""),
        "algorithm RSA-OAEP-256 with this RSA key of 2048 bits takes up to 190 bytes, and these are 200"
    );
}

#[test]
fn a_public_key_verifies_and_encrypts_and_says_why_it_does_not_sign_or_decrypt() {
    for jwk in [keys::rsa(), keys::ec(&P256)] {
        let (whole, public) =
            (LocalKey::new(&jwk).unwrap(), LocalKey::new(&jwk.to_public()).unwrap());
        let algorithm: SignatureAlgorithm =
            if jwk.key_type().is_rsa() { "PS256" } else { "ES256" }.into();
        let digest = algorithm.digest(b"message").unwrap();
        let signature = whole.sign(&algorithm, &digest).unwrap();
        assert!(public.verify(&algorithm, &digest, &signature).unwrap());
        assert!(!public.supports_signature(&Sign, &algorithm));
        let error = public.sign(&algorithm, &digest).unwrap_err();
        assert!(error.message().contains("needs the private part of the key"), "{error}");
    }
    let jwk = keys::rsa();
    let public = LocalKey::new(&jwk.to_public()).unwrap();
    let oaep = EncryptionAlgorithm::RsaOaep256;
    let wrapped = public.wrap_key(&oaep, b"a key").unwrap();
    let supported = |operation: KeyOperation| public.supports_encryption(&operation, &oaep);
    assert_eq!([Encrypt, WrapKey, Decrypt, UnwrapKey].map(supported), [true, true, false, false]);
    let error = public.unwrap_key(&oaep, &wrapped).unwrap_err();
    assert!(error.message().contains("needs the private part of the key"), "{error}");
    let whole = LocalKey::new(&jwk).unwrap();
    assert_eq!(whole.unwrap_key(&oaep, &wrapped).unwrap().expose(), b"a key");
}

#[test]
fn a_signature_by_another_algorithm_of_the_same_key_or_of_another_length_is_none() {
    let key = LocalKey::new(&keys::rsa()).unwrap();
    let digest = [7; 32];
    let signature = key.sign(&SignatureAlgorithm::RS256, &digest).unwrap();
    assert!(key.verify(&SignatureAlgorithm::RS256, &digest, &signature).unwrap());
    assert!(!key.verify(&SignatureAlgorithm::PS256, &digest, &signature).unwrap());
    assert!(!key.verify(&SignatureAlgorithm::RS256, &[8; 32], &signature).unwrap());
    for jwk in [keys::rsa(), keys::ec(&P256), JsonWebKey::oct([7; 32])] {
        let key = LocalKey::new(&jwk).unwrap();
        let kind = jwk.key_type();
        let name = if kind.is_rsa() {
            "RS256"
        } else if kind.is_ec() {
            "ES256"
        } else {
            "HS256"
        };
        let signature = key.sign(&name.into(), &digest).unwrap();
        let longer = [&signature[..], &[0]].concat();
        for wrong in [&[][..], &signature[1..], &signature[..signature.len() - 1], &longer] {
            assert!(!key.verify(&name.into(), &digest, wrong).unwrap(), "{name}");
        }
    }
}

#[test]
fn the_salt_of_a_pss_signature_is_as_long_as_its_digest_and_no_other_is_verified() {
    const NONE: aws_lc_rs::signature::RsaSignatureEncoding =
        RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Custom(0));
    const LONG: aws_lc_rs::signature::RsaSignatureEncoding =
        RSA_PSS_SHA256.with_pss_salt_length(RsaPssSaltLength::Custom(64));
    let jwk = keys::rsa();
    let pair = RsaKeyPair::from_pkcs8(jwk.to_private_key_der().unwrap().expose()).unwrap();
    let key = LocalKey::new(&jwk).unwrap();
    let digest: Digest = digest(&SHA256, b"message");
    let by = |encoding: &'static aws_lc_rs::signature::RsaSignatureEncoding| {
        let mut signature = vec![0; 256];
        pair.sign_digest(encoding, &digest, &mut signature).unwrap();
        key.verify(&SignatureAlgorithm::PS256, digest.as_ref(), &signature).unwrap()
    };
    assert!(by(&RSA_PSS_SHA256) && !by(&NONE) && !by(&LONG));
    // Ours has a salt of 32 bytes, which is what a strict verifier asks for.
    let signature = key.sign(&SignatureAlgorithm::PS256, digest.as_ref()).unwrap();
    UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, pair.public_key())
        .verify(b"message", &signature)
        .unwrap();
}

#[test]
fn rsa1_5_is_refused_with_the_reason_until_it_is_allowed() {
    let rsa1_5 = EncryptionAlgorithm::Rsa1_5;
    let key = LocalKey::new(&keys::rsa()).unwrap();
    let allowed = key.clone().allowing_rsa1_5();
    let sealed = allowed.encrypt(&rsa1_5, b"old", None, b"").unwrap().ciphertext;
    for error in [
        key.encrypt(&rsa1_5, b"old", None, b"").unwrap_err(),
        key.decrypt(&rsa1_5, &sealed, None, None, b"").unwrap_err(),
        key.wrap_key(&rsa1_5, b"old").unwrap_err(),
        key.unwrap_key(&rsa1_5, &sealed).unwrap_err(),
    ] {
        assert!(
            error.message().starts_with("algorithm RSA1_5 is not allowed for this key"),
            "{error}"
        );
        assert!(error.explain().unwrap().contains("RSA-OAEP-256"));
    }
    for operation in [Encrypt, Decrypt, WrapKey, UnwrapKey] {
        assert!(!key.supports_encryption(&operation, &rsa1_5));
        assert!(allowed.supports_encryption(&operation, &rsa1_5));
    }
    assert_eq!(allowed.unwrap_key(&rsa1_5, &sealed).unwrap().expose(), b"old");
}

#[test]
fn nothing_and_much_are_encrypted_too() {
    let key = LocalKey::new(&JsonWebKey::oct([7; 32])).unwrap();
    for name in ["A256GCM", "A256CBC", "A256CBCPAD"] {
        let algorithm = EncryptionAlgorithm::from(name);
        for text in [vec![], vec![1; 16], vec![2; 1 << 20]] {
            let sealed = key.encrypt(&algorithm, &text, None, b"").unwrap();
            let (iv, tag) = (sealed.iv.as_deref(), sealed.tag.as_deref());
            let opened = key.decrypt(&algorithm, &sealed.ciphertext, iv, tag, b"").unwrap();
            assert_eq!(opened.expose(), text, "{name} {}", text.len());
        }
    }
    let rsa = LocalKey::new(&keys::rsa()).unwrap();
    for len in [0, 190] {
        let oaep = EncryptionAlgorithm::RsaOaep256;
        let sealed = rsa.wrap_key(&oaep, &vec![1; len]).unwrap();
        assert_eq!(rsa.unwrap_key(&oaep, &sealed).unwrap().expose(), vec![1; len]);
    }
}

#[test]
fn an_iv_is_made_anew_for_each_encryption() {
    let key = LocalKey::new(&JsonWebKey::oct([7; 32])).unwrap();
    for (name, len) in [("A256GCM", 12), ("A256CBC", 16), ("A256CBCPAD", 16)] {
        let ivs: std::collections::BTreeSet<Vec<u8>> = (0..100)
            .map(|_| key.encrypt(&name.into(), &[0; 16], None, b"").unwrap().iv.unwrap())
            .collect();
        assert_eq!(ivs.len(), 100, "{name}");
        assert!(ivs.iter().all(|iv| iv.len() == len), "{name}");
    }
}

#[test]
fn a_key_is_used_from_many_threads_from_its_first_use_on() {
    let key = LocalKey::new(&keys::rsa()).unwrap();
    let algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    std::thread::scope(|scope| {
        for algorithm in algorithms.iter().cycle().take(24) {
            let key = key.clone();
            scope.spawn(move || {
                let algorithm = SignatureAlgorithm::from(*algorithm);
                let digest = algorithm.digest(b"message").unwrap();
                let signature = key.sign(&algorithm, &digest).unwrap();
                assert!(key.verify(&algorithm, &digest, &signature).unwrap());
                let wrapped = key.wrap_key(&EncryptionAlgorithm::RsaOaep256, &digest).unwrap();
                let key = key.unwrap_key(&EncryptionAlgorithm::RsaOaep256, &wrapped).unwrap();
                assert_eq!(key.expose(), digest);
            });
        }
    });
}

#[test]
fn debug_of_a_key_shows_what_it_is_and_no_secret() {
    let key = LocalKey::new(&JsonWebKey::oct(*b"canary canary canary canary canary").with_kid("k"));
    assert_eq!(
        format!("{:?}", key.unwrap()),
        "LocalKey { kid: Some(\"k\"), kind: oct key of 272 bits, private: true, .. }"
    );
}
