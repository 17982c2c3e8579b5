//! A user signed in by a browser, which brought the program a code.

use super::{Call, answer, client};
use crate::{
    clock::wall_now,
    entra::{refusal::Refusal, sign_in::Redemption},
    message::Response,
};

pub(super) fn grant(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = client::of_user(call)?;
    let code = call.required("code")?;
    let redirect_uri = call.required("redirect_uri")?;
    let verifier = call.form.get("code_verifier");
    let redemption = Redemption { code, client_id: &client_id, redirect_uri, verifier };
    let redeemed = call.sign_ins.redeem(&redemption, wall_now())?;
    answer::to_user(call, &redeemed.user, &redeemed.asked, redeemed.nonce.as_deref())
}
