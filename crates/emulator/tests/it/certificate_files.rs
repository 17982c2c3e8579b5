//! The files that certificates come in and go out in: keys of every kind, several at once, names of older encodings.

use aws_lc_rs::signature::{ECDSA_P256K1_SHA256_ASN1, UnparsedPublicKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use cms::content_info::ContentInfo;
use p12_keystore::{
    Certificate, KeyStore, KeyStoreEntry, Pkcs12Archive, PrivateKey, PrivateKeyChain,
};
use rcgen::{CertificateParams, DistinguishedName, DnType, DnValue, KeyPair};
use serde_json::{Value, json};
use x509_cert::{
    Certificate as Written,
    der::{Decode, Encode},
};

use crate::{
    certificate_support::{der, issued, merged_by, parse, policy_with, request, sections},
    support::{Answer, Vault},
    test_certificates::{AUTHORITY, KEY, LEAF},
};

async fn import(vault: &Vault, body: Value) -> Answer {
    vault.post("/certificates/c/import", body).await
}

fn named(name: impl Into<DnValue>) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// A key and a certificate that it signs itself, as PEM with the key first.
fn pem(params: CertificateParams, key: &KeyPair) -> String {
    key.serialize_pem() + &params.self_signed(key).unwrap().pem()
}

/// A key on P-256 with some certificate of it, for a file with several.
fn entry(id: u8, name: &str) -> (Vec<u8>, KeyStoreEntry) {
    let key = KeyPair::generate().unwrap();
    let certificate = named(name).self_signed(&key).unwrap();
    let private = PrivateKey::from_der(&key.serialize_der()).unwrap();
    let chain = vec![Certificate::from_der(certificate.der()).unwrap()];
    let chain = PrivateKeyChain::new(vec![id], private, chain);
    (certificate.der().to_vec(), KeyStoreEntry::PrivateKeyChain(chain))
}

#[tokio::test]
async fn a_certificate_on_p256k_signs_itself_and_is_imported_elsewhere() {
    let vault = Vault::new().await;
    let key = json!({"kty": "EC", "crv": "P-256K"});
    let bundle = issued(&vault, "c", policy_with(json!({"key_props": key}))).await;
    let props = &bundle["policy"]["key_props"];
    assert_eq!((&props["crv"], &props["key_size"]), (&json!("P-256K"), &json!(256)));
    let certificate = der(&bundle);
    let certificate = parse(&certificate);
    let signed = UnparsedPublicKey::new(
        &ECDSA_P256K1_SHA256_ASN1,
        &certificate.public_key().subject_public_key.data,
    )
    .verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data);
    assert!(signed.is_ok());
    let file = vault.get("/secrets/c").await.ok()["value"].clone();

    let other = Vault::new().await;
    let imported = import(&other, json!({"value": file})).await.ok();
    assert_eq!(imported["cer"], bundle["cer"]);
    assert_eq!(imported["policy"]["key_props"]["crv"], "P-256K");
    assert_eq!(other.get("/secrets/c").await.ok()["value"], file);
    let digest = json!({"alg": "ES256K", "value": crate::support::base64url(&[7; 32])});
    assert_eq!(other.post("/keys/c/sign", digest).await.ok()["kid"], imported["kid"]);
}

#[tokio::test]
async fn rsa_keys_are_imported_with_their_size() {
    for (size, bits) in [(rcgen::RsaKeySize::_2048, 2048), (rcgen::RsaKeySize::_3072, 3072)] {
        let key = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).unwrap();
        let vault = Vault::new().await;
        let bundle = import(&vault, json!({"value": pem(named("rsa"), &key)})).await.ok();
        let props = &bundle["policy"]["key_props"];
        assert_eq!((&props["kty"], &props["key_size"]), (&json!("RSA"), &json!(bits)));
        let secret = vault.get("/secrets/c").await.ok();
        let sections = sections(secret["value"].as_str().unwrap());
        assert_eq!(sections[0].1, key.serialize_der(), "the same key");
    }
}

