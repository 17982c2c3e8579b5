//! Beside OpenSSL: what we sign, encrypt and write it takes, and what it makes we take.
//!
//! The command-line program is needed, and its absence is a failure: CONTRIBUTING.md says how to
//! get it.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use azvault_crypto::{
    EncryptionAlgorithm, JsonWebKey,
    KeyCurve::{self, P256, P256K, P384, P521},
    LocalKey, SignatureAlgorithm, ecdsa,
};

use crate::keys;

/// A folder of its own for each use, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), bytes).unwrap();
    }

    /// Whether `openssl` succeeds with `arguments`, and what it writes.
    fn try_openssl(&self, arguments: &str, input: &[u8]) -> (bool, Vec<u8>, String) {
        let child = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.unwrap_or_else(|error| {
            panic!("the program `openssl` is needed for this test, see CONTRIBUTING.md: {error}")
        });
        // A program that ends without reading all closes its end, which is for it to decide.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.success(), output.stdout, said)
    }

    #[track_caller]
    fn openssl(&self, arguments: &str, input: &[u8]) -> Vec<u8> {
        let (success, written, said) = self.try_openssl(arguments, input);
        assert!(success, "openssl {arguments}: {said}");
        written
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How OpenSSL calls a curve.
fn curve_name(curve: &KeyCurve) -> &'static str {
    match curve {
        P256 => "P-256",
        P384 => "P-384",
        P521 => "P-521",
        P256K => "secp256k1",
        other => panic!("{other} is no curve to test with"),
    }
}

/// What `pkeyutl` is told of an algorithm, for a digest.
fn options(algorithm: &str) -> String {
    let padding = match &algorithm[..2] {
        "RS" => " -pkeyopt rsa_padding_mode:pkcs1",
        "PS" => " -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest",
        _ => "",
    };
    format!("-pkeyopt digest:sha{}{padding}", &algorithm[2..5])
}

/// Signs here and there by `algorithm`, and verifies on the other side.
fn exchange_signatures(jwk: &JsonWebKey, algorithm: &str) {
    let folder = Folder::new();
    folder.put("key.pem", jwk.to_private_key_pem().unwrap().expose());
    folder.put("public.pem", jwk.to_public_key_pem().unwrap());
    let key = LocalKey::new(jwk).unwrap();
    let name = SignatureAlgorithm::from(algorithm);
    let digest = name.digest(b"message").unwrap();
    folder.put("digest", &digest);
    let options = match algorithm {
        "ES256K" => options("ES256"),
        other => options(other),
    };

    let ours = key.sign(&name, &digest).unwrap();
    let there = match jwk.curve() {
        Some(curve) => ecdsa::to_der(&ours, curve).unwrap(),
        None => ours.clone(),
    };
    folder.put("ours", &there);
    let verify = |signature: &str| {
        format!(
            "pkeyutl -verify -pubin -inkey public.pem -in digest -sigfile {signature} {options}"
        )
    };
    folder.openssl(&verify("ours"), b"");
    let mut spoilt = there;
    *spoilt.last_mut().unwrap() ^= 1;
    folder.put("spoilt", spoilt);
    assert!(!folder.try_openssl(&verify("spoilt"), b"").0, "{algorithm}");

    let sign = format!("pkeyutl -sign -inkey key.pem -in digest {options}");
    let theirs = folder.openssl(&sign, b"");
    let here = match jwk.curve() {
        Some(curve) => ecdsa::from_der(&theirs, curve).unwrap(),
        None => theirs,
    };
    assert!(key.verify(&name, &digest, &here).unwrap(), "{algorithm}");
    if algorithm.starts_with("RS") {
        assert_eq!(here, ours, "{algorithm} has one signature of a digest");
    }
}

#[test]
fn signatures_by_rsa_are_verified_on_the_other_side() {
    let jwk = keys::rsa();
    for algorithm in ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] {
        exchange_signatures(&jwk, algorithm);
    }
}

