//! The assertion that a client signs (RFC 7523).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde::Serialize;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::signer::Signer;
use crate::{Error, ErrorKind, Result};

/// How long an assertion is good for: Entra's documentation advises 5 to 10 minutes.
const LIFE: time::Duration = time::Duration::minutes(10);

#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    typ: &'a str,
    // The thumbprint by SHA-1, `x5t`, is not sent: the documentation no longer has it.
    #[serde(rename = "x5t#S256")]
    thumbprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    x5c: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: i64,
    iat: i64,
    exp: i64,
}

/// An assertion for one request to `audience`, good for ten minutes from `now`.
pub(super) fn sign(
    signer: &Signer,
    client_id: &str,
    audience: &str,
    now: OffsetDateTime,
    with_chain: bool,
) -> Result<Zeroizing<String>> {
    let chain = || signer.chain().iter().map(|der| STANDARD.encode(der)).collect();
    let header = Header {
        alg: signer.algorithm(),
        typ: "JWT",
        thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, signer.certificate())),
        x5c: with_chain.then(chain),
    };
    let now = now.unix_timestamp();
    let claims = Claims {
        aud: audience,
        iss: client_id,
        sub: client_id,
        jti: uuid::Uuid::new_v4().to_string(),
        nbf: now,
        iat: now,
        exp: now + LIFE.whole_seconds(),
    };
    let message = format!("{}.{}", encode(&header)?, encode(&claims)?);
    let signature = signer.sign(message.as_bytes()).ok_or_else(|| {
        Error::new(ErrorKind::Authentication, "the key of the client certificate does not sign")
    })?;
    Ok(Zeroizing::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

fn encode(part: &impl Serialize) -> Result<String> {
    let json = serde_json::to_vec(part).map_err(|error| {
        Error::new(ErrorKind::Authentication, "the client assertion was not made")
            .with_source(error)
    })?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}
