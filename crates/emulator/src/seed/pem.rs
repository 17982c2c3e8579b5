//! A private key in PEM as the JSON web key that an import takes: PKCS #8, PKCS #1 (RSA) or SEC 1 (EC).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use pkcs1::RsaPrivateKey;
use pkcs8::{PrivateKeyInfoRef, der::Decode};
use sec1::EcPrivateKey;
use serde_json::{Value, json};

use crate::crypto::{Curve, KeyMaterial, TransferredKey, oid};

/// The key as JSON; the text is not repeated in an error.
pub(super) fn jwk(text: &str) -> Result<Value, String> {
    let parts = pem::parse_many(text).map_err(|_| "it is no PEM".to_owned())?;
    let key = parts.iter().find(|part| part.tag().ends_with("PRIVATE KEY"));
    let key = key.ok_or_else(|| "there is no private key in it".to_owned())?;
    let parsed = match key.tag() {
        "PRIVATE KEY" => pkcs8(key.contents()),
        "RSA PRIVATE KEY" => rsa(key.contents()),
        "EC PRIVATE KEY" => sec1(key.contents()),
        "ENCRYPTED PRIVATE KEY" => {
            return Err(
                "the key is encrypted: write it without a password (openssl pkey)".to_owned()
            );
        }
        tag => return Err(format!("'{tag}' is not read: PKCS #8 is (openssl pkey)")),
    };
    parsed.ok_or_else(|| {
        "it is no private key of RSA or of the curves P-256, P-384, P-521 and P-256K that can be read".to_owned()
    })
}

fn pkcs8(der: &[u8]) -> Option<Value> {
    let info = PrivateKeyInfoRef::from_der(der).ok()?;
    if info.algorithm.oid == oid::RSA {
        return rsa(info.private_key.as_bytes());
    }
    if info.algorithm.oid != oid::EC {
        return None;
    }
    let curve = Curve::of_oid(&info.algorithm.parameters_oid().ok()?)?;
    let d = EcPrivateKey::from_der(info.private_key.as_bytes()).ok()?.private_key;
    // The library computes the public point, which the file need not have.
    let KeyMaterial::Ec(key) = KeyMaterial::from_pkcs8(TransferredKey::Ec(curve), der).ok()? else {
        return None;
    };
    Some(ec(curve, d, key.point()))
}

fn sec1(der: &[u8]) -> Option<Value> {
    let key = EcPrivateKey::from_der(der).ok()?;
    let curve = Curve::of_oid(&key.parameters?.named_curve()?)?;
    let xy = key.public_key?.strip_prefix(&[4])?;
    Some(ec(curve, key.private_key, xy.split_at_checked(xy.len() / 2)?))
}

fn ec(curve: Curve, d: &[u8], (x, y): (&[u8], &[u8])) -> Value {
    let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    json!({"kty": "EC", "crv": curve.name(), "d": text(d), "x": text(x), "y": text(y)})
}

fn rsa(der: &[u8]) -> Option<Value> {
    let key = RsaPrivateKey::from_der(der).ok()?;
    let text = |number: pkcs1::UintRef<'_>| URL_SAFE_NO_PAD.encode(number.as_bytes());
    Some(json!({
        "kty": "RSA",
        "n": text(key.modulus),
        "e": text(key.public_exponent),
        "d": text(key.private_exponent),
        "p": text(key.prime1),
        "q": text(key.prime2),
        "dp": text(key.exponent1),
        "dq": text(key.exponent2),
        "qi": text(key.coefficient),
    }))
}
