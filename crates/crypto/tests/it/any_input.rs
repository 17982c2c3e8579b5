//! What parses is total: whatever is given, it gives a key or an error, and soon.

use azvault_crypto::{
    JsonWebKey,
    KeyCurve::{P256, P256K, P384, P521},
    LocalKey, ecdsa,
};

use crate::keys;

/// A file changed in each place, cut off at each place, and lengthened there.
fn variations(right: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..right.len()).flat_map(move |place| {
        let changed = [0x00, 0x01, 0x30, 0x7f, 0x80, 0xff].into_iter().map(move |byte| {
            let mut changed = right.to_vec();
            changed[place] = byte;
            changed
        });
        let longer = [&right[..place], &[0x80], &right[place..]].concat();
        changed.chain([right[..place].to_vec(), longer])
    })
}

/// Uses a key in all ways that may look at it.
fn use_it(key: &JsonWebKey) -> bool {
    let _ = (key.thumbprint(), key.to_public_key_der(), key.to_private_key_pem());
    let _ = format!("{key:?}{}", key.to_private_json().unwrap().expose());
    LocalKey::new(key).is_ok()
}

fn files() -> Vec<Vec<u8>> {
    let mut files: Vec<Vec<u8>> = [P256, P521, P256K]
        .map(|curve| keys::ec(&curve).to_private_key_der().unwrap().expose().to_vec())
        .into();
    files.push(keys::ec(&P384).to_public_key_der().unwrap());
    files.push(keys::rsa().to_public_key_der().unwrap());
    files
}

#[test]
fn a_spoilt_der_gives_an_error_or_a_key_that_is_looked_at() {
    let (mut read, mut all) = (0, 0);
    for spoilt in files().iter().flat_map(|file| variations(file).collect::<Vec<_>>()) {
        all += 1;
        if let Ok(key) = JsonWebKey::from_der(&spoilt) {
            read += 1;
            use_it(&key);
        }
        for curve in [P256, P521] {
            let _ = ecdsa::from_der(&spoilt, &curve);
        }
    }
    // Most are refused; of RSA's many are still a modulus.
    assert!(all > 5_000 && (500..all / 3).contains(&read), "{read} of {all}");
}

#[test]
fn a_spoilt_private_rsa_key_is_refused_or_one_of_its_forms() {
    let der = keys::rsa().to_private_key_der().unwrap();
    for place in (0..der.expose().len()).step_by(37) {
        let mut spoilt = der.expose().to_vec();
        spoilt[place] ^= 0x55;
        if let Ok(key) = JsonWebKey::from_der(&spoilt) {
            assert!(LocalKey::new(&key).is_err(), "{place}");
        }
    }
}

#[test]
fn a_spoilt_pem_gives_an_error_or_a_key() {
    let pem = keys::ec(&P256).to_private_key_pem().unwrap();
    let mut read = 0;
    for spoilt in variations(pem.expose().as_bytes()) {
        if let Ok(key) = JsonWebKey::from_pem(&String::from_utf8_lossy(&spoilt)) {
            read += 1;
            use_it(&key);
        }
    }
    assert!(read > 0);
}

#[test]
fn a_file_that_never_ends_a_block_is_refused_soon() {
    // Some megabytes, each line of which begins a block: looked at once, not once a line.
    let pem = "-----BEGIN PUBLIC KEY-----\n".repeat(200_000);
    assert!(JsonWebKey::from_pem(&pem).is_err());
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}", "A".repeat(5_000_000));
    assert!(JsonWebKey::from_pem(&pem).is_err());
    let long = [&[0x30, 0x83, 0xff, 0xff, 0xfb][..], &vec![0; 0x00ff_fffb]].concat();
    let error = JsonWebKey::from_der(&long).unwrap_err();
    assert_eq!(error.message(), "a key in DER has up to 32768 bytes, and these are 16777216");
}

#[test]
fn a_pem_as_people_paste_it_is_read() {
    let key = keys::ec(&P256);
    let pem = key.to_private_key_pem().unwrap();
    let pem = pem.expose();
    let mut body: Vec<&str> = pem.lines().collect();
    let (first, last) = (body.remove(0), body.pop().unwrap());
    let unwrapped = format!("{first}\n{}\n{last}", body.concat());
    let narrow: Vec<String> = body
        .concat()
        .as_bytes()
        .chunks(40)
        .map(|line| String::from_utf8(line.to_vec()).unwrap())
        .collect();
    for pasted in [
        pem.replace('\n', "\r\n"),
        format!("Bag Attributes\n    friendlyName: k\n{pem}and more text\n"),
        pem.trim_end().to_owned(),
        unwrapped,
        format!("{first}\n{}\n{last}\n", narrow.join("\n")),
        format!("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n{pem}"),
        // Indented as the source or the YAML it is in, with blanks at the ends of its lines, with
        // empty lines, in lines of any length, and on the one line that a form leaves of it.
        pem.replace('\n', "\n        "),
        pem.replace('\n', " \n"),
        pem.replace('\n', "\n\n"),
        format!("{first}\n{}\n\t{}\n{last}\n", &body.concat()[..7], &body.concat()[7..]),
        pem.replace('\n', " "),
        format!("\u{feff}{pem}"),
    ] {
        assert_eq!(JsonWebKey::from_pem(&pasted).unwrap(), key, "{pasted}");
    }
}

#[test]
fn json_that_is_no_key_gives_an_error() {
    for json in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"kty":7}"#,
        r#"{"kty":"RSA","n":"*"}"#,
        r#"{"kty":"RSA","n":[1]}"#,
        r#"{"kty":"EC","crv":7}"#,
        r#"{"kty":"oct","k":null,"k":null}"#,
    ] {
        assert!(serde_json::from_str::<JsonWebKey>(json).is_err(), "{json}");
    }
    for json in [
        r#"{"kty":""}"#,
        r#"{"kty":"RSA","n":"","e":""}"#,
        r#"{"kty":"RSA","n":null,"e":null}"#,
        r#"{"kty":"EC","crv":"P-256","x":"","y":"","d":""}"#,
        r#"{"kty":"oct","k":""}"#,
    ] {
        let key: JsonWebKey = serde_json::from_str(json).unwrap();
        assert!(!use_it(&key), "{json}");
    }
}

#[test]
fn a_key_in_the_place_of_a_point_is_refused() {
    let inner = keys::ec(&P256).to_public_key_der().unwrap();
    assert_eq!(inner.len(), 91);
    // The algorithm, and a bit string that holds the inner key where the point should be.
    let outer = [&[0x30, 21 + 2 + 92], &inner[2..23], &[0x03, 92, 0x00], &inner].concat();
    let error = JsonWebKey::from_der(&outer).unwrap_err();
    assert_eq!(error.message(), "the EC key in it is malformed, or does not fit itself");
}
