//! An attestation authority of the emulator's own, for release policies to name, and the check of its tokens.
//!
//! It stands in for Microsoft Azure Attestation, and answers what the test service of the official SDKs does:
//! `/generate-test-token`, and the documents by which a token is verified.

mod identity;
mod token;

use http::{Method, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub(crate) use identity::HsmIdentity;
pub(crate) use token::{Attested, verify};

use crate::{
    crypto::{KeyMaterial, KeySpec},
    error::Error,
    host::Site,
    message::{Request, Response, json_response},
};

/// Below the emulator's own host.
const PATH: &str = "/attestation";

/// The attestation authority of an emulator.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = azvault_emulator::Emulator::in_memory();
/// let attestation = emulator.attestation();
/// assert_eq!(attestation.url(), "https://localhost:8443/attestation");
///
/// // Claims as the environment has them, and the RSA key that it can read with.
/// # let (modulus, exponent) = (vec![0xC1; 256], vec![1, 0, 1]);
/// let token = attestation.token(&serde_json::json!({"sdk-test": true}), &modulus, &exponent)?;
/// assert_eq!(token.split('.').count(), 3);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    url: String,
}

impl Attestation {
    pub(crate) fn at(authority: &str) -> Self {
        Self { url: format!("{authority}{PATH}") }
    }

    /// What a release policy names as its `authority`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token, good for 8 hours of wall time, that attests `claims` and an RSA key, both numbers big-endian.
    ///
    /// `claims` is a JSON object. Its members come before those of the authority: `iss`, `iat`, `exp` and
    /// `x-ms-runtime`, whose `keys` hold the RSA key as a JWK.
    ///
    /// # Errors
    /// When `claims` is no object, or no token can be signed.
    pub fn token(
        &self,
        claims: &impl Serialize,
        modulus: &[u8],
        exponent: &[u8],
    ) -> Result<String, Error> {
        let doing = "issue an attestation token";
        let claims = serde_json::to_value(claims).map_err(|error| Error::new(doing, error))?;
        let Value::Object(claims) = claims else {
            return Err(Error::new(doing, "the claims are no JSON object"));
        };
        token::issue(&self.url, claims, modulus, exponent)
    }
}

/// Whether a path of the emulator's own host is the authority's.
pub(crate) fn is_attestation(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether an authority can be asked for its keys: the emulator's own, and Azure's by their names.
///
/// A key may be made for one of Azure's, but never released: their tokens cannot be verified here.
pub(crate) fn is_reachable(authority: &str) -> bool {
    let azure = |host: &str| {
        ["attest.azure.net", "attest.azure.us", "attest.azure.cn"]
            .iter()
            .any(|suffix| host.strip_suffix(suffix).is_some_and(|name| name.ends_with('.')))
    };
    is_own(authority)
        || url::Url::parse(authority)
            .is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some_and(azure))
}

/// Whether a URL is that of the emulator's authority, on any of its own hosts.
fn is_own(authority: &str) -> bool {
    url::Url::parse(authority).is_ok_and(|url| {
        url.scheme() == "https"
            && matches!(Site::of(url.host_str().unwrap_or_default()), Site::Local)
            && url.path().trim_end_matches('/') == PATH
    })
}

/// Answers a request to the authority.
pub(crate) async fn answer(request: &Request) -> Response {
    let path = request.path.strip_prefix(PATH).unwrap_or_default();
    let attestation = Attestation::at(&format!("https://{}", request.host));
    let answer = match (&request.method, path.trim_end_matches('/')) {
        (&Method::GET, "/.well-known/openid-configuration") => Some(json!({
            "issuer": attestation.url,
            "jwks_uri": format!("{}/certs", attestation.url),
            "response_types_supported": ["token", "none"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })),
        (&Method::GET, "/certs" | "/keys") => token::key_set(),
        (&Method::GET, "/generate-test-token") => test_token(attestation).await,
        _ => {
            let message = format!("{} {} is not served here.", request.method, request.path);
            return json_response(
                StatusCode::NOT_FOUND,
                &json!({"error": {"code": "NotSupportedByEmulator", "message": message}}),
            );
        }
    };
    match answer {
        Some(body) => json_response(StatusCode::OK, &body),
        None => json_response(
            StatusCode::INTERNAL_SERVER_ERROR,
            &json!({"error": {"code": "InternalServerError", "message": "No key could be made."}}),
        ),
    }
}

/// A token for a key that nobody holds, as the official SDKs' tests want it.
async fn test_token(attestation: Attestation) -> Option<Value> {
    let spec = KeySpec::Rsa { bits: 2048 };
    // RSA keys are made off the runtime's threads.
    let made = tokio::task::spawn_blocking(move || KeyMaterial::generate(spec)).await.ok()?;
    let KeyMaterial::Rsa(key) = made.ok()? else {
        return None;
    };
    let mut claims = Map::new();
    claims.insert("sdk-test".to_owned(), true.into());
    let token = token::issue(&attestation.url, claims, key.n(), key.e()).ok()?;
    Some(json!({"token": token, "attestationToken": token}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_emulators_and_azures_authorities_are_reachable() {
        for authority in [
            "https://localhost:8443/attestation",
            "https://127.0.0.1:1/attestation/",
            "https://sharedeus.eus.attest.azure.net",
            "https://x.attest.azure.us/",
        ] {
            assert!(is_reachable(authority), "{authority}");
        }
        for authority in [
            "",
            "http://localhost:8443/attestation",
            "https://localhost:8443/",
            "https://evilattest.azure.net",
            "https://attest.azure.net.evil.com",
            "https://example.com/attestation",
        ] {
            assert!(!is_reachable(authority), "{authority}");
        }
    }
}
