//! ARM's own list of resources, by which clients find a vault whose group they do not know.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::Serialize;

use super::{Context, error::ArmError, names::GroupId, reply::Reply};

const VAULT_TYPE: &str = "Microsoft.KeyVault/vaults";

#[derive(Serialize)]
struct Item<'a> {
    id: String,
    name: &'a str,
    r#type: &'static str,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    value: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_link: Option<String>,
}

/// What a filter asks for; of a group or subscription everything when there is none.
#[derive(Debug, Default, PartialEq, Eq)]
struct Filter {
    resource_type: Option<String>,
    name: Option<String>,
}

impl Filter {
    /// `property eq 'value'`, joined by `and`; of the properties only these two.
    fn parse(text: &str) -> Result<Self, ArmError> {
        let invalid = || {
            ArmError::invalid(
                "InvalidFilterInQueryString",
                "This emulator filters by \"resourceType eq '…'\" and \"name eq '…'\", joined by \"and\", only.",
            )
        };
        let mut filter = Self::default();
        for term in text.split(" and ") {
            let (property, value) = term.trim().split_once(" eq ").ok_or_else(invalid)?;
            let value = value
                .trim()
                .strip_prefix('\'')
                .and_then(|value| value.strip_suffix('\''))
                .ok_or_else(invalid)?
                .to_owned();
            match property.trim().to_ascii_lowercase().as_str() {
                "resourcetype" => filter.resource_type = Some(value),
                "name" => filter.name = Some(value),
                _ => return Err(invalid()),
            }
        }
        Ok(filter)
    }

    fn takes(&self, name: &str) -> bool {
        let is = |wanted: &Option<String>, value: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        is(&self.resource_type, VAULT_TYPE) && is(&self.name, name)
    }
}

pub(super) fn list(
    context: &Context<'_>,
    subscription: &str,
    group: Option<&GroupId>,
) -> Result<Reply, ArmError> {
    let filter =
        context.query.filter.as_deref().map(Filter::parse).transpose()?.unwrap_or_default();
    let state = context.state();
    let path = match group {
        Some(group) => state.group(group)?.id.path(),
        None => format!("/subscriptions/{subscription}"),
    };
    let mut vaults = state
        .live_vaults(subscription, group)
        .filter(|vault| vault.id.key() > context.query.after && filter.takes(&vault.id.name))
        .peekable();
    let (mut value, mut last) = (Vec::new(), String::new());
    while value.len() < context.query.page_size() {
        let Some(vault) = vaults.next() else {
            break;
        };
        last.clone_from(&vault.id.name);
        value.push(Item {
            id: vault.id.path(),
            name: &vault.id.name,
            r#type: VAULT_TYPE,
            location: &vault.location,
            tags: &vault.tags,
        });
    }
    // On the only or last page the member is left out.
    let next_link = vaults.peek().map(|_| {
        format!("{}{path}/resources?{}", context.site.base, context.query.continued(&last))
    });
    Reply::json(StatusCode::OK, &Page { value, next_link })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_clients_are_understood() {
        let filter =
            Filter::parse("resourceType eq 'microsoft.keyvault/VAULTS' and name eq 'Kv'").unwrap();
        assert!(filter.takes("kv"));
        assert!(!filter.takes("kv2"));
        assert!(!Filter::parse("resourceType eq 'Microsoft.Web/sites'").unwrap().takes("kv"));
    }

    #[test]
    fn other_filters_are_refused() {
        for text in ["", "tagName eq 'a'", "name ne 'a'", "name eq a"] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }
}
