//! Role assignments: made, read, listed and removed.
//!
//! Source: <https://learn.microsoft.com/rest/api/authorization/role-assignments>

use http::StatusCode;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    super::{Context, error::ArmError, reply::Reply},
    filter::AssignmentFilter,
    refusals, role_id,
    target::Place,
    timestamp,
};
use crate::roles::{Assignment, AssignmentDetails, AssignmentRefusal};

/// From here on there is `principalType`.
const PRINCIPAL_TYPE: &str = "2018-01-01";

/// From here on there are descriptions and conditions.
const CONDITIONS: &str = "2020-03-01";

#[derive(Deserialize)]
struct Body {
    properties: PropertiesBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PropertiesBody {
    role_definition_id: String,
    principal_id: String,
    principal_type: Option<String>,
    description: Option<String>,
    condition: Option<String>,
    condition_version: Option<String>,
    delegated_managed_identity_resource_id: Option<String>,
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
    role_definition_id: String,
    principal_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_type: Option<&'a str>,
    scope: &'a str,
    #[serde(flatten)]
    conditions: Option<ConditionsView<'a>>,
    created_on: String,
    updated_on: String,
    created_by: &'a str,
    updated_by: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ConditionsView<'a> {
    condition: Option<&'a str>,
    condition_version: Option<&'a str>,
    delegated_managed_identity_resource_id: Option<&'a str>,
    description: Option<&'a str>,
}

#[derive(Serialize)]
struct List<'a> {
    value: Vec<View<'a>>,
}

impl<'a> View<'a> {
    fn of(context: &Context<'_>, assignment: &'a Assignment) -> Self {
        let details = &assignment.details;
        let scope = details.scope.path();
        let since = |date| context.query.is_since(date);
        Self {
            properties: PropertiesView {
                role_definition_id: role_id(&details.scope, details.role),
                principal_id: &details.principal,
                principal_type: since(PRINCIPAL_TYPE).then_some(&details.principal_type),
                scope: if scope.is_empty() { "/" } else { scope },
                conditions: since(CONDITIONS).then_some(ConditionsView {
                    condition: details.condition.as_deref(),
                    condition_version: details.condition_version.as_deref(),
                    delegated_managed_identity_resource_id: details
                        .delegated_managed_identity
                        .as_deref(),
                    description: details.description.as_deref(),
                }),
                created_on: timestamp(assignment.created_on),
                updated_on: timestamp(assignment.updated_on),
                created_by: &assignment.created_by,
                updated_by: &assignment.updated_by,
            },
            id: format!(
                "{scope}/providers/Microsoft.Authorization/roleAssignments/{}",
                assignment.name
            ),
            r#type: "Microsoft.Authorization/roleAssignments",
            name: assignment.name.to_string(),
        }
    }
}

pub(super) fn list(context: &Context<'_>, place: &Place) -> Result<Reply, ArmError> {
    let filter = AssignmentFilter::parse(context.query.filter.as_deref())?;
    place.check(context)?;
    let assignments =
        context.router.roles.assignments(|assignment| filter.takes(assignment, &place.scope));
    let value = assignments.iter().map(|assignment| View::of(context, assignment)).collect();
    Reply::json(StatusCode::OK, &List { value })
}

pub(super) fn get(context: &Context<'_>, place: &Place, name: &str) -> Result<Reply, ArmError> {
    let name = parse(name)?;
    place.check(context)?;
    let assignment = context
        .router
        .roles
        .assignment(name, &place.scope)
        .ok_or_else(|| refusals::assignment_not_found(name))?;
    Reply::json(StatusCode::OK, &View::of(context, &assignment))
}

pub(super) fn put(context: &Context<'_>, place: &Place, name: &str) -> Result<Reply, ArmError> {
    let name = parse(name)?;
    let Body { properties } = context.json()?;
    let role = parse_role(&properties.role_definition_id)?;
    if Uuid::try_parse(&properties.principal_id).is_err() {
        return Err(refusals::principal(&properties.principal_id));
    }
    place.check(context)?;
    let roles = &context.router.roles;
    if !roles.definition(role).is_some_and(|role| role.is_assignable_at(&place.scope)) {
        return Err(refusals::definition_not_found(role));
    }
    let details = AssignmentDetails {
        scope: place.scope.clone(),
        role,
        principal: properties.principal_id,
        // There is no directory to look it up in: whoever calls here is an application.
        principal_type: properties.principal_type.unwrap_or_else(|| "ServicePrincipal".to_owned()),
        description: properties.description,
        condition: properties.condition,
        condition_version: properties.condition_version,
        delegated_managed_identity: properties.delegated_managed_identity_resource_id,
    };
    let (assignment, new) =
        roles.assign(name, details, &context.caller.oid, context.now).map_err(|refusal| {
            match refusal {
                AssignmentRefusal::Exists(name) => refusals::assignment_exists(name),
                AssignmentRefusal::NotTheSame => refusals::assignment_fixed(),
            }
        })?;
    let status = if new { StatusCode::CREATED } else { StatusCode::OK };
    Reply::json(status, &View::of(context, &assignment))
}

pub(super) fn delete(context: &Context<'_>, place: &Place, name: &str) -> Result<Reply, ArmError> {
    let name = parse(name)?;
    place.check(context)?;
    match context.router.roles.unassign(name, &place.scope, context.now) {
        Some(assignment) => Reply::json(StatusCode::OK, &View::of(context, &assignment)),
        None => Ok(Reply::empty(StatusCode::NO_CONTENT)),
    }
}

fn parse(name: &str) -> Result<Uuid, ArmError> {
    Uuid::try_parse(name).map_err(|_| refusals::assignment_name(name))
}

/// The GUID of a role's id, which has to be a path: which scope it names does not matter.
fn parse_role(id: &str) -> Result<Uuid, ArmError> {
    let (path, id) = id.rsplit_once('/').ok_or_else(refusals::malformed)?;
    let of_roles =
        path.to_ascii_lowercase().ends_with("/providers/microsoft.authorization/roledefinitions");
    Uuid::try_parse(id).ok().filter(|_| of_roles).ok_or_else(refusals::malformed)
}
