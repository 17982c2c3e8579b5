//! Role definitions: those built in, which are read, and custom ones, which are written too.
//!
//! Source: <https://learn.microsoft.com/rest/api/authorization/role-definitions>

use http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    super::{Context, error::ArmError, reply::Reply},
    filter::DefinitionFilter,
    refusals, role_id,
    target::Place,
    timestamp,
};
use crate::roles::{Definition, RolePermission, Scope, Written};

#[derive(Deserialize)]
struct Body {
    properties: PropertiesBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesBody {
    role_name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    permissions: Vec<RolePermission>,
    #[serde(default)]
    assignable_scopes: Vec<String>,
}

#[derive(Serialize)]
struct View<'a> {
    properties: PropertiesView<'a>,
    id: String,
    r#type: &'static str,
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesView<'a> {
    role_name: &'a str,
    r#type: &'static str,
    description: &'a str,
    assignable_scopes: &'a [String],
    permissions: &'a [RolePermission],
    #[serde(flatten)]
    written: Option<WrittenView<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenView<'a> {
    created_on: String,
    updated_on: String,
    created_by: &'a str,
    updated_by: &'a str,
}

#[derive(Serialize)]
struct List<'a> {
    value: Vec<View<'a>>,
}

impl<'a> View<'a> {
    fn of(definition: &'a Definition, scope: &Scope) -> Self {
        Self {
            properties: PropertiesView {
                role_name: &definition.name,
                r#type: kind(definition),
                description: &definition.description,
                assignable_scopes: &definition.assignable_scopes,
                permissions: &definition.permissions,
                written: definition.written.as_ref().map(|written| WrittenView {
                    created_on: timestamp(written.created_on),
                    updated_on: timestamp(written.updated_on),
                    created_by: &written.created_by,
                    updated_by: &written.updated_by,
                }),
            },
            id: role_id(scope, definition.id),
            r#type: "Microsoft.Authorization/roleDefinitions",
            name: definition.id.to_string(),
        }
    }
}

fn kind(definition: &Definition) -> &'static str {
    if definition.is_built_in() { "BuiltInRole" } else { "CustomRole" }
}

pub(super) fn list(context: &Context<'_>, place: &Place) -> Result<Reply, ArmError> {
    let filter = DefinitionFilter::parse(context.query.filter.as_deref())?;
    place.check(context)?;
    let definitions = context.router.roles.definitions();
    let value = definitions
        .iter()
        .filter(|definition| filter.takes(definition, kind(definition), &place.scope))
        .map(|definition| View::of(definition, &place.scope))
        .collect();
    Reply::json(StatusCode::OK, &List { value })
}

pub(super) fn get(context: &Context<'_>, place: &Place, name: &str) -> Result<Reply, ArmError> {
    let id = parse(name)?;
    place.check(context)?;
    let definition =
        context.router.roles.definition(id).ok_or_else(|| refusals::definition_not_found(id))?;
    Reply::json(StatusCode::OK, &View::of(&definition, &place.scope))
}

/// Writes a custom role; a change counts at once.
pub(super) fn put(context: &Context<'_>, place: &Place, name: &str) -> Result<Reply, ArmError> {
    let id = parse(name)?;
    let Body { properties } = context.json()?;
    place.check(context)?;
    let (caller, roles) = (&context.caller.oid, &context.router.roles);
    let name = properties.role_name.filter(|name| !name.is_empty());
    let scopes = &properties.assignable_scopes;
    let (Some(name), false, true) = (
        name,
        scopes.is_empty(),
        scopes.iter().all(|scope| scope.to_ascii_lowercase().starts_with("/subscriptions/")),
    ) else {
        return Err(refusals::no_assignable_scope());
    };
    let same_name = |other: &Definition| other.id != id && other.name.eq_ignore_ascii_case(&name);
    if roles.definitions().iter().any(same_name) {
        return Err(refusals::role_name_taken(&name));
    }
    let created = match roles.definition(id) {
        Some(Definition { written: None, .. }) => return Err(refusals::built_in(id)),
        Some(Definition { written: Some(written), .. }) => (written.created_on, written.created_by),
        None => (context.now, caller.clone()),
    };
    let definition = Definition {
        id,
        name,
        description: properties.description.unwrap_or_default(),
        permissions: properties.permissions,
        assignable_scopes: properties.assignable_scopes,
        written: Some(Written {
            created_on: created.0,
            created_by: created.1,
            updated_on: context.now,
            updated_by: caller.clone(),
        }),
    };
    roles.define(definition.clone());
    Reply::json(StatusCode::CREATED, &View::of(&definition, &place.scope))
}

pub(super) fn delete(context: &Context<'_>, place: &Place, name: &str) -> Result<Reply, ArmError> {
    let id = parse(name)?;
    place.check(context)?;
    let roles = &context.router.roles;
    if roles.definition(id).is_some_and(|definition| definition.is_built_in()) {
        return Err(refusals::built_in(id));
    }
    match roles.undefine(id) {
        Ok(Some(definition)) => Reply::json(StatusCode::OK, &View::of(&definition, &place.scope)),
        Ok(None) => Ok(Reply::empty(StatusCode::NO_CONTENT)),
        Err(()) => Err(refusals::definition_in_use()),
    }
}

fn parse(name: &str) -> Result<Uuid, ArmError> {
    Uuid::try_parse(name).map_err(|_| refusals::definition_name(name))
}
