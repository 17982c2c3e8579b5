//! Keys that come wrapped under an exchange key of the vault, as the "Bring your own key specification" has it.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    key_wrap::{AES_256, AesKek, KeyWrapPadded},
    rsa::{
        KeySize, OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey,
        PublicKeyComponents,
    },
    signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair},
};
use serde_json::{Value, json};

use crate::support::{Answer, Vault, base64url, from_base64url};

const REFUSAL: &str = "The property \"key_hsm\" must be a valid key transfer blob.";

/// The exchange key of a vault, as the owner of an HSM gets it.
struct Exchange {
    kid: String,
    public: OaepPublicEncryptingKey,
}

impl Exchange {
    async fn new(vault: &Vault) -> Self {
        let body = json!({"kty": "RSA-HSM", "key_size": 2048, "key_ops": ["import"]});
        let key = vault.create("kek", body).await["key"].clone();
        let n = from_base64url(&key["n"]);
        // A premium vault's exponent has a zero in front.
        let public: PublicEncryptingKey =
            PublicKeyComponents { n: n.as_slice(), e: &[1, 0, 1] }.try_into().unwrap();
        let kid = key["kid"].as_str().unwrap().to_owned();
        Self { kid, public: OaepPublicEncryptingKey::new(public).unwrap() }
    }

    fn wrap(&self, key: &[u8]) -> Vec<u8> {
        let aes = [3; 32];
        let mut wrapped = vec![0; 256];
        self.public.encrypt(&OAEP_SHA1_MGF1SHA1, &aes, &mut wrapped, None).unwrap();
        let kek = AesKek::new(&AES_256, &aes).unwrap();
        let mut padded = vec![0; key.len() + 16];
        wrapped.extend_from_slice(kek.wrap_with_padding(key, &mut padded).unwrap());
        wrapped
    }

    fn blob(&self, key: &[u8]) -> Value {
        json!({
            "schema_version": "1.0.0",
            "header": {"kid": self.kid, "alg": "dir", "enc": "CKM_RSA_AES_KEY_WRAP"},
            "ciphertext": base64url(&self.wrap(key)),
            "generator": "a test",
        })
    }
}

async fn import(vault: &Vault, kty: &str, blob: &Value) -> Answer {
    let jwk =
        json!({"kty": kty, "crv": "P-384", "key_hsm": base64url(blob.to_string().as_bytes())});
    vault.send("PUT", "/keys/k", Some(json!({"key": jwk}))).await
}

#[tokio::test]
async fn a_wrapped_key_arrives_in_hardware() {
    let vault = Vault::new().await;
    let exchange = Exchange::new(&vault).await;
    let rsa = RsaKeyPair::generate(KeySize::Rsa3072).unwrap();
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    let answer = import(&vault, "RSA-HSM", &exchange.blob(pkcs8.as_ref())).await;
    assert!(!answer.text().contains("key_hsm"));
    let bundle = answer.ok();
    assert_eq!(bundle["key"]["kty"], "RSA-HSM");
    let n = rsa.public_key().modulus().big_endian_without_leading_zero();
    assert_eq!(from_base64url(&bundle["key"]["n"]), n);

    let ec = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let pkcs8 = ec.to_pkcs8v1().unwrap();
    let bundle = import(&vault, "EC-HSM", &exchange.blob(pkcs8.as_ref())).await.ok();
    assert_eq!((&bundle["key"]["kty"], &bundle["key"]["crv"]), (&json!("EC-HSM"), &json!("P-384")));
    assert_eq!(from_base64url(&bundle["key"]["x"]), ec.public_key().as_ref()[1..49]);

    let hsm = Vault::hsm().await;
    let exchange = Exchange::new(&hsm).await;
    let bundle = import(&hsm, "oct-HSM", &exchange.blob(&[9; 32])).await.ok();
    assert_eq!(bundle["key"]["kty"], "oct-HSM");
    let tag = json!({"alg": "A256KW", "value": base64url(&[1; 16])});
    let wrapped = hsm.post("/keys/k/wrapkey", tag).await.ok();
    let mut expected = vec![0; 24];
    let kek = AesKek::new(&AES_256, &[9; 32]).unwrap();
    let expected = aws_lc_rs::key_wrap::KeyWrap::wrap(kek, &[1; 16], &mut expected).unwrap();
    assert_eq!(from_base64url(&wrapped["value"]), *expected);
}

#[tokio::test]
async fn whatever_is_wrong_inside_a_blob_reads_the_same() {
    let vault = Vault::new().await;
    let exchange = Exchange::new(&vault).await;
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8 = AsDer::<Pkcs8V1Der<'_>>::as_der(&rsa).unwrap();
    let good = exchange.blob(pkcs8.as_ref());
    let wrapped = exchange.wrap(pkcs8.as_ref());
    let with = |path: &str, value: Value| {
        let mut blob = good.clone();
        *blob.pointer_mut(path).unwrap() = value;
        blob
    };
    let changed = |at: usize| {
        let mut changed = wrapped.clone();
        changed[at] ^= 1;
        with("/ciphertext", json!(base64url(&changed)))
    };
    for (kty, blob) in [
        ("RSA-HSM", changed(5)),
        ("RSA-HSM", changed(300)),
        ("RSA-HSM", with("/ciphertext", json!(base64url(&wrapped[..100])))),
        ("RSA-HSM", with("/ciphertext", json!(base64url(&[])))),
        ("RSA-HSM", with("/schema_version", json!("2"))),
        ("RSA-HSM", with("/header/enc", json!("other"))),
        ("RSA-HSM", with("/header/kid", json!("https://kv.vault.azure.net/keys/kek"))),
        ("RSA-HSM", exchange.blob(b"no key")),
        ("EC-HSM", good.clone()),
        ("RSA", good.clone()),
        ("RSA-HSM", json!("no blob")),
    ] {
        let (status, code, _, message) = import(&vault, kty, &blob).await.refusal();
        assert_eq!(
            (status, code.as_str(), message.as_str()),
            (400, "BadParameter", REFUSAL),
            "{blob}"
        );
    }
    // A vault holds no symmetric keys, wrapped or not.
    assert_eq!(import(&vault, "oct-HSM", &exchange.blob(&[9; 32])).await.status(), 400);
    assert_eq!(vault.get("/keys/k").await.status(), 404);
    import(&vault, "RSA-HSM", &good).await.ok();
}

#[tokio::test]
async fn only_a_key_for_imports_opens_a_blob() {
    let vault = Vault::new().await;
    let exchange = Exchange::new(&vault).await;
    let ec = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let blob = exchange.blob(ec.to_pkcs8v1().unwrap().as_ref());
    let update = async |body: Value| vault.send("PATCH", "/keys/kek", Some(body)).await.status();
    assert_eq!(update(json!({"attributes": {"enabled": false}})).await, 200);
    let refusal = import(&vault, "EC-HSM", &blob).await.refusal();
    assert_eq!((refusal.0, refusal.2.as_deref()), (403, Some("KeyDisabled")));
    let other = json!({"attributes": {"enabled": true}, "key_ops": ["unwrapKey"]});
    assert_eq!(update(other).await, 200);
    let refusal = import(&vault, "EC-HSM", &blob).await.refusal();
    assert_eq!((refusal.0, refusal.2.as_deref()), (403, Some("KeyOperationForbidden")));
    vault.delete("/keys/kek").await.ok();
    assert_eq!(import(&vault, "EC-HSM", &blob).await.refusal().1, "KeyNotFound");
}
