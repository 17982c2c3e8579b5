//! Managed HSMs as resources: making, changing, deleting and recovering them, each a long-running operation.
//!
//! <https://learn.microsoft.com/rest/api/keyvault/managedhsm/managed-hsms>

mod body;
mod change;
mod deleted;
mod kept;
mod model;
mod network;
mod operation;
mod refusals;
mod view;

use http::{Method, StatusCode};
use serde::Deserialize;
use time::OffsetDateTime;

use super::{
    Context,
    error::ArmError,
    names::{GroupId, HsmId, is_vault_name},
    page::Page,
    reply::Reply,
    route::Route,
    state::State,
    vaults::availability,
};
use crate::clock::Times;
pub(super) use kept::KeptHsm;
pub(super) use model::ManagedHsm;
use view::HsmView;

const KIND: &str = "Microsoft.KeyVault/managedHSMs";

/// `None` for what this emulator does not do.
pub(super) fn answer(
    context: &Context<'_>,
    method: &Method,
    route: Route,
) -> Option<Result<Reply, ArmError>> {
    Some(match (method.as_str(), route) {
        ("GET", Route::ManagedHsms { subscription, group }) => {
            list(context, &subscription, group.as_ref())
        }
        ("PUT", Route::ManagedHsm(id)) => change::put(context, &id),
        ("PATCH", Route::ManagedHsm(id)) => change::patch(context, &id),
        ("GET", Route::ManagedHsm(id)) => get(context, &id),
        ("DELETE", Route::ManagedHsm(id)) => deleted::delete(context, &id),
        ("GET", Route::HsmRegions(id)) => regions(context, &id),
        ("GET", Route::DeletedHsms { subscription }) => deleted::list(context, &subscription),
        ("GET", Route::DeletedHsm { subscription, location, name }) => {
            deleted::get(context, &subscription, &location, &name)
        }
        ("POST", Route::PurgeHsm { subscription, location, name }) => {
            deleted::purge(context, &subscription, &location, &name)
        }
        ("GET", Route::HsmOperation { subscription, location, token }) => {
            operation::poll(context, &subscription, &location, &token)
        }
        _ => return None,
    })
}

fn get(context: &Context<'_>, id: &HsmId) -> Result<Reply, ArmError> {
    let state = context.state();
    let hsm = live(&state, context.now, id)?;
    Ok(Reply::json(StatusCode::OK, &HsmView::of(context, hsm))?.by_provider())
}

/// The managed HSM of that name in that group, unless it is deleted.
pub(super) fn live<'a>(
    state: &'a State,
    now: OffsetDateTime,
    id: &HsmId,
) -> Result<&'a ManagedHsm, ArmError> {
    state.group(&id.group)?;
    state
        .hsms
        .get(&id.key())
        .filter(|hsm| hsm.is_live(now) && hsm.id.group.is(&id.group))
        .ok_or_else(|| not_found(id))
}

/// The same, to be changed.
pub(super) fn live_mut<'a>(
    state: &'a mut State,
    now: OffsetDateTime,
    id: &HsmId,
) -> Result<&'a mut ManagedHsm, ArmError> {
    live(state, now, id)?;
    state.hsms.get_mut(&id.key()).ok_or_else(|| not_found(id))
}

fn not_found(id: &HsmId) -> ArmError {
    ArmError::resource_not_found(KIND, &id.name, &id.group)
}

/// The live ones of a subscription, or of one group of it, in the order of their names.
pub(super) fn live_ones<'a>(
    state: &'a State,
    times: &'a Times,
    subscription: &'a str,
    group: Option<&'a GroupId>,
) -> impl Iterator<Item = &'a ManagedHsm> {
    state.hsms.values().filter(move |hsm| {
        hsm.is_live(times.of(&hsm.id.key()))
            && hsm.id.group.subscription == subscription
            && group.is_none_or(|group| hsm.id.group.is(group))
    })
}

fn list(
    context: &Context<'_>,
    subscription: &str,
    group: Option<&GroupId>,
) -> Result<Reply, ArmError> {
    let state = context.state();
    let path = match group {
        Some(group) => state.group(group)?.id.path(),
        None => format!("/subscriptions/{subscription}"),
    };
    let hsms = live_ones(&state, context.times, subscription, group)
        .filter(|hsm| hsm.id.key() > context.query.after);
    let page = Page::cut(
        hsms,
        context.query.page_size(),
        |hsm| (&hsm.id.name, HsmView::of(context, hsm)),
        |last| {
            let query = context.query.continued(last);
            format!("{}{path}/providers/{KIND}?{query}", context.site.base)
        },
    );
    Ok(Reply::json(StatusCode::OK, &page)?.by_provider())
}

/// Those that were sent when it was made or changed.
fn regions(context: &Context<'_>, id: &HsmId) -> Result<Reply, ArmError> {
    let state = context.state();
    let value = view::regions(live(&state, context.now, id)?);
    Ok(Reply::json(StatusCode::OK, &Page::whole(value))?.by_provider())
}

/// Deletes those of a group that is deleted.
pub(super) fn delete_all(context: &Context<'_>, state: &mut State, group: &GroupId) {
    state.hsms.change_each(|_, hsm| {
        let goes = hsm.is_live(context.times.of(&hsm.id.key())) && hsm.id.group.is(group);
        if goes {
            hsm.delete(context);
        }
        goes
    });
}

#[derive(Deserialize)]
struct CheckName {
    name: String,
}

/// A deleted managed HSM keeps its name.
pub(super) fn check_name(context: &Context<'_>) -> Result<Reply, ArmError> {
    let CheckName { name } = context.json()?;
    let (reason, message) = if !is_vault_name(&name) {
        let error = ArmError::hsm_name_not_valid(&name);
        (Some("AccountNameInvalid"), Some(error.message.into_owned()))
    } else if context.state().hsms.get(&name.to_ascii_lowercase()).is_some() {
        (Some("AlreadyExists"), Some(format!("The name '{name}' is already in use.")))
    } else {
        (None, None)
    };
    availability(reason, message)
}
