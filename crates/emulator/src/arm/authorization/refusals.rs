//! What Azure says when it refuses to do something with roles.

use http::StatusCode;
use uuid::Uuid;

use super::super::error::ArmError;

pub(super) fn definition_not_found(id: Uuid) -> ArmError {
    ArmError::gateway(
        StatusCode::NOT_FOUND,
        "RoleDefinitionDoesNotExist",
        format!("The specified role definition with ID '{}' does not exist.", id.simple()),
    )
}

pub(super) fn definition_name(name: &str) -> ArmError {
    ArmError::invalid(
        "InvalidRoleDefinitionId",
        format!(
            "The role definition ID '{name}' is not valid. The role definition ID must be a GUID."
        ),
    )
}

pub(super) fn built_in(id: Uuid) -> ArmError {
    ArmError::invalid(
        "RoleDefinitionUpdateNotPermitted",
        format!("The role definition with ID '{}' is built in.", id.simple()),
    )
}

pub(super) fn role_name_taken(name: &str) -> ArmError {
    ArmError::gateway(
        StatusCode::CONFLICT,
        "RoleDefinitionWithSameNameExists",
        format!("A custom role with the same name '{name}' already exists in this directory."),
    )
}

pub(super) fn definition_in_use() -> ArmError {
    ArmError::invalid(
        "RoleDefinitionHasAssignments",
        "There are existing role assignments referencing role.",
    )
}

pub(super) fn no_assignable_scope() -> ArmError {
    ArmError::invalid(
        "InvalidRoleDefinition",
        "A custom role needs a roleName and assignableScopes, each of them a subscription or below one.",
    )
}

pub(super) fn assignment_name(name: &str) -> ArmError {
    ArmError::invalid(
        "InvalidRoleAssignmentId",
        format!(
            "The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
        ),
    )
}

pub(super) fn malformed() -> ArmError {
    ArmError::invalid("BadRequestFormat", "The request was incorrectly formatted.")
}

pub(super) fn principal(id: &str) -> ArmError {
    ArmError::invalid(
        "InvalidPrincipalId",
        format!("The principal ID '{id}' is not valid. Principal ID must be a GUID."),
    )
}

pub(super) fn assignment_not_found(name: Uuid) -> ArmError {
    ArmError::gateway(
        StatusCode::NOT_FOUND,
        "RoleAssignmentNotFound",
        format!("The role assignment '{}' is not found.", name.simple()),
    )
}

pub(super) fn assignment_exists(name: Uuid) -> ArmError {
    ArmError::gateway(
        StatusCode::CONFLICT,
        "RoleAssignmentExists",
        format!(
            "The role assignment already exists. The ID of the existing role assignment is {}.",
            name.simple()
        ),
    )
}

pub(super) fn assignment_fixed() -> ArmError {
    ArmError::invalid(
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
    )
}

pub(super) fn filter(known: &str) -> ArmError {
    ArmError::invalid(
        "UnsupportedFilter",
        format!("This emulator filters here by {known}, joined by \"and\", only."),
    )
}

pub(super) fn scope_not_found(path: &str) -> ArmError {
    ArmError::gateway(
        StatusCode::NOT_FOUND,
        "ResourceNotFound",
        format!(
            "There is no '{path}': scopes here are subscriptions, resource groups, vaults, and the keys, secrets and \
             certificates of vaults."
        ),
    )
}