#[test]
fn signatures_by_ecdsa_are_verified_on_the_other_side() {
    for curve in [P256, P384, P521, P256K] {
        exchange_signatures(&keys::ec(&curve), keys::algorithm_of(&curve).as_str());
    }
}

#[test]
fn what_rsa_encrypts_is_decrypted_on_the_other_side() {
    let folder = Folder::new();
    let jwk = keys::rsa();
    folder.put("key.pem", jwk.to_private_key_pem().unwrap().expose());
    folder.put("public.pem", jwk.to_public_key_pem().unwrap());
    let key = LocalKey::new(&jwk).unwrap().allowing_rsa1_5();
    for (algorithm, mode) in [
        (EncryptionAlgorithm::RsaOaep, "oaep -pkeyopt rsa_oaep_md:sha1"),
        (
            EncryptionAlgorithm::RsaOaep256,
            "oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256",
        ),
        (EncryptionAlgorithm::Rsa1_5, "pkcs1"),
    ] {
        let ours = key.wrap_key(&algorithm, b"a secret").unwrap();
        let decrypt = format!("pkeyutl -decrypt -inkey key.pem -pkeyopt rsa_padding_mode:{mode}");
        assert_eq!(folder.openssl(&decrypt, &ours), b"a secret", "{algorithm}");
        let encrypt =
            format!("pkeyutl -encrypt -pubin -inkey public.pem -pkeyopt rsa_padding_mode:{mode}");
        let theirs = folder.openssl(&encrypt, b"another secret");
        assert_eq!(key.unwrap_key(&algorithm, &theirs).unwrap().expose(), b"another secret");
    }
}

#[test]
fn aes_cbc_agrees() {
    let (folder, iv) = (Folder::new(), [9; 16]);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let text = [5; 48];
    for len in [16, 24, 32] {
        let key = LocalKey::new(&JsonWebKey::oct(vec![7; len])).unwrap();
        let bits = len * 8;
        let enc = format!("enc -aes-{bits}-cbc -K {} -iv {}", hex(&vec![7; len]), hex(&iv));
        let ours = |name: String| {
            key.encrypt(&EncryptionAlgorithm::from(&*name), &text, Some(&iv), b"")
                .unwrap()
                .ciphertext
        };
        assert_eq!(ours(format!("A{bits}CBCPAD")), folder.openssl(&enc, &text));
        assert_eq!(ours(format!("A{bits}CBC")), folder.openssl(&format!("{enc} -nopad"), &text));
    }
}

/// That `file` in the folder holds `key`, or its public part, in whatever form.
#[track_caller]
fn holds(folder: &Folder, file: &str, key: &JsonWebKey) {
    let bytes = fs::read(folder.0.join(file)).unwrap();
    let read = match std::str::from_utf8(&bytes) {
        Ok(pem) if pem.contains("-----BEGIN ") => JsonWebKey::from_pem(pem),
        _ => JsonWebKey::from_der(&bytes),
    };
    assert_eq!(&read.unwrap(), key, "{file}");
}

#[test]
fn rsa_keys_are_read_in_every_form_that_openssl_writes() {
    let folder = Folder::new();
    folder.openssl("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem", b"");
    let key = JsonWebKey::from_pem(&fs::read_to_string(folder.0.join("key.pem")).unwrap()).unwrap();
    LocalKey::new(&key).unwrap();
    folder.openssl("pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out pkcs8.der", b"");
    folder.openssl("rsa -in key.pem -traditional -out pkcs1.pem", b"");
    folder.openssl("rsa -in key.pem -traditional -outform DER -out pkcs1.der", b"");
    for file in ["pkcs8.der", "pkcs1.pem", "pkcs1.der"] {
        holds(&folder, file, &key);
    }
    folder.openssl("pkey -in key.pem -pubout -out spki.pem", b"");
    folder.openssl("pkey -in key.pem -pubout -outform DER -out spki.der", b"");
    folder.openssl("rsa -in key.pem -RSAPublicKey_out -out public.pem", b"");
    folder.openssl("rsa -in key.pem -RSAPublicKey_out -outform DER -out public.der", b"");
    for file in ["spki.pem", "spki.der", "public.pem", "public.der"] {
        holds(&folder, file, &key.to_public());
    }
    // And back: byte for byte what OpenSSL writes itself.
    let der = fs::read(folder.0.join("pkcs8.der")).unwrap();
    assert_eq!(key.to_private_key_der().unwrap().expose(), der);
    assert_eq!(key.to_public_key_der().unwrap(), fs::read(folder.0.join("spki.der")).unwrap());
    let pem = fs::read_to_string(folder.0.join("key.pem")).unwrap();
    assert_eq!(key.to_private_key_pem().unwrap().expose(), pem);
}

