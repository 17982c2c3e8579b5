//! ARM's own list of resources, by which clients find a vault whose group they do not know: vaults and managed HSMs.

mod filter;

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    Context,
    error::ArmError,
    managed_hsms::{self, ManagedHsm},
    names::GroupId,
    page::Page,
    reply::Reply,
    state::State,
    vaults::ArmVault,
};
use filter::Filter;

/// What the list has to know of a resource.
struct Resource<'a> {
    kind: &'static str,
    id: String,
    name: &'a str,
    group: &'a GroupId,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
    created: OffsetDateTime,
    changed: OffsetDateTime,
}

impl<'a> Resource<'a> {
    fn vault(vault: &'a ArmVault) -> Self {
        Self {
            kind: "Microsoft.KeyVault/vaults",
            id: vault.id.path(),
            name: &vault.id.name,
            group: &vault.id.group,
            location: &vault.location,
            tags: &vault.tags,
            created: vault.created_at(),
            changed: vault.modified_at(),
        }
    }

    fn hsm(hsm: &'a ManagedHsm) -> Self {
        Self {
            kind: "Microsoft.KeyVault/managedHSMs",
            id: hsm.id.path(),
            name: &hsm.id.name,
            group: &hsm.id.group,
            location: &hsm.location,
            tags: &hsm.tags,
            created: hsm.created.at,
            changed: hsm.modified.at,
        }
    }

    /// By which the list is ordered and continued: a vault and a managed HSM may have one name.
    fn key(&self) -> String {
        format!("{} {}", self.name, self.kind).to_ascii_lowercase()
    }
}

/// Those of a subscription, or of one group of it, in the order of their keys.
fn all<'a>(
    state: &'a State,
    context: &'a Context<'_>,
    subscription: &'a str,
    group: Option<&'a GroupId>,
) -> Vec<Resource<'a>> {
    let vaults = state.live_vaults(subscription, group).map(Resource::vault);
    let hsms = managed_hsms::live_ones(state, context.times, subscription, group);
    let mut all: Vec<_> = vaults.chain(hsms.map(Resource::hsm)).collect();
    all.sort_by_key(Resource::key);
    all
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: String,
    name: &'a str,
    r#type: &'static str,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_time: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioning_state: Option<&'static str>,
}

impl<'a> Item<'a> {
    fn of(context: &Context<'_>, resource: Resource<'a>) -> Self {
        let expands = |member| context.query.expands(member);
        Self {
            id: resource.id,
            name: resource.name,
            r#type: resource.kind,
            location: resource.location,
            tags: resource.tags,
            created_time: expands("createdTime").then(|| date_time(resource.created)),
            changed_time: expands("changedTime").then(|| date_time(resource.changed)),
            provisioning_state: expands("provisioningState").then_some("Succeeded"),
        }
    }
}

pub(super) fn list(
    context: &Context<'_>,
    subscription: &str,
    group: Option<&GroupId>,
) -> Result<Reply, ArmError> {
    let filter = context.query.filter.as_deref().map(Filter::parse).transpose()?;
    let state = context.state();
    let path = match group {
        Some(group) => state.group(group)?.id.path(),
        None => format!("/subscriptions/{subscription}"),
    };
    let resources = all(&state, context, subscription, group)
        .into_iter()
        .filter(|resource| resource.key() > context.query.after)
        .filter(|resource| filter.as_ref().is_none_or(|filter| filter.takes(resource)));
    let page = Page::cut(
        resources,
        context.query.page_size(),
        |resource| (resource.key(), Item::of(context, resource)),
        |last: String| {
            format!("{}{path}/resources?{}", context.site.base, context.query.continued(&last))
        },
    );
    Reply::json(StatusCode::OK, &page)
}

fn date_time(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
