//! `make` writes keys and what azvault-crypto made with them; `judge` reads what another
//! implementation made with them. `cargo xtask conformance` puts that other one in between.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a check that fails by panicking, and talks to a pipe"
)]

use std::{collections::BTreeMap, io};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair,
    },
};
use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey, SignatureAlgorithm};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

type Keys = BTreeMap<String, Value>;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("make") => make(),
        Some("judge") => judge(),
        _ => panic!("say `make` or `judge`"),
    }
}

fn keys() -> BTreeMap<&'static str, JsonWebKey> {
    let rsa = |size| {
        let pair = RsaKeyPair::generate(size).unwrap();
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        JsonWebKey::from_der(der.as_ref()).unwrap()
    };
    let ec = |algorithm| {
        let der = EcdsaKeyPair::generate(algorithm).unwrap().to_pkcs8v1().unwrap();
        JsonWebKey::from_der(der.as_ref()).unwrap()
    };
    let oct = |len: usize| {
        let mut bytes = vec![0; len];
        aws_lc_rs::rand::fill(&mut bytes).unwrap();
        JsonWebKey::oct(bytes)
    };
    BTreeMap::from([
        ("rsa2048", rsa(KeySize::Rsa2048)),
        ("rsa3072", rsa(KeySize::Rsa3072)),
        ("rsa4096", rsa(KeySize::Rsa4096)),
        ("p256", ec(&ECDSA_P256_SHA256_FIXED_SIGNING)),
        ("p384", ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
        ("p521", ec(&ECDSA_P521_SHA512_FIXED_SIGNING)),
        ("p256k", ec(&ECDSA_P256K1_SHA256_FIXED_SIGNING)),
        ("oct16", oct(16)),
        ("oct24", oct(24)),
        ("oct32", oct(32)),
    ])
}

fn make() {
    let (mut written, mut cases) = (Keys::new(), Vec::new());
    for (name, jwk) in keys() {
        let json: Value = serde_json::from_str(jwk.to_private_json().unwrap().expose()).unwrap();
        written.insert(name.to_owned(), json);
        let key = LocalKey::new(&jwk).unwrap().allowing_rsa1_5();
        cases.extend(signatures(name).into_iter().map(|alg| signed(name, &key, alg)));
        cases.extend(encryptions(name).into_iter().map(|alg| encrypted(name, &key, alg)));
        cases.extend(wrappings(name).into_iter().map(|alg| wrapped(name, &key, alg)));
    }
    assert_eq!(cases.len(), CASES, "a case for each algorithm that goes with a key");
    println!("{}", json!({ "keys": written, "cases": cases }));
}

/// 6 signatures, 3 encryptions and 3 wrappings by each of three RSA keys; a signature on each of
/// four curves; 3 encryptions, a wrapping and 3 MACs by each of three symmetric keys.
const CASES: usize = 3 * 12 + 4 + 3 * 7;

fn signatures(key: &str) -> Vec<&'static str> {
    match key {
        "p256" => vec!["ES256"],
        "p384" => vec!["ES384"],
        "p521" => vec!["ES512"],
        "p256k" => vec!["ES256K"],
        _ if key.starts_with("rsa") => vec!["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        _ => vec!["HS256", "HS384", "HS512"],
    }
}

fn encryptions(key: &str) -> Vec<&'static str> {
    match key {
        "oct16" => vec!["A128GCM", "A128CBC", "A128CBCPAD"],
        "oct24" => vec!["A192GCM", "A192CBC", "A192CBCPAD"],
        "oct32" => vec!["A256GCM", "A256CBC", "A256CBCPAD"],
        _ if key.starts_with("rsa") => vec!["RSA-OAEP", "RSA-OAEP-256", "RSA1_5"],
        _ => vec![],
    }
}

fn wrappings(key: &str) -> Vec<&'static str> {
    match key {
        "oct16" => vec!["A128KW"],
        "oct24" => vec!["A192KW"],
        "oct32" => vec!["A256KW"],
        _ => encryptions(key),
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn signed(name: &str, key: &LocalKey, alg: &str) -> Value {
    let algorithm = SignatureAlgorithm::from(alg);
    let digest = algorithm.digest(name.as_bytes()).unwrap();
    let signature = key.sign(&algorithm, &digest).unwrap();
    json!({
        "key": name, "op": "sign", "alg": alg,
        "digest": encode(&digest), "signature": encode(&signature),
    })
}

fn encrypted(name: &str, key: &LocalKey, alg: &str) -> Value {
    let plaintext = b"sixteen bytes ok";
    let aad: &[u8] = if alg.ends_with("GCM") { b"header" } else { b"" };
    let made = key.encrypt(&EncryptionAlgorithm::from(alg), plaintext, None, aad).unwrap();
    let mut case = json!({
        "key": name, "op": "encrypt", "alg": alg,
        "plaintext": encode(plaintext), "ciphertext": encode(&made.ciphertext), "aad": encode(aad),
    });
    for (member, bytes) in [("iv", made.iv), ("tag", made.tag)] {
        if let Some(bytes) = bytes {
            case[member] = json!(encode(&bytes));
        }
    }
    case
}

fn wrapped(name: &str, key: &LocalKey, alg: &str) -> Value {
    let bytes = [42; 32];
    let wrapped = key.wrap_key(&EncryptionAlgorithm::from(alg), &bytes).unwrap();
    json!({
        "key": name, "op": "wrap", "alg": alg,
        "key_bytes": encode(&bytes), "wrapped": encode(&wrapped),
    })
}

fn judge() {
    let exchange: Value = serde_json::from_reader(io::stdin()).unwrap();
    let cases = exchange["cases"].as_array().unwrap();
    for case in cases {
        let jwk: JsonWebKey =
            serde_json::from_value(exchange["keys"][text(case, "key")].clone()).unwrap();
        let key = LocalKey::new(&jwk).unwrap().allowing_rsa1_5();
        assert!(holds(&key, case), "{} {} {}", case["key"], case["op"], case["alg"]);
    }
    assert_eq!(cases.len(), CASES, "the other made a case of its own for each of ours");
    eprintln!("azvault-crypto judged {} cases", cases.len());
}

fn text<'a>(case: &'a Value, member: &str) -> &'a str {
    case[member].as_str().unwrap_or_default()
}

fn holds(key: &LocalKey, case: &Value) -> bool {
    let bytes = |member: &str| URL_SAFE_NO_PAD.decode(text(case, member)).unwrap();
    let given = |member: &str| case.get(member).map(|_| bytes(member));
    let alg = text(case, "alg");
    match text(case, "op") {
        "sign" => {
            let algorithm = SignatureAlgorithm::from(alg);
            key.verify(&algorithm, &bytes("digest"), &bytes("signature")).unwrap()
        }
        "encrypt" => {
            let algorithm = EncryptionAlgorithm::from(alg);
            let (iv, tag) = (given("iv"), given("tag"));
            let opened = key
                .decrypt(
                    &algorithm,
                    &bytes("ciphertext"),
                    iv.as_deref(),
                    tag.as_deref(),
                    &bytes("aad"),
                )
                .unwrap();
            opened.expose() == bytes("plaintext")
        }
        _ => {
            let algorithm = EncryptionAlgorithm::from(alg);
            key.unwrap_key(&algorithm, &bytes("wrapped")).unwrap().expose() == bytes("key_bytes")
        }
    }
}
