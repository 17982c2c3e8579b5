//! The answers with tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{Call, scope::Asked};
use crate::{
    entra::{
        refusal::Refusal,
        sign_in::{IdToken, RefreshToken},
        tokens::Minted,
    },
    message::{Response, json_response},
    principal::Principal,
};

/// The token of an application for itself.
pub(super) fn to_application(
    call: &Call<'_>,
    principal: &Principal,
    audience: &str,
) -> Result<Response, Refusal> {
    let minted = mint(call, principal, audience)?;
    Ok(ok(&access(call, &minted, audience)))
}

/// The tokens of a user, who signed in with the application that `user` names.
pub(super) fn to_user(
    call: &Call<'_>,
    user: &Principal,
    asked: &Asked,
    nonce: Option<&str>,
) -> Result<Response, Refusal> {
    let user = user.clone().with_tid(&call.tenant);
    let minted = mint(call, &user, &asked.audience)?;
    let mut body = access(call, &minted, &asked.audience);
    let scope = format!("{} {}/user_impersonation", asked.scope, asked.audience);
    set(&mut body, "scope", scope);
    if asked.asks_for("openid") {
        let issuer = format!("{}/{}/v2.0", call.base, call.tenant);
        let token = IdToken { issuer, user: &user, minted: &minted, nonce }.sign(call.tokens);
        set(&mut body, "id_token", token.map_err(|error| Refusal::internal(&error))?);
    }
    if asked.asks_for("offline_access") {
        let token = RefreshToken::of(&user, &call.tenant, &asked.scope).sign(call.tokens);
        set(&mut body, "refresh_token", token.map_err(|error| Refusal::internal(&error))?);
    }
    if call.form.get("client_info").is_some() || call.is_v1 {
        let info = json!({"uid": user.oid(), "utid": call.tenant}).to_string();
        set(&mut body, "client_info", URL_SAFE_NO_PAD.encode(info));
    }
    Ok(ok(&body))
}

fn mint(call: &Call<'_>, principal: &Principal, audience: &str) -> Result<Minted, Refusal> {
    call.tokens.mint(principal, audience).map_err(|error| Refusal::internal(&error))
}

fn access(call: &Call<'_>, minted: &Minted, audience: &str) -> Value {
    let expires_in = (minted.expires_on - call.tokens.now()).whole_seconds().max(0);
    if !call.is_v1 {
        return json!({
            "token_type": "Bearer",
            "expires_in": expires_in,
            "ext_expires_in": expires_in,
            "access_token": minted.token,
        });
    }
    json!({
        "token_type": "Bearer",
        "expires_in": expires_in.to_string(),
        "ext_expires_in": expires_in.to_string(),
        "expires_on": minted.expires_on.unix_timestamp().to_string(),
        "not_before": minted.not_before.unix_timestamp().to_string(),
        "resource": audience,
        "access_token": minted.token,
    })
}

fn set(body: &mut Value, name: &str, value: String) {
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value.into());
    }
}

/// No cache may keep tokens.
fn ok(body: &Value) -> Response {
    let mut response = json_response(StatusCode::OK, body);
    let value = HeaderValue::from_static("no-store, no-cache");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}
