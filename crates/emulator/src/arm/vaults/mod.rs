//! Vaults as resources: making, changing, deleting and recovering them.

mod access_policies;
mod body;
mod change;
pub(super) mod connections;
mod deleted;
mod kept;
mod model;
mod network;
mod policy_rules;
mod view;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    Context,
    error::ArmError,
    names::{GroupId, VaultId, is_vault_name},
    page::Page,
    reply::Reply,
    state::State,
};
pub(super) use access_policies::change as change_policies;
pub(super) use change::{patch, put};
pub(super) use deleted::{get as get_deleted, list as list_deleted, purge, seconds};
pub(super) use kept::KeptVault;
pub(super) use model::{ArmVault, Stamp};
pub(super) use network::{NetworkAcls, check_public_access, rules};
pub(super) use view::SystemData;
use view::{ProvisioningState, VaultView};

pub(super) fn get(context: &Context<'_>, id: &VaultId) -> Result<Reply, ArmError> {
    reply(context, context.state().live(id)?)
}

/// Soft delete: the data plane is gone, its keys and secrets wait for recovery or purge.
pub(super) fn delete(context: &Context<'_>, id: &VaultId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    state.group(&id.group)?;
    let Ok(vault) = state.live_mut(id) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    vault.check_unchanged(context)?;
    vault.delete(context);
    Ok(Reply::empty(StatusCode::OK).by_provider())
}

/// Deletes those of a group that is deleted.
pub(super) fn delete_all(context: &Context<'_>, state: &mut State, group: &GroupId) {
    state.vaults.change_each(|_, vault| {
        let goes = vault.is_live() && vault.id.group.is(group);
        if goes {
            vault.delete(context);
        }
        goes
    });
}

/// As recorded, every page that holds a vault has a link, and an empty one follows the last vault.
pub(super) fn list(
    context: &Context<'_>,
    subscription: &str,
    group: Option<&GroupId>,
) -> Result<Reply, ArmError> {
    let state = context.state();
    let path = match group {
        Some(group) => state.group(group)?.id.path(),
        None => format!("/subscriptions/{subscription}"),
    };
    let vaults: Vec<_> = state
        .live_vaults(subscription, group)
        .filter(|vault| vault.id.key() > context.query.after)
        .take(context.query.page_size())
        .collect();
    let next_link = vaults.last().map(|last| {
        let query = context.query.continued(&last.id.name);
        format!("{}{path}/providers/Microsoft.KeyVault/vaults?{query}", context.site.base)
    });
    let value = vaults.into_iter().map(|vault| settled_view(context, vault)).collect();
    Ok(Reply::json(StatusCode::OK, &Page { value, next_link })?.by_provider())
}

#[derive(Deserialize)]
struct CheckName {
    name: String,
    r#type: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NameAvailability {
    name_available: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// A deleted vault keeps its name.
pub(super) fn check_name(context: &Context<'_>) -> Result<Reply, ArmError> {
    let CheckName { name, r#type } = context.json()?;
    if !r#type.eq_ignore_ascii_case("Microsoft.KeyVault/vaults") {
        return Err(ArmError::bad_request(
            "The type of the name to check must be 'Microsoft.KeyVault/vaults'.",
        ));
    }
    let (reason, message) = if !is_vault_name(&name) {
        let error = ArmError::vault_name_not_valid(&name);
        (Some("AccountNameInvalid"), Some(error.message.into_owned()))
    } else if context.state().vaults.get(&name.to_ascii_lowercase()).is_some() {
        (Some("AlreadyExists"), Some(format!("The name '{name}' is already in use.")))
    } else {
        (None, None)
    };
    availability(reason, message)
}

pub(super) fn availability(
    reason: Option<&'static str>,
    message: Option<String>,
) -> Result<Reply, ArmError> {
    let body = NameAvailability { name_available: reason.is_none(), reason, message };
    Ok(Reply::json(StatusCode::OK, &body)?.by_provider())
}

/// The vault as everything but its making answers.
fn reply(context: &Context<'_>, vault: &ArmVault) -> Result<Reply, ArmError> {
    Ok(Reply::json(StatusCode::OK, &settled_view(context, vault))?.by_provider())
}

fn settled_view<'a>(context: &Context<'_>, vault: &'a ArmVault) -> VaultView<'a> {
    let state = if vault.ready > context.times.of(&vault.id.key()) {
        ProvisioningState::RegisteringDns
    } else {
        ProvisioningState::Succeeded
    };
    VaultView::of(context, vault, state)
}
