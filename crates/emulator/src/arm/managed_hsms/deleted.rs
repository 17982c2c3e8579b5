//! Deleting managed HSMs; deleted ones, seen and purged.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;

use super::{
    super::{
        Context,
        error::ArmError,
        names::{HsmId, normalized_location},
        page::Page,
        reply::Reply,
        state::State,
        vaults::seconds,
    },
    live_mut,
    model::{HsmDeletion, ManagedHsm},
    operation,
};
use crate::clock::after;

/// As recorded, with its small `v`.
const KIND: &str = "Microsoft.Keyvault/deletedManagedHSMs";

#[derive(Serialize)]
struct DeletedHsm<'a> {
    id: String,
    name: &'a str,
    r#type: &'static str,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    mhsm_id: String,
    location: String,
    deletion_date: String,
    scheduled_purge_date: String,
    purge_protection_enabled: bool,
    tags: &'a BTreeMap<String, String>,
}

impl<'a> DeletedHsm<'a> {
    fn of(hsm: &'a ManagedHsm, deletion: HsmDeletion) -> Self {
        let subscription = &hsm.id.group.subscription;
        let location = normalized_location(&hsm.location);
        let name = &hsm.id.name;
        Self {
            id: format!(
                "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedManagedHSMs/{name}"
            ),
            name,
            r#type: KIND,
            properties: Properties {
                mhsm_id: hsm.id.path(),
                location,
                deletion_date: seconds(deletion.at),
                scheduled_purge_date: seconds(deletion.scheduled_purge),
                purge_protection_enabled: hsm.properties.purge_protection,
                tags: &hsm.tags,
            },
        }
    }
}

/// Answers where to ask until it is deleted; one that is not there is deleted already.
pub(super) fn delete(context: &Context<'_>, id: &HsmId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    state.group(&id.group)?;
    let Ok(hsm) = live_mut(&mut state, context.now, id) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT));
    };
    let (done, location) = (hsm.delete(context), hsm.location.clone());
    let subscription = &id.group.subscription;
    Ok(operation::begin(context, &mut state, id.key(), subscription, &location, done, None))
}

pub(super) fn list(context: &Context<'_>, subscription: &str) -> Result<Reply, ArmError> {
    let state = context.state();
    let value = state
        .hsms
        .values()
        .filter(|hsm| {
            hsm.id.group.subscription == subscription
                && !hsm.is_live(context.times.of(&hsm.id.key()))
        })
        .filter_map(|hsm| Some(DeletedHsm::of(hsm, hsm.deletion?)))
        .collect();
    Ok(Reply::json(StatusCode::OK, &Page::whole(value))?.by_provider())
}

pub(super) fn get(
    context: &Context<'_>,
    subscription: &str,
    location: &str,
    name: &str,
) -> Result<Reply, ArmError> {
    let state = context.state();
    let (hsm, deletion) = find(&state, context, subscription, location, name)?;
    Ok(Reply::json(StatusCode::OK, &DeletedHsm::of(hsm, deletion))?.by_provider())
}

/// The name is free, and the keys lost, when the operation is done.
pub(super) fn purge(
    context: &Context<'_>,
    subscription: &str,
    location: &str,
    name: &str,
) -> Result<Reply, ArmError> {
    let mut state = context.state();
    let (hsm, deletion) = find(&state, context, subscription, location, name)?;
    if hsm.properties.purge_protection {
        return Err(ArmError::hsm_purge_not_allowed(name));
    }
    let lag = context.settings().purge_lag;
    let done = deletion.purged.unwrap_or_else(|| after(context.now, lag));
    if let Some(hsm) = state.hsms.get_mut(&name.to_ascii_lowercase()) {
        hsm.deletion = Some(HsmDeletion { purged: Some(done), ..deletion });
    }
    Ok(operation::begin(
        context,
        &mut state,
        name.to_ascii_lowercase(),
        subscription,
        location,
        done,
        None,
    ))
}

fn find<'a>(
    state: &'a State,
    context: &Context<'_>,
    subscription: &str,
    location: &str,
    name: &str,
) -> Result<(&'a ManagedHsm, HsmDeletion), ArmError> {
    state
        .hsms
        .get(&name.to_ascii_lowercase())
        .filter(|hsm| {
            hsm.id.group.subscription == subscription
                && !hsm.is_live(context.now)
                && normalized_location(&hsm.location) == normalized_location(location)
        })
        .and_then(|hsm| hsm.deletion.map(|deletion| (hsm, deletion)))
        .ok_or_else(|| ArmError::deleted_hsm_not_found(name))
}
