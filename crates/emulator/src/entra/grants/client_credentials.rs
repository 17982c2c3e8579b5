//! An application signs in as itself.

use super::{Call, answer, client, scope};
use crate::{entra::refusal::Refusal, message::Response, principal::Principal};

pub(super) fn grant(call: &Call<'_>) -> Result<Response, Refusal> {
    let client_id = call.required("client_id")?;
    client::authenticate(call, client_id)?;
    let audience = scope::of_application(&call.form)?;
    let principal = match call.tokens.directory.application(client_id) {
        Some(application) => application.principal.clone(),
        None => Principal::for_client_id(client_id),
    };
    answer::to_application(call, &principal.with_tid(&call.tenant), audience)
}
