//! Checks a client assertion as Entra ID would: by the certificate that is registered.

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED,
        RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
    },
};
use azvault_tests::Seen;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::Value;

use super::{Folder, check::form, format::Assertion};

/// The assertion's id, if everything in it is right.
pub(super) fn check(folder: &Folder, expected: &Assertion, seen: &Seen) -> Result<String, String> {
    let form = form(seen);
    let assertion = form.get("client_assertion").ok_or("no assertion")?;
    let parts: Vec<&str> = assertion.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return Err(format!("no token: {assertion}"));
    };
    let (header_json, claims_json) = (json(header)?, json(claims)?);
    let certificate = certificate(folder, &expected.certificate);
    let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).map_err(text)?;
    let key = parsed.public_key().subject_public_key.data.as_ref();
    let algorithm: &dyn VerificationAlgorithm = match expected.alg.as_str() {
        "PS256" => &RSA_PSS_2048_8192_SHA256,
        "ES256" => &ECDSA_P256_SHA256_FIXED,
        "ES384" => &ECDSA_P384_SHA384_FIXED,
        "ES512" => &ECDSA_P521_SHA512_FIXED,
        other => return Err(format!("the runner does not know {other}")),
    };
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(text)?;
    UnparsedPublicKey::new(algorithm, key)
        .verify(format!("{header}.{claims}").as_bytes(), &signature)
        .map_err(|_| "the signature is wrong")?;
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate));
    let chain = header_json["x5c"].as_array().map_or(0, Vec::len);
    let first = header_json["x5c"][0].as_str().map(|first| STANDARD.decode(first));
    for (what, right) in [
        ("alg", header_json["alg"] == expected.alg.as_str()),
        ("typ", header_json["typ"] == "JWT"),
        ("x5t#S256", header_json["x5t#S256"] == thumbprint.as_str()),
        ("x5c", chain == expected.chain && first.is_none_or(|first| first == Ok(certificate))),
        ("aud", claims_json["aud"] == seen.url.as_str()),
        ("iss", claims_json["iss"] == form["client_id"].as_str()),
        ("sub", claims_json["sub"] == claims_json["iss"]),
        ("nbf", claims_json["nbf"].is_i64() && claims_json["nbf"] == claims_json["iat"]),
        ("exp", life(&claims_json) == Some(600)),
    ] {
        if !right {
            return Err(format!("{what} is wrong: {header_json} {claims_json}"));
        }
    }
    claims_json["jti"].as_str().map(ToOwned::to_owned).ok_or_else(|| "no jti".to_owned())
}

fn life(claims: &Value) -> Option<i64> {
    Some(claims["exp"].as_i64()? - claims["nbf"].as_i64()?)
}

fn json(part: &str) -> Result<Value, String> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).map_err(text)?).map_err(text)
}

fn certificate(folder: &Folder, name: &str) -> Vec<u8> {
    let pem = String::from_utf8(folder.data(name)).unwrap();
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(lines).unwrap()
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
