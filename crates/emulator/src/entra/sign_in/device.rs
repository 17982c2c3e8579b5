//! `POST /{tenant}/oauth2/v2.0/devicecode`, and the page where people type the code.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code>

use http::{Method, StatusCode};
use serde_json::json;

use super::{
    codes::DEVICE_LIFETIME,
    page::{escape, page},
};
use crate::{
    clock::wall_now,
    entra::{
        fields::Fields,
        grants::{Asked, Call, client_of_user},
        refusal::Refusal,
        tokens::Tokens,
    },
    message::{Request, Response, json_response},
};

/// What a program shows, and what it asks with until somebody has typed the code.
pub(in crate::entra) fn begin(
    tokens: &Tokens,
    base: &str,
    segments: &[&str],
    request: &Request,
) -> Response {
    Call::answer(tokens, base, segments, request, codes)
}

fn codes(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = client_of_user(call)?;
    let asked = Asked::required(&call.form)?;
    // Nobody has to do anything, unless that was asked for.
    let user = if call.tokens.sign_ins.by_hand {
        None
    } else {
        let directory = &call.tokens.directory;
        let user = directory.sign_in(directory.default_user());
        Some(user.ok_or_else(|| Refusal::unknown_user(&call.tenant))?)
    };
    let codes = call.tokens.sign_ins.begin_device(&client_id, asked, user, wall_now());
    let (device_code, user_code) = codes
        .ok_or_else(|| Refusal::internal(&std::io::Error::other("there are no random bytes")))?;
    let verification_uri = format!("{}/devicelogin", call.base);
    let message = format!(
        "To sign in, use a web browser to open the page {verification_uri} and enter the code {user_code} to \
         authenticate."
    );
    let url_name = if call.is_v1 { "verification_url" } else { "verification_uri" };
    Ok(json_response(
        StatusCode::OK,
        &json!({
            "user_code": user_code,
            "device_code": device_code,
            (url_name): verification_uri,
            "expires_in": DEVICE_LIFETIME.whole_seconds(),
            // Seconds to wait before asking (again): somebody who types takes a while.
            "interval": if call.tokens.sign_ins.by_hand { 5 } else { 1 },
            "message": message,
        }),
    ))
}

/// `/devicelogin`: a form, and with a `code` in the query or the form the answer to it. `username` says who signs in,
/// `decline` that nobody does.
pub(in crate::entra) fn approve(tokens: &Tokens, request: &Request) -> Response {
    let fields = if request.method == Method::POST {
        Fields::of_body(request)
    } else {
        Fields::of_query(request)
    };
    let default = tokens.directory.default_user();
    let Some(code) = fields.get("code") else {
        let form = format!(
            "<form method=\"post\"><p><label>Code <input name=\"code\" autofocus></label></p>\n\
             <p><label>Who signs in <input name=\"username\" value=\"{}\"></label></p>\n\
             <p><button>Sign in</button> <button name=\"decline\" value=\"1\">Decline</button></p></form>",
            escape(default)
        );
        return page(StatusCode::OK, "Sign in on a device", &form);
    };
    let upn = fields.get("username").unwrap_or(default);
    let declined = fields.get("decline").is_some();
    let user = if declined { None } else { tokens.directory.sign_in(upn) };
    if user.is_none() && !declined {
        let text = Refusal::unknown_user(&tokens.tenant_id).description();
        return page(
            StatusCode::BAD_REQUEST,
            "Not signed in",
            &format!("<p>{}</p>", escape(&text)),
        );
    }
    if !tokens.sign_ins.decide(code, user, wall_now()) {
        let text = "<p>No sign-in waits for that code.</p>";
        return page(StatusCode::BAD_REQUEST, "Not signed in", text);
    }
    if declined {
        return page(StatusCode::OK, "Declined", "<p>The device is not signed in.</p>");
    }
    let text = format!("<p>The device is signed in as {}.</p>", escape(upn));
    page(StatusCode::OK, "Signed in", &text)
}
