//! The examples of the RFCs: JWS (7515), JWE (7516), JWK (7517), JWA (7518), the cookbook (7520),
//! thumbprints (7638) and AES key wrap (3394). `jose.json` has them as the RFCs print them.

use azvault_crypto::{EncryptionAlgorithm, JsonWebKey, LocalKey, SignatureAlgorithm};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;

#[derive(Deserialize)]
struct Examples {
    signatures: Vec<Signature>,
    encryptions: Vec<Encryption>,
    contents: Vec<Content>,
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Signature {
    source: String,
    key: JsonWebKey,
    compact: String,
}

#[derive(Deserialize)]
struct Encryption {
    source: String,
    key: JsonWebKey,
    compact: String,
    plaintext: String,
}

#[derive(Deserialize)]
struct Content {
    source: String,
    enc: String,
    cek: String,
    iv: String,
    aad: String,
    plaintext: String,
    ciphertext: String,
    tag: String,
}

#[derive(Deserialize)]
struct Key {
    source: String,
    key: JsonWebKey,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    enc: String,
}

fn examples() -> Examples {
    serde_json::from_str(include_str!("jose.json")).unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn header(part: &str) -> Header {
    serde_json::from_slice(&bytes(part)).unwrap()
}

#[test]
fn the_signatures_of_rfc_7515_and_7520_are_verified_and_made_again() {
    let examples = examples().signatures;
    assert_eq!(examples.len(), 8);
    for Signature { source, key, compact } in examples {
        let (input, signature) = compact.rsplit_once('.').unwrap();
        let algorithm = SignatureAlgorithm::from(&*header(input.split('.').next().unwrap()).alg);
        // JOSE's HS256 is the HMAC of the message itself.
        let to_sign = match algorithm.digest_len() {
            Some(_) => algorithm.digest(input.as_bytes()).unwrap(),
            None => input.as_bytes().to_vec(),
        };
        let local = LocalKey::new(&key).unwrap();
        assert!(local.verify(&algorithm, &to_sign, &bytes(signature)).unwrap(), "{source}");
        let again = local.sign(&algorithm, &to_sign).unwrap();
        if matches!(algorithm.as_str(), "RS256" | "HS256") {
            assert_eq!(again, bytes(signature), "{source}");
        }
        assert!(local.verify(&algorithm, &to_sign, &again).unwrap(), "{source}");
        if !key.key_type().is_oct() {
            let public = LocalKey::new(&key.to_public()).unwrap();
            assert!(public.verify(&algorithm, &to_sign, &again).unwrap(), "{source}");
        }
    }
}

#[test]
fn the_encryptions_of_rfc_7516_and_7520_are_decrypted_from_the_key_to_the_text() {
    let examples = examples().encryptions;
    assert_eq!(examples.len(), 7);
    for Encryption { source, key, compact, plaintext } in examples {
        let [head, wrapped, iv, ciphertext, tag] =
            <[&str; 5]>::try_from(compact.split('.').collect::<Vec<_>>()).unwrap();
        let Header { alg, enc } = header(head);
        let key = LocalKey::new(&key).unwrap().allowing_rsa1_5();
        let content = Content {
            source,
            enc,
            cek: String::new(),
            iv: iv.to_owned(),
            aad: BASE64_URL_SAFE_NO_PAD.encode(head),
            plaintext: BASE64_URL_SAFE_NO_PAD.encode(plaintext),
            ciphertext: ciphertext.to_owned(),
            tag: tag.to_owned(),
        };
        if alg == "dir" {
            check(&content, Some(key), &[]);
        } else {
            let algorithm = EncryptionAlgorithm::from(&*alg);
            let unwrapped = key.unwrap_key(&algorithm, &bytes(wrapped)).unwrap();
            check(&content, None, unwrapped.expose());
            let again = key.wrap_key(&algorithm, unwrapped.expose()).unwrap();
            assert_eq!(key.unwrap_key(&algorithm, &again).unwrap().expose(), unwrapped.expose());
        }
    }
}

#[test]
fn the_contents_of_rfc_7518_are_encrypted_and_decrypted() {
    let examples = examples().contents;
    assert_eq!(examples.len(), 3);
    for content in examples {
        check(&content, None, &bytes(&content.cek));
    }
}

/// Encrypts and decrypts `content` by its key, `given` or of the bytes of a content encryption key.
fn check(content: &Content, given: Option<LocalKey>, cek: &[u8]) {
    let source = &content.source;
    let (iv, aad) = (bytes(&content.iv), bytes(&content.aad));
    let (text, cipher) = (bytes(&content.plaintext), bytes(&content.ciphertext));
    let tag = bytes(&content.tag);
    let key = |bytes: &[u8]| LocalKey::new(&JsonWebKey::oct(bytes)).unwrap();
    if let Some((mode, mac)) = content.enc.split_once("CBC-") {
        // RFC 7518, 5.2.2: the first half is for the MAC, the second for the cipher.
        let (mac_key, cipher_key) = cek.split_at(cek.len() / 2);
        let algorithm = EncryptionAlgorithm::from(&*format!("{mode}CBCPAD"));
        let sealed = key(cipher_key).encrypt(&algorithm, &text, Some(&iv), b"").unwrap();
        assert_eq!(sealed.ciphertext, cipher, "{source}");
        let opened = key(cipher_key).decrypt(&algorithm, &cipher, Some(&iv), None, b"").unwrap();
        assert_eq!(opened.expose(), text, "{source}");
        let bits = (aad.len() as u64 * 8).to_be_bytes();
        let input = [&aad[..], &iv, &cipher, &bits].concat();
        let full = key(mac_key).sign(&SignatureAlgorithm::from(mac), &input).unwrap();
        assert_eq!(full[..full.len() / 2], tag, "{source}");
    } else {
        let algorithm = EncryptionAlgorithm::from(&*content.enc);
        let key = given.unwrap_or_else(|| key(cek));
        let sealed = key.encrypt(&algorithm, &text, Some(&iv), &aad).unwrap();
        assert_eq!((sealed.ciphertext, sealed.tag.as_deref()), (cipher.clone(), Some(&*tag)));
        let opened = key.decrypt(&algorithm, &cipher, Some(&iv), Some(&tag), &aad).unwrap();
        assert_eq!(opened.expose(), text, "{source}");
    }
}

#[test]
fn the_keys_of_rfc_7517_are_read_and_written_in_every_form() {
    let examples = examples().keys;
    assert_eq!(examples.len(), 7);
    for Key { source, key } in examples {
        LocalKey::new(&key).unwrap();
        let whole = key.to_private_json().unwrap();
        assert_eq!(serde_json::from_str::<JsonWebKey>(whole.expose()).unwrap(), key, "{source}");
        if key.key_type().is_oct() {
            continue;
        }
        let kid = key.kid().unwrap();
        let public = JsonWebKey::from_pem(&key.to_public_key_pem().unwrap()).unwrap();
        assert_eq!(public.with_kid(kid), key.to_public(), "{source}");
        if key.has_private_part() {
            let private = JsonWebKey::from_pem(key.to_private_key_pem().unwrap().expose()).unwrap();
            assert_eq!(private.with_kid(kid), key, "{source}");
        }
    }
}

#[test]
fn the_thumbprint_of_rfc_7638_is_found() {
    // Section 3.1 has the RSA key of RFC 7517, A.1.
    let key = examples().keys.remove(1).key;
    let thumbprint = key.thumbprint().unwrap();
    assert_eq!(
        BASE64_URL_SAFE_NO_PAD.encode(thumbprint),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn keys_are_wrapped_as_rfc_3394_shows() {
    let kek: Vec<u8> = (0..32).collect();
    let data = [
        &[0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee]
            [..],
        &[0xff, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d],
        &[0x0e, 0x0f],
    ]
    .concat();
    for (section, kek_len, data_len, wrapped) in [
        ("4.1", 16, 16, "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5"),
        ("4.2", 24, 16, "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D"),
        ("4.3", 32, 16, "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7"),
        ("4.4", 24, 24, "031D33264E15D33268F24EC260743EDCE1C6C7DDEE725A936BA814915C6762D2"),
        ("4.5", 32, 24, "A8F9BC1612C68B3FF6E6F4FBE30E71E4769C8B80A32CB8958CD5D17D6B254DA1"),
        (
            "4.6",
            32,
            32,
            "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21",
        ),
    ] {
        let key = LocalKey::new(&JsonWebKey::oct(&kek[..kek_len])).unwrap();
        let algorithm = EncryptionAlgorithm::from(&*format!("A{}KW", kek_len * 8));
        let found = key.wrap_key(&algorithm, &data[..data_len]).unwrap();
        let hex: String = found.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(hex, wrapped, "{section}");
        assert_eq!(key.unwrap_key(&algorithm, &found).unwrap().expose(), &data[..data_len]);
    }
}