/// The key of the first entry with its certificate counts; the other certificates come along.
#[tokio::test]
async fn of_a_pfx_with_several_keys_one_key_and_its_certificate_are_taken() {
    let mut store = KeyStore::new();
    let mut ders = Vec::new();
    for (id, name) in [(1, "one"), (2, "two"), (3, "three")] {
        let (der, entry) = entry(id, name);
        store.add_entry(name, entry);
        ders.push(der);
    }
    let file = STANDARD.encode(store.writer("pass").write().unwrap());
    let vault = Vault::new().await;
    let bundle = import(&vault, json!({"value": file, "pwd": "pass"})).await.ok();
    assert!(ders.contains(&der(&bundle)));
    let secret = vault.get("/secrets/c").await.ok();
    let written = STANDARD.decode(secret["value"].as_str().unwrap()).unwrap();
    let written = Pkcs12Archive::from_pkcs12(&written, "").unwrap();
    assert_eq!(written.keys.len(), 1);
    let leaf = der(&bundle);
    let leaf = parse(&leaf);
    let key = KeyPair::try_from(written.keys[0].key.as_der()).unwrap();
    assert_eq!(key.public_key_raw(), &*leaf.public_key().subject_public_key.data);
    let mut found: Vec<_> = written.certs.iter().map(|bag| bag.cert.as_der().to_vec()).collect();
    found.sort();
    ders.sort();
    assert_eq!(found, ders);
}

#[tokio::test]
async fn names_of_older_encodings_are_read_and_renewed_with() {
    for value in [
        DnValue::BmpString("Müller, Söhne".try_into().unwrap()),
        DnValue::Utf8String("Müller, Söhne".to_owned()),
    ] {
        let key = KeyPair::generate().unwrap();
        let vault = Vault::new().await;
        let policy = json!({"issuer": {"name": "Self"}});
        let body = json!({"value": pem(named(value), &key), "policy": policy});
        let bundle = import(&vault, body).await.ok();
        assert_eq!(bundle["policy"]["x509_props"]["subject"], r"CN=Müller\, Söhne");
        assert_eq!(vault.post("/certificates/c/create", json!({})).await.status(), 202);
        let next = der(&vault.get("/certificates/c").await.ok());
        let name = parse(&next);
        let name = name.subject().iter_common_name().next().unwrap();
        assert_eq!(name.as_str().unwrap(), "Müller, Söhne");
    }
}

/// As documented: the key of a PEM file is unencrypted PKCS #8.
#[tokio::test]
async fn keys_of_other_forms_are_refused_in_the_words_of_the_form() {
    let vault = Vault::new().await;
    let key = KeyPair::generate().unwrap();
    let whole = pem(named("c"), &key);
    for tag in ["ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
        let value = whole.replace("PRIVATE KEY", tag);
        let refused = import(&vault, json!({"value": value, "pwd": "pass"})).await.refusal();
        assert_eq!(refused.0, 400, "{tag}");
        assert!(refused.3.contains("PEM X.509 certificate content"), "{tag}: {}", refused.3);
    }
}

#[tokio::test]
async fn an_import_knows_issuers_and_needs_a_name() {
    let vault = Vault::new().await;
    let key = KeyPair::generate().unwrap();
    let policy = json!({"issuer": {"name": "nobody"}});
    let body = json!({"value": pem(named("c"), &key), "policy": policy});
    let refused = import(&vault, body.clone()).await.refusal();
    assert_eq!((refused.0, refused.1.as_str()), (404, "CertificateIssuerNotFound"));
    let issuer = json!({"provider": "Test"});
    vault.send("PUT", "/certificates/issuers/nobody", Some(issuer)).await.ok();
    assert_eq!(import(&vault, body).await.status(), 200);

    let mut nameless = CertificateParams::default();
    nameless.distinguished_name = DistinguishedName::new();
    let refused = import(&vault, json!({"value": pem(nameless.clone(), &key)})).await.refusal();
    assert_eq!((refused.0, refused.3.as_str()), (400, "Property 'subject' is required.\r\n"));
    let name = rcgen::SanType::DnsName("a.example".try_into().unwrap());
    nameless.subject_alt_names.push(name);
    let bundle = import(&vault, json!({"value": pem(nameless, &key)})).await.ok();
    let props = &bundle["policy"]["x509_props"];
    assert_eq!(
        (&props["subject"], &props["sans"]["dns_names"]),
        (&json!(""), &json!(["a.example"]))
    );
}

