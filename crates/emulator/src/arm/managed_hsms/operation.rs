//! What the `Location` of an operation on a managed HSM answers: 202 without a body while it runs, as recorded.

use http::{StatusCode, header};
use time::OffsetDateTime;

use super::super::{
    Context,
    error::ArmError,
    names::{HsmId, normalized_location},
    operations::{self, Operation},
    reply::Reply,
    state::State,
};

/// Takes an operation on the managed HSM of that key down, and answers where to ask after it. There is no `Retry-After`, as recorded.
pub(super) fn begin(
    context: &Context<'_>,
    state: &mut State,
    key: String,
    subscription: &str,
    location: &str,
    done: OffsetDateTime,
    result: Option<HsmId>,
) -> Reply {
    let (token, operation) = Operation::on_hsm(subscription, context.now, done, result);
    let reply = accepted(context, subscription, location, &token);
    state.add_operation(token, operation.of_vault(key));
    reply
}

/// The managed HSM when it is made or changed, and nothing when it is deleted or purged.
pub(super) fn poll(
    context: &Context<'_>,
    subscription: &str,
    location: &str,
    token: &str,
) -> Result<Reply, ArmError> {
    let operation = Operation::find(context, subscription, token)?;
    if operation.runs(context.now) {
        return Ok(accepted(context, subscription, location, token));
    }
    match operation.result {
        Some(id) => super::get(context, &id),
        None => Ok(Reply::empty(StatusCode::OK).by_provider()),
    }
}

fn accepted(context: &Context<'_>, subscription: &str, location: &str, token: &str) -> Reply {
    let location = normalized_location(location);
    let path = format!(
        "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/managedHsmOperationResults/{token}"
    );
    let headers = vec![(header::LOCATION, operations::url(context, &path))];
    Reply { headers, ..Reply::empty(StatusCode::ACCEPTED) }.by_provider()
}
