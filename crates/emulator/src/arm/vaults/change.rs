//! PUT and PATCH of a vault: making, recovering, changing.

use std::collections::BTreeMap;

use http::StatusCode;

use super::{
    super::{
        Context,
        error::ArmError,
        names::{VaultId, is_vault_name, normalized_location},
        reply::Reply,
    },
    body::{Absent, PropertiesBody, VaultBody},
    connections::Connections,
    model::{ArmVault, Stamp},
    reply, settled_view,
    view::{ProvisioningState, VaultView},
};
use crate::{clock::after, host::VaultKind};

/// Makes a vault, changes one, or recovers a deleted one, which a PUT without `createMode` does too.
pub(in crate::arm) fn put(context: &Context<'_>, id: &VaultId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    state.group(&id.group)?;
    if !is_vault_name(&id.name) {
        return Err(ArmError::vault_name_not_valid(&id.name));
    }
    let VaultBody { location, tags, properties } = context.json()?;
    let location = location.filter(|location| !location.is_empty());
    let location = location.ok_or_else(ArmError::location_required)?;
    let properties = properties
        .ok_or_else(|| ArmError::bad_request("The parameter properties is not specified."))?;
    let recovers = properties.recovers()?;
    let Some(vault) = state.vaults.get_mut(&id.key()) else {
        if recovers {
            return Err(ArmError::deleted_vault_not_found(&id.name));
        }
        let vault = create(context, id, &location, tags.unwrap_or_default(), properties)?;
        let reply = created(context, &vault);
        state.vaults.insert(id.key(), vault);
        return reply;
    };
    check_place(vault, id, &location)?;
    vault.check_unchanged(context)?;
    if recovers {
        // Policies and all else come back as they were, whatever the body says.
        if vault.deletion.is_some() {
            vault.recover(context);
        }
        return reply(context, vault);
    }
    let properties = properties.update(&vault.properties, Absent::Reset)?;
    vault.location = location;
    vault.tags = tags.unwrap_or_default();
    vault.change(context, properties);
    // Last: the data plane must not come back by its former policies.
    if vault.deletion.is_some() {
        vault.recover(context);
    }
    reply(context, vault)
}

/// Refuses to make a vault here when its name is taken elsewhere, or about to be free.
fn check_place(vault: &ArmVault, id: &VaultId, location: &str) -> Result<(), ArmError> {
    let is_here = vault.id.group.is(&id.group);
    let is_same_region = normalized_location(&vault.location) == normalized_location(location);
    match vault.deletion {
        _ if !is_here => Err(ArmError::vault_already_exists(&id.name)),
        Some(deletion) if deletion.purged.is_some() || !is_same_region => {
            Err(ArmError::vault_already_exists(&id.name))
        }
        None if !is_same_region => Err(ArmError::vault_elsewhere(id, location, &vault.location)),
        _ => Ok(()),
    }
}

/// What the body leaves out stays; access policies and tags are replaced as a whole.
pub(in crate::arm) fn patch(context: &Context<'_>, id: &VaultId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    let vault = state.live_mut(id)?;
    let VaultBody { tags, properties, .. } = context.json()?;
    vault.check_unchanged(context)?;
    if let Some(properties) = properties {
        let properties = properties.update(&vault.properties, Absent::Keep)?;
        vault.change(context, properties);
    }
    if let Some(tags) = tags {
        vault.tags = tags;
        vault.touch(context);
    }
    reply(context, vault)
}

fn create(
    context: &Context<'_>,
    id: &VaultId,
    location: &str,
    tags: BTreeMap<String, String>,
    properties: PropertiesBody,
) -> Result<ArmVault, ArmError> {
    let properties = properties.create(context)?;
    let settings = properties.settings(context.router.vaults.defaults(), id, location);
    let stamp = Stamp::of(context);
    Ok(ArmVault {
        id: id.clone(),
        location: location.to_owned(),
        tags,
        created: stamp.clone(),
        modified: stamp,
        changed: context.router.arm.next_change(),
        properties,
        ready: after(context.now, context.settings().provisioning_lag),
        deletion: None,
        connections: Connections::of(id.path()),
        data: context.router.vaults.create(
            &id.key(),
            VaultKind::Vault,
            settings,
            context.now,
            context.router.roles.counts_from(context.now),
        ),
    })
}

/// 200, not 201, and no header to follow: clients ask for the vault itself until it is ready.
fn created(context: &Context<'_>, vault: &ArmVault) -> Result<Reply, ArmError> {
    let view = if vault.ready > context.now {
        VaultView::of(context, vault, ProvisioningState::Created)
    } else {
        settled_view(context, vault)
    };
    Ok(Reply::json(StatusCode::OK, &view)?.by_provider())
}
