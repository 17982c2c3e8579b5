//! Attested environments, release policies for them, and the signed statements that they get.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    key_wrap::{AES_256, AesKek, KeyWrapPadded},
    rsa::{KeySize, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey},
    signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{Answer, Vault, base64url, from_base64url};

pub(crate) const NOT_VERIFIED: &str =
    "Target environment attestation statement cannot be verified.";
pub(crate) const NOT_ADMITTED: &str =
    "Target environment attestation does not meet key release policy requirements.";

/// An attested environment: who holds this key can read what is wrapped for it.
pub(crate) struct Environment {
    pair: RsaKeyPair,
}

impl Environment {
    pub(crate) fn new() -> Self {
        Self { pair: RsaKeyPair::generate(KeySize::Rsa2048).unwrap() }
    }

    pub(crate) fn token(&self, vault: &Vault, claims: Value) -> String {
        let public = self.pair.public_key();
        let n = public.modulus().big_endian_without_leading_zero().to_vec();
        let e = public.exponent().big_endian_without_leading_zero().to_vec();
        vault.emulator.attestation().token(&claims, &n, &e).unwrap()
    }

    pub(crate) fn decrypt(&self, oaep: &'static OaepAlgorithm, cipher: &[u8]) -> Vec<u8> {
        let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&self.pair).unwrap();
        let key = PrivateDecryptingKey::from_pkcs8(pkcs8.as_ref()).unwrap();
        let key = OaepPrivateDecryptingKey::new(key).unwrap();
        let mut plain = vec![0; 256];
        key.decrypt(oaep, cipher, &mut plain, None).unwrap().to_vec()
    }

    /// PKCS #11's CKM_RSA_AES_KEY_WRAP, undone.
    pub(crate) fn unwrap(&self, oaep: &'static OaepAlgorithm, wrapped: &[u8]) -> Vec<u8> {
        let (aes, key) = wrapped.split_at(256);
        let kek = AesKek::new(&AES_256, &self.decrypt(oaep, aes)).unwrap();
        let mut plain = vec![0; key.len()];
        kek.unwrap_with_padding(key, &mut plain).unwrap().to_vec()
    }
}

/// The policy of the official SDKs' tests.
pub(crate) fn policy(vault: &Vault) -> Value {
    json!({
        "version": "1.0.0",
        "anyOf": [{
            "authority": format!("{}/", vault.emulator.attestation().url()),
            "anyOf": [{"claim": "sdk-test", "equals": true}],
        }],
    })
}

pub(crate) fn encoded(policy: &Value) -> Value {
    json!({"data": base64url(policy.to_string().as_bytes())})
}

pub(crate) async fn exportable(vault: &Vault, kty: &str) -> Value {
    let body = json!({
        "kty": kty, "attributes": {"exportable": true}, "release_policy": encoded(&policy(vault)),
    });
    vault.create("k", body).await.clone()
}

pub(crate) fn refused(answer: &Answer) -> (u16, String, String) {
    let (status, code, inner, message) = answer.refusal();
    assert_eq!(inner, None);
    (status, code, message)
}

pub(crate) fn bad(message: &str) -> (u16, String, String) {
    (400, "BadParameter".to_owned(), message.to_owned())
}

pub(crate) fn forbidden(message: &str) -> (u16, String, String) {
    (403, "Forbidden".to_owned(), message.to_owned())
}

pub(crate) fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).unwrap();
    serde_json::from_slice(&from_base64url(&json!(part))).unwrap()
}

/// The content of a JWS whose signature is that of the first certificate of its chain.
pub(crate) fn signed_content(jws: &str) -> Value {
    let header = part(jws, 0);
    assert_eq!((&header["alg"], &header["typ"]), (&json!("RS256"), &json!("JWT")));
    for name in ["kid", "x5t", "x5t#S256"] {
        assert!(header[name].is_string(), "{name}");
    }
    let chain = header["x5c"].as_array().unwrap();
    assert_eq!(chain.len(), 3);
    let leaf = STANDARD.decode(chain[0].as_str().unwrap()).unwrap();
    // The public key, as the certificate holds it: n and e in a SEQUENCE of 266 bytes.
    let start = leaf.windows(4).position(|window| window == [0x30, 0x82, 0x01, 0x0A]).unwrap();
    let public = &leaf[start..start + 270];
    let (input, signature) = jws.rsplit_once('.').unwrap();
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public)
        .verify(input.as_bytes(), &from_base64url(&json!(signature)))
        .unwrap();
    part(jws, 1)
}