#[test]
fn ec_keys_are_read_in_every_form_that_openssl_writes() {
    for curve in [P256, P384, P521, P256K] {
        let folder = Folder::new();
        let name = curve_name(&curve);
        folder.openssl(&format!("ecparam -genkey -name {name} -out sec1.pem"), b"");
        let sec1 = fs::read_to_string(folder.0.join("sec1.pem")).unwrap();
        assert!(sec1.contains("BEGIN EC PARAMETERS"), "another block comes first");
        let key = JsonWebKey::from_pem(&sec1).unwrap();
        assert_eq!(key.curve(), Some(&curve));
        LocalKey::new(&key).unwrap();
        folder.openssl("ec -in sec1.pem -outform DER -out sec1.der", b"");
        folder.openssl("ec -in sec1.pem -no_public -outform DER -out no_public.der", b"");
        folder.openssl("pkcs8 -topk8 -nocrypt -in sec1.pem -out pkcs8.pem", b"");
        folder.openssl("pkcs8 -topk8 -nocrypt -in sec1.pem -outform DER -out pkcs8.der", b"");
        for file in ["sec1.der", "no_public.der", "pkcs8.pem", "pkcs8.der"] {
            holds(&folder, file, &key);
        }
        folder.openssl("ec -in sec1.pem -pubout -out spki.pem", b"");
        folder.openssl("ec -in sec1.pem -pubout -outform DER -out spki.der", b"");
        folder.openssl("ec -in sec1.pem -pubout -conv_form compressed -out short.pem", b"");
        for file in ["spki.pem", "spki.der", "short.pem"] {
            holds(&folder, file, &key.to_public());
        }
        let der = fs::read(folder.0.join("pkcs8.der")).unwrap();
        assert_eq!(key.to_private_key_der().unwrap().expose(), der, "{curve}");
        assert_eq!(key.to_public_key_der().unwrap(), fs::read(folder.0.join("spki.der")).unwrap());
    }
}

#[test]
fn what_is_no_plain_rsa_or_ec_key_is_refused_with_what_it_is() {
    let folder = Folder::new();
    folder.put("key.pem", keys::rsa().to_private_key_pem().unwrap().expose());
    let refused = |arguments: &str| {
        let pem = String::from_utf8(folder.openssl(arguments, b"")).unwrap();
        JsonWebKey::from_pem(&pem).unwrap_err().message().to_owned()
    };
    let encrypted = "the private key is encrypted, which is not read here";
    assert_eq!(refused("pkcs8 -topk8 -in key.pem -passout pass:canary"), encrypted);
    assert_eq!(refused("rsa -in key.pem -traditional -aes128 -passout pass:canary"), encrypted);
    let der = folder.openssl("pkcs8 -topk8 -in key.pem -passout pass:canary -outform DER", b"");
    assert_eq!(JsonWebKey::from_der(&der).unwrap_err().message(), encrypted);
    assert_eq!(
        refused("genpkey -algorithm ED25519"),
        "this is neither an RSA nor an EC key, but one of kind 1.3.101.112"
    );
    assert_eq!(
        refused("req -x509 -new -key key.pem -subj /CN=x -days 1"),
        "there is a certificate in the PEM, but no key"
    );
    assert_eq!(
        refused("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-224"),
        "the EC key names no curve that is known here: P-256, P-384, P-521 or secp256k1"
    );
}
