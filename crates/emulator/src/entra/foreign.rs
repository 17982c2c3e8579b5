//! Tokens that somebody else signed: Azure's own, which are good for real vaults and must not travel on.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};

use super::tokens::TokenRefusal;
use crate::host;

/// Length of the `kid` of an emulator's key: SHA-256 in base64. Entra's are of SHA-1.
const OUR_KID: usize = 43;

#[derive(Deserialize)]
struct Header {
    kid: Option<String>,
}

#[derive(Deserialize)]
struct Issued {
    iss: String,
}

/// Whom a token that was not signed here says that it is from.
#[derive(Debug, PartialEq, Eq)]
enum Origin {
    /// The host of an authority of Azure.
    Azure(&'static str),
    OtherEmulator,
}

/// Says in the log that a refused token is one of Azure's own, without anything of it but the name of the authority.
pub(crate) fn tell_of_foreign(refusal: &TokenRefusal, token: &str, asked: &'static str) {
    if !matches!(refusal, TokenRefusal::Signature | TokenRefusal::Malformed) {
        return;
    }
    match origin(token) {
        Some(Origin::Azure(issuer)) => tracing::warn!(
            issuer,
            asked,
            "A REAL AZURE TOKEN was sent to the emulator and refused with 401. It was neither kept nor logged. The \
             program signs in to Azure itself: give it the emulator's variables (azvault-emulator env, or run), or \
             its authority"
        ),
        Some(Origin::OtherEmulator) => tracing::warn!(
            asked,
            "a token of another emulator, or of an earlier run with --ephemeral, was refused with 401: make the \
             credential anew"
        ),
        None => {}
    }
}

fn origin(token: &str) -> Option<Origin> {
    let mut parts = token.split('.');
    let header: Header = part(parts.next()?)?;
    let issued: Issued = part(parts.next()?)?;
    let rest = issued.iss.strip_prefix("https://")?;
    let issuer = host::issuer(rest.split('/').next()?)?;
    let ours = header.kid.is_some_and(|kid| kid.len() == OUR_KID);
    Some(if ours { Origin::OtherEmulator } else { Origin::Azure(issuer) })
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, claims: &str) -> String {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.c2lnbmF0dXJl", encode(header), encode(claims))
    }

    #[test]
    fn a_token_is_known_by_its_issuer_and_its_key() {
        let azures = r#"{"typ":"JWT","alg":"RS256","kid":"nOo3ZDrODXEK1jKWhXslHR_KXEg"}"#;
        for (issuer, host) in [
            ("https://sts.windows.net/t/", "sts.windows.net"),
            ("https://login.microsoftonline.com/t/v2.0", "login.microsoftonline.com"),
            ("https://sts.chinacloudapi.cn/t/", "sts.chinacloudapi.cn"),
        ] {
            let claims = format!(r#"{{"iss":"{issuer}","aud":"https://vault.azure.net"}}"#);
            assert_eq!(origin(&token(azures, &claims)), Some(Origin::Azure(host)), "{issuer}");
        }
        let kid = "k".repeat(OUR_KID);
        let ours = format!(r#"{{"alg":"RS256","kid":"{kid}"}}"#);
        let claims = r#"{"iss":"https://sts.windows.net/t/"}"#;
        assert_eq!(origin(&token(&ours, claims)), Some(Origin::OtherEmulator));
        assert_eq!(origin(&token(azures, r#"{"iss":"https://sts.windows.net.evil.test/"}"#)), None);
        assert_eq!(origin("no token"), None);
    }
}
