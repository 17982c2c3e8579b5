//! A user signs in by name and password.

use super::{Asked, Call, answer, client};
use crate::{entra::refusal::Refusal, message::Response};

pub(super) fn grant(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = client::of_user(call)?;
    let (upn, password) = (call.required("username")?, call.required("password")?);
    let asked = Asked::required(&call.form)?;
    let directory = &call.tokens.directory;
    let user = directory.sign_in(upn).ok_or_else(|| Refusal::unknown_user(&call.tenant))?;
    if directory.user(upn).is_some_and(|user| !user.knows_password(password)) {
        let text = "Error validating credentials due to invalid username or password.";
        return Err(Refusal::grant(50_126, text));
    }
    answer::to_user(call, &user.with_appid(client_id), &asked, None)
}
