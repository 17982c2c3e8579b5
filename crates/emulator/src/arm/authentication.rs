//! The token check of the management plane, and the challenge for a request without a good token.

use std::sync::Arc;

use http::{HeaderValue, header};

use super::{error::ArmError, site::ArmSite};
use crate::{
    entra::{Caller, TokenRefusal, Tokens, tell_of_foreign},
    message::{Request, bearer},
};

const PUBLIC_AUDIENCES: [&str; 2] =
    ["https://management.azure.com", "https://management.core.windows.net"];

/// Why a caller is not let in, with the challenge to answer with.
#[derive(Debug)]
pub(super) struct Unauthorized {
    pub(super) error: ArmError,
    pub(super) challenge: Option<HeaderValue>,
}

/// The caller, when its token is good for this plane.
pub(super) fn authenticate(
    tokens: &Tokens,
    site: &ArmSite,
    request: &Request,
) -> Result<Arc<Caller>, Unauthorized> {
    let refused = |code: &'static str, message: String| {
        let description = message.replace(['"', '\\'], "'");
        let challenge = format!(
            "Bearer authorization_uri=\"{}/{}\", error=\"invalid_token\", error_description=\"{description}\"",
            site.login, tokens.tenant_id
        );
        let challenge = HeaderValue::from_str(&challenge).ok();
        Unauthorized { error: ArmError::unauthorized(code, message), challenge }
    };
    let Some(token) = bearer(&request.headers) else {
        let message = "Authentication failed. The 'Authorization' header is missing.";
        return Err(refused("AuthenticationFailed", message.to_owned()));
    };
    let mut audiences = PUBLIC_AUDIENCES.to_vec();
    audiences.extend(
        site.audiences.iter().map(String::as_str).filter(|own| !PUBLIC_AUDIENCES.contains(own)),
    );
    let checked = tokens.check(token, &audiences);
    if let Err(refusal) = &checked {
        tell_of_foreign(refusal, token, "Resource Manager");
    }
    checked.map_err(|refusal| match refusal {
        TokenRefusal::Malformed | TokenRefusal::Signature | TokenRefusal::NotYetValid => {
            refused("InvalidAuthenticationToken", "The access token is invalid.".to_owned())
        }
        TokenRefusal::Expired => {
            refused("ExpiredAuthenticationToken", "The access token has expired.".to_owned())
        }
        TokenRefusal::Audience { found, .. } => refused(
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{found}'. It should exactly \
                 match with one of the allowed audiences '{}'.",
                audiences.join("','")
            ),
        ),
        TokenRefusal::Issuer { expected, found } => refused(
            "InvalidAuthenticationTokenTenant",
            format!(
                "The access token is from the wrong issuer '{found}'. It must match the tenant '{expected}' \
                 associated with this subscription."
            ),
        ),
    })
}

pub(super) fn add_challenge(headers: &mut http::HeaderMap, challenge: Option<HeaderValue>) {
    if let Some(challenge) = challenge {
        headers.insert(header::WWW_AUTHENTICATE, challenge);
    }
}
