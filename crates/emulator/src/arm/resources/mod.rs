//! ARM's own list of resources, by which clients find a vault whose group they do not know.

mod filter;

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Context, error::ArmError, names::GroupId, reply::Reply, vaults::ArmVault};
use filter::Filter;

const VAULT_TYPE: &str = "Microsoft.KeyVault/vaults";

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
    fn of(context: &Context<'_>, vault: &'a ArmVault) -> Self {
        let expands = |member| context.query.expands(member);
        Self {
            id: vault.id.path(),
            name: &vault.id.name,
            r#type: VAULT_TYPE,
            location: &vault.location,
            tags: &vault.tags,
            created_time: expands("createdTime").then(|| date_time(vault.created_at())),
            changed_time: expands("changedTime").then(|| date_time(vault.modified_at())),
            provisioning_state: expands("provisioningState").then_some("Succeeded"),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    value: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
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
    let mut vaults = state
        .live_vaults(subscription, group)
        .filter(|vault| vault.id.key() > context.query.after)
        .filter(|vault| filter.as_ref().is_none_or(|filter| filter.takes(vault)))
        .peekable();
    let (mut value, mut last) = (Vec::new(), String::new());
    while value.len() < context.query.page_size() {
        let Some(vault) = vaults.next() else {
            break;
        };
        last.clone_from(&vault.id.name);
        value.push(Item::of(context, vault));
    }
    // On the only or last page the member is left out.
    let next_link = vaults.peek().map(|_| {
        format!("{}{path}/resources?{}", context.site.base, context.query.continued(&last))
    });
    Reply::json(StatusCode::OK, &Page { value, next_link })
}

fn date_time(at: OffsetDateTime) -> String {
    at.format(&Rfc3339).unwrap_or_default()
}
