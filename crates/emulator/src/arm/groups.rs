//! Resource groups.

use std::collections::BTreeMap;

use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::{
    Context,
    error::ArmError,
    managed_hsms,
    names::{GroupId, normalized_location},
    operations::{self, Operation},
    reply::Reply,
    tags::TagFilter,
    vaults,
};
use crate::roles::Scope;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: GroupId,
    location: String,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Body {
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct View<'a> {
    id: String,
    name: &'a str,
    r#type: &'static str,
    location: &'a str,
    tags: &'a BTreeMap<String, String>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    provisioning_state: &'static str,
}

#[derive(Serialize)]
struct List<'a> {
    value: Vec<View<'a>>,
}

impl Group {
    fn view(&self) -> View<'_> {
        View {
            id: self.id.path(),
            name: &self.id.name,
            r#type: "Microsoft.Resources/resourceGroups",
            location: &self.location,
            tags: &self.tags,
            properties: Properties { provisioning_state: "Succeeded" },
        }
    }
}

pub(super) fn list(context: &Context<'_>, subscription: &str) -> Result<Reply, ArmError> {
    let tag = context.query.filter.as_deref().map(TagFilter::parse).transpose()?;
    let state = context.state();
    let value = state
        .groups(subscription)
        .filter(|group| tag.as_ref().is_none_or(|tag| tag.takes(&group.tags)))
        .take(context.query.page_size())
        .map(Group::view)
        .collect();
    Reply::json(StatusCode::OK, &List { value })
}

pub(super) fn put(context: &Context<'_>, id: &GroupId) -> Result<Reply, ArmError> {
    id.check()?;
    let body: Body = context.json()?;
    let location = body.location.filter(|location| !location.is_empty());
    let location = location.ok_or_else(ArmError::location_required)?;
    let location = normalized_location(&location);
    let tags = body.tags.unwrap_or_default();
    let mut state = context.state();
    if let Some(group) = state.group_mut(id) {
        if group.location != location {
            return Err(ArmError::group_elsewhere(&location, &group.location));
        }
        group.tags = tags;
        return Reply::json(StatusCode::OK, &group.view());
    }
    let group = Group { id: id.clone(), location, tags };
    let reply = Reply::json(StatusCode::CREATED, &group.view());
    state.add_group(group);
    reply
}

/// Replaces the tags, the one part of a group that can be changed.
pub(super) fn patch(context: &Context<'_>, id: &GroupId) -> Result<Reply, ArmError> {
    let body: Body = context.json()?;
    let mut state = context.state();
    let Some(group) = state.group_mut(id) else {
        return Err(ArmError::group_not_found(id));
    };
    if let Some(tags) = body.tags {
        group.tags = tags;
    }
    Reply::json(StatusCode::OK, &group.view())
}

pub(super) fn get(context: &Context<'_>, id: &GroupId) -> Result<Reply, ArmError> {
    Reply::json(StatusCode::OK, &context.state().group(id)?.view())
}

pub(super) fn exists(context: &Context<'_>, id: &GroupId) -> Result<Reply, ArmError> {
    context.state().group(id)?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// The group is gone at once, its vaults deleted with it; that it is done may be told later.
pub(super) fn delete(context: &Context<'_>, id: &GroupId) -> Result<Reply, ArmError> {
    let mut state = context.state();
    state.group(id)?;
    context.router.roles.forget(&Scope::new(id.path()));
    state.remove_group(id);
    vaults::delete_all(context, &mut state, id);
    managed_hsms::delete_all(context, &mut state, id);
    let lag = context.router.vaults.defaults().deletion_lag;
    let (token, operation) = Operation::new(&id.subscription, context.now, lag);
    state.add_operation(token.clone(), operation);
    let path = operations::group_path(&id.subscription, &token);
    Ok(Reply::accepted(operations::url(context, &path)))
}