/// The certificates of the secret `c`, whatever its form.
async fn certificates_of(vault: &Vault) -> Vec<Vec<u8>> {
    let secret = vault.get("/secrets/c?outContentType=application/x-pem-file").await.ok();
    let sections = sections(secret["value"].as_str().unwrap());
    sections.into_iter().filter(|(tag, _)| tag == "CERTIFICATE").map(|(_, der)| der).collect()
}

/// As documented (PKCS #7), and as .NET's client is used (PKCS #12).
#[tokio::test]
async fn a_merge_takes_chains_in_any_order_and_in_files() {
    for form in ["list", "reversed", "pkcs7", "pkcs12"] {
        let vault = Vault::new().await;
        let unknown = json!({"issuer": {"name": "Unknown"}, "secret_props": null});
        let begun = request(&vault, "c", policy_with(unknown)).await;
        let chain = merged_by(&begun.json()["csr"]);
        let ders: Vec<_> = chain.iter().map(|text| STANDARD.decode(text).unwrap()).collect();
        let x5c = match form {
            "list" => chain.to_vec(),
            "reversed" => chain.iter().rev().cloned().collect(),
            "pkcs7" => {
                let path =
                    ders.iter().map(|der| Written::from_der(der).unwrap()).collect::<Vec<_>>();
                vec![STANDARD.encode(ContentInfo::try_from(path).unwrap().to_der().unwrap())]
            }
            _ => {
                let mut store = KeyStore::new();
                for (index, der) in ders.iter().rev().enumerate() {
                    let certificate = Certificate::from_der(der).unwrap();
                    store.add_entry(&index.to_string(), KeyStoreEntry::Certificate(certificate));
                }
                vec![STANDARD.encode(store.writer("").write().unwrap())]
            }
        };
        let merged = vault.post("/certificates/c/pending/merge", json!({"x5c": x5c})).await;
        assert_eq!(merged.status(), 201, "{form}: {}", merged.text());
        assert_eq!(merged.json()["cer"], chain[0], "{form}");
        assert_eq!(certificates_of(&vault).await, ders, "{form}: the leaf first");
    }
}

#[tokio::test]
async fn a_chains_order_is_kept_where_that_was_said() {
    let [key, leaf, authority] = [KEY, LEAF, AUTHORITY];
    for content_type in ["application/x-pem-file", "application/x-pkcs12"] {
        for (preserve, first) in [(None, leaf), (Some(false), leaf), (Some(true), authority)] {
            let vault = Vault::new().await;
            let value = match content_type {
                "application/x-pem-file" => [key, authority, leaf].concat(),
                // Entries without a key are written first.
                _ => {
                    let mut store = KeyStore::new();
                    let certificate =
                        |pem: &str| Certificate::from_der(&sections(pem)[0].1).unwrap();
                    store.add_entry("ca", KeyStoreEntry::Certificate(certificate(authority)));
                    let private = PrivateKey::from_der(&sections(key)[0].1).unwrap();
                    let chain = PrivateKeyChain::new(vec![1], private, vec![certificate(leaf)]);
                    store.add_entry("key", KeyStoreEntry::PrivateKeyChain(chain));
                    STANDARD.encode(store.writer("").write().unwrap())
                }
            };
            let body = json!({"value": value, "preserveCertOrder": preserve});
            let bundle = import(&vault, body).await.ok();
            assert_eq!(der(&bundle), sections(leaf)[0].1, "{content_type}");
            assert_eq!(bundle.get("preserveCertOrder").and_then(Value::as_bool), preserve);
            let written = certificates_of(&vault).await;
            assert_eq!(written[0], sections(first)[0].1, "{content_type} {preserve:?}");
            assert_eq!(written.len(), 2);
        }
    }

    let vault = Vault::new().await;
    let unknown = policy_with(json!({"issuer": {"name": "Unknown"}}));
    let body = json!({"policy": unknown, "preserveCertOrder": true});
    let begun = vault.post("/certificates/c/create", body).await.json();
    assert_eq!(begun["preserveCertOrder"], true);
    let [leaf, authority] = merged_by(&begun["csr"]);
    let body = json!({"x5c": [authority, leaf]});
    let merged = vault.post("/certificates/c/pending/merge", body).await.json();
    assert_eq!((&merged["cer"], &merged["preserveCertOrder"]), (&json!(leaf), &json!(true)));
    assert_eq!(STANDARD.encode(&certificates_of(&vault).await[0]), authority);
}
