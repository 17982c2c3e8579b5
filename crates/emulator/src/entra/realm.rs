//! `GET /common/userrealm/{upn}`: MSAL asks it before it sends a password, to learn who judges that.

use http::StatusCode;
use percent_encoding::percent_decode_str;
use serde_json::json;

use super::tokens::Tokens;
use crate::message::{Response, json_response};

/// Everybody's password is judged here, and nobody's by a federated server.
pub(super) fn answer(tokens: &Tokens, upn: &str) -> Response {
    let upn = percent_decode_str(upn).decode_utf8_lossy();
    let body = match (upn.split_once('@'), tokens.directory.sign_in(&upn)) {
        (Some((_, domain)), Some(_)) => json!({
            "ver": "1.0",
            "account_type": "Managed",
            "domain_name": domain,
            "cloud_instance_name": "microsoftonline.com",
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        }),
        _ => json!({"ver": "1.0", "account_type": "Unknown"}),
    };
    json_response(StatusCode::OK, &body)
}
