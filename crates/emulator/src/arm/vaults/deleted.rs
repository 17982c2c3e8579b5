//! Deleted vaults: seen, and purged.

use std::{collections::BTreeMap, convert::identity};

use http::{HeaderName, StatusCode};
use serde::Serialize;
use time::{OffsetDateTime, macros::format_description};
use uuid::Uuid;

use super::{
    super::{
        Context,
        error::ArmError,
        names::normalized_location,
        operations::{self, Operation},
        page::Page,
        reply::Reply,
        state::State,
    },
    model::{ArmVault, VaultDeletion},
};
use crate::clock::after;

#[derive(Serialize)]
struct DeletedVault<'a> {
    id: String,
    name: &'a str,
    r#type: &'static str,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    vault_id: String,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
    deletion_date: String,
    scheduled_purge_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    purge_protection_enabled: Option<bool>,
}

/// How many vaults a page has.
const PAGE: usize = 100;

impl<'a> DeletedVault<'a> {
    fn of(vault: &'a ArmVault, deletion: VaultDeletion) -> Self {
        let subscription = &vault.id.group.subscription;
        let location = normalized_location(&vault.location);
        let name = &vault.id.name;
        Self {
            id: format!(
                "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults/{name}"
            ),
            name,
            r#type: "Microsoft.KeyVault/deletedVaults",
            properties: Properties {
                vault_id: vault.id.path(),
                location: &vault.location,
                tags: &vault.tags,
                deletion_date: seconds(deletion.at),
                scheduled_purge_date: seconds(deletion.scheduled_purge),
                purge_protection_enabled: vault.properties.purge_protection.then_some(true),
            },
        }
    }
}

pub(in crate::arm) fn list(context: &Context<'_>, subscription: &str) -> Result<Reply, ArmError> {
    let state = context.state();
    let after = &context.query.after;
    let vaults = state
        .vaults
        .after(after)
        .filter(|(_, vault)| vault.id.group.subscription == subscription)
        .filter_map(|(key, vault)| Some((key, DeletedVault::of(vault, vault.deletion?))));
    let page = Page::cut(vaults, context.query.page_size_or(PAGE), identity, |last| {
        // Unlike the other lists' links, this one's `$` is escaped.
        let query = context.query.continued(last).replacen("&$", "&%24", 1);
        let path = format!("/subscriptions/{subscription}/providers/Microsoft.KeyVault");
        format!("{}{path}/deletedVaults?{query}", context.site.base)
    });
    let mut reply = Reply::json(StatusCode::OK, &page)?.by_provider();
    // ARM asks each region, and tells the ids of what it asked; here there is one.
    let asked = HeaderName::from_static("x-ms-original-request-ids");
    reply.headers.push((asked, Uuid::new_v4().to_string()));
    Ok(reply)
}

pub(in crate::arm) fn get(
    context: &Context<'_>,
    subscription: &str,
    location: &str,
    name: &str,
) -> Result<Reply, ArmError> {
    let state = context.state();
    let (vault, deletion) = find(&state, subscription, location, name)?;
    Ok(Reply::json(StatusCode::OK, &DeletedVault::of(vault, deletion))?.by_provider())
}

/// Answers at once; the name is free, and the contents lost, when the operation is done.
pub(in crate::arm) fn purge(
    context: &Context<'_>,
    subscription: &str,
    location: &str,
    name: &str,
) -> Result<Reply, ArmError> {
    let mut state = context.state();
    let (vault, deletion) = find(&state, subscription, location, name)?;
    if vault.properties.purge_protection {
        return Err(ArmError::purge_not_allowed());
    }
    let lag = context.settings().purge_lag;
    let purged = deletion.purged.unwrap_or_else(|| after(context.now, lag));
    let location = normalized_location(&vault.location);
    let key = vault.id.key();
    if let Some(vault) = state.vaults.get_mut(&name.to_ascii_lowercase()) {
        vault.deletion = Some(VaultDeletion { purged: Some(purged), ..deletion });
    }
    let (token, operation) = Operation::new(subscription, context.now, lag);
    state.add_operation(token.clone(), operation.of_vault(key));
    let path = operations::vault_path(subscription, &location, &token);
    Ok(Reply::accepted(operations::url(context, &path)).by_provider())
}

fn find<'a>(
    state: &'a State,
    subscription: &str,
    location: &str,
    name: &str,
) -> Result<(&'a ArmVault, VaultDeletion), ArmError> {
    state
        .vaults
        .get(&name.to_ascii_lowercase())
        .filter(|vault| {
            vault.id.group.subscription == subscription
                && normalized_location(&vault.location) == normalized_location(location)
        })
        .and_then(|vault| vault.deletion.map(|deletion| (vault, deletion)))
        .ok_or_else(|| ArmError::deleted_vault_not_found(name))
}

pub(in crate::arm) fn seconds(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z"))
        .unwrap_or_default()
}
