//! PUT and PATCH of a managed HSM: making, recovering, changing.

use std::collections::BTreeMap;

use super::{
    super::{
        Context,
        error::ArmError,
        names::{HsmId, is_vault_name, normalized_location},
        reply::Reply,
        vaults::{Stamp, connections::Connections},
    },
    body::{Absent, HsmBody, SettingsBody},
    live_mut,
    model::{Change, ChangeKind, ManagedHsm},
    operation,
};
use crate::{clock::after, host::VaultKind};

/// Makes a managed HSM, changes one, or recovers a deleted one; answers where to ask until that is done.
pub(super) fn put(context: &Context<'_>, id: &HsmId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    state.group(&id.group)?;
    if !is_vault_name(&id.name) {
        return Err(ArmError::hsm_name_not_valid(&id.name));
    }
    let HsmBody { location, tags, settings } = context.json()?;
    let location = location.filter(|location| !location.is_empty());
    let location = location.ok_or_else(ArmError::location_required)?;
    let recovers = settings.recovers()?;
    let tags = tags.unwrap_or_default();
    let done = match state.hsms.get_mut(&id.key()) {
        None if recovers => return Err(ArmError::deleted_hsm_not_found(&id.name)),
        None => {
            let hsm = create(context, id, &location, tags, settings)?;
            let done = hsm.change.done;
            state.hsms.insert(id.key(), hsm);
            done
        }
        Some(hsm) => {
            check_place(context, hsm, id, &location, recovers)?;
            if recovers {
                // All comes back as it was, whatever the body says.
                hsm.recover(context);
                hsm.begin(context, ChangeKind::Provisioning)
            } else {
                let properties = settings.update(&hsm.properties, Absent::Reset)?;
                hsm.tags = tags;
                hsm.configure(context, properties);
                hsm.begin(context, ChangeKind::Updating)
            }
        }
    };
    let (subscription, result) = (&id.group.subscription, Some(id.clone()));
    Ok(operation::begin(context, &mut state, id.key(), subscription, &location, done, result))
}

/// What the body leaves out stays; tags, rules, regions and administrators are replaced as a whole.
pub(super) fn patch(context: &Context<'_>, id: &HsmId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    let hsm = live_mut(&mut state, context.now, id)?;
    if hsm.is_being_deleted() {
        return Err(ArmError::hsm_is_being_deleted(&id.name));
    }
    let HsmBody { tags, settings, .. } = context.json()?;
    let properties = settings.update(&hsm.properties, Absent::Keep)?;
    if let Some(tags) = tags {
        hsm.tags = tags;
    }
    hsm.configure(context, properties);
    let (done, location) = (hsm.begin(context, ChangeKind::Updating), hsm.location.clone());
    let (subscription, result) = (&id.group.subscription, Some(id.clone()));
    Ok(operation::begin(context, &mut state, id.key(), subscription, &location, done, result))
}

/// Refuses a name that is taken elsewhere, or here by one that is deleted and not to be recovered.
fn check_place(
    context: &Context<'_>,
    hsm: &ManagedHsm,
    id: &HsmId,
    location: &str,
    recovers: bool,
) -> Result<(), ArmError> {
    let is_here = hsm.id.group.is(&id.group)
        && normalized_location(&hsm.location) == normalized_location(location);
    match hsm.deletion {
        _ if !is_here => Err(ArmError::hsm_already_exists(&id.name)),
        None => Ok(()),
        Some(deletion) if deletion.done > context.now => {
            Err(ArmError::hsm_is_being_deleted(&id.name))
        }
        Some(deletion) if recovers && deletion.purged.is_none() => Ok(()),
        Some(_) => Err(ArmError::hsm_already_exists(&id.name)),
    }
}

fn create(
    context: &Context<'_>,
    id: &HsmId,
    location: &str,
    tags: BTreeMap<String, String>,
    settings: SettingsBody,
) -> Result<ManagedHsm, ArmError> {
    let properties = settings.create()?;
    let settings = properties.settings(context.router.vaults.defaults(), id, location);
    let stamp = Stamp::of(context);
    let done = after(context.now, context.settings().hsm_provisioning_lag);
    let (vaults, now) = (&context.router.vaults, context.now);
    Ok(ManagedHsm {
        id: id.clone(),
        location: location.to_owned(),
        tags,
        created: stamp.clone(),
        modified: stamp,
        properties,
        change: Change { kind: ChangeKind::Provisioning, done },
        deletion: None,
        connections: Connections::of(id.path()),
        data: vaults.create(&id.key(), VaultKind::ManagedHsm, settings, now, now),
    })
}
