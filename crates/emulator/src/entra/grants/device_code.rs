//! A user signs in elsewhere, and the program asks until that is done.

use super::{Call, answer, client};
use crate::{
    clock::wall_now,
    entra::{refusal::Refusal, sign_in::Polled},
    message::Response,
};

pub(super) fn grant(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = client::of_user(call)?;
    // Version 1 calls it `code`.
    let code = call.form.first(&["device_code", "code"]);
    let code = code.ok_or_else(|| Refusal::missing("device_code"))?;
    match call.sign_ins.poll(code, &client_id, wall_now()) {
        Polled::Approved(user, asked) => answer::to_user(call, &user, &asked, None),
        Polled::Pending => Err(Refusal::bad(
            "authorization_pending",
            70_016,
            "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        )),
        Polled::Declined => Err(Refusal::bad(
            "authorization_declined",
            65_004,
            "The user has declined to authorize the device.",
        )),
        Polled::Expired => Err(Refusal::bad(
            "expired_token",
            70_020,
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
        )),
        Polled::Unknown => Err(Refusal::bad(
            "bad_verification_code",
            70_018,
            "The provided value for the input parameter 'device_code' is not valid.",
        )),
    }
}
