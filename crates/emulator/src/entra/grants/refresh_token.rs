//! A user stays signed in.

use super::{Asked, Call, answer, client};
use crate::{
    entra::{
        refusal::Refusal,
        sign_in::{RefreshRefusal, RefreshToken},
    },
    message::Response,
};

pub(super) fn grant(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = client::of_user(call)?;
    let sent = call.required("refresh_token")?;
    let token = RefreshToken::check(call.tokens, sent).map_err(|refusal| match refusal {
        RefreshRefusal::Expired => Refusal::grant(
            700_082,
            "The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.",
        ),
        RefreshRefusal::Invalid => {
            Refusal::grant(9_002_313, "Invalid request. Request is malformed or invalid.")
        }
    })?;
    // At home a user gets tokens for other tenants too.
    let tenants = [call.tokens.tenant_id.as_str(), call.tenant.as_str()];
    if !token.is_of(&client_id) || !token.is_of_tenant(tenants) {
        let text = "The provided value for the 'refresh_token' is not valid: it was issued to another application or \
                    by another tenant.";
        return Err(Refusal::grant(70_000, text));
    }
    let asked = match Asked::of(&call.form)? {
        Some(asked) => asked,
        None => token.asked()?,
    };
    let user = call.tokens.directory.sign_in(token.upn());
    let user = user.ok_or_else(|| Refusal::unknown_user(&call.tenant))?;
    answer::to_user(call, &user.with_appid(client_id), &asked, None)
}
