//! Assigning a role.

use azure_core::http::{Method, Request};
use azvault_core::{Call, ErrorKind, Operation, Result, call::CallOptions, call_builder};
use serde::Serialize;
use uuid::Uuid;

use super::{KeyVaultRole, RoleAssignmentsClient, Scope};
use crate::{PrincipalType, RoleAssignment, validate};

static CREATE: Operation = Operation::idempotent("role_assignments.create").with_advice(advice);

fn advice(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::Conflict => {
            "the principal has the role there already, by an assignment of another name: ensure takes that for done"
        }
        ErrorKind::Forbidden | ErrorKind::ForbiddenByRbac => {
            "assigning roles needs Microsoft.Authorization/roleAssignments/write: Owner, User Access Administrator or Key Vault Data Access Administrator"
        }
        _ => return None,
    })
}

/// Assigns a role; made by [`RoleAssignmentsClient::create`].
#[derive(Clone, Debug)]
#[must_use = "a call is sent when it is awaited"]
pub struct CreateRoleAssignment {
    pub(super) client: RoleAssignmentsClient,
    pub(super) scope: Scope,
    pub(super) role: KeyVaultRole,
    pub(super) principal_id: String,
    pub(super) name: String,
    principal_type: Option<PrincipalType>,
    description: Option<String>,
    options: CallOptions,
}

#[derive(Serialize)]
struct Body<'a> {
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties<'a> {
    role_definition_id: String,
    principal_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_type: Option<&'a PrincipalType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
}

impl CreateRoleAssignment {
    pub(super) fn new(
        client: RoleAssignmentsClient,
        scope: Scope,
        role: KeyVaultRole,
        principal_id: String,
    ) -> Self {
        Self {
            client,
            scope,
            role,
            principal_id,
            name: Uuid::new_v4().to_string(),
            principal_type: None,
            description: None,
            options: CallOptions::default(),
        }
    }

    /// The assignment's own GUID; one at random, unless set.
    pub fn name(mut self, guid: impl Into<String>) -> Self {
        self.name = guid.into();
        self
    }

    /// What the principal is. Name it for one that was just made: Resource Manager then does not
    /// look for it where it may not have arrived yet.
    pub fn principal_type(mut self, kind: PrincipalType) -> Self {
        self.principal_type = Some(kind);
        self
    }

    /// What the assignment is for.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.description = Some(text.into());
        self
    }

    pub(super) fn request(&self) -> Result<Request> {
        self.role.check()?;
        validate::guid("principal's object id", &self.principal_id)?;
        let segments = self.client.segments(&self.scope, Some(&self.name))?;
        let properties = Properties {
            role_definition_id: format!(
                "/subscriptions/{}/providers/Microsoft.Authorization/roleDefinitions/{}",
                self.scope.subscription_id(),
                self.role.id()
            ),
            principal_id: &self.principal_id,
            principal_type: self.principal_type.as_ref(),
            description: self.description.as_deref(),
        };
        self.client.client.request_json(Method::Put, &segments, &Body { properties })
    }

    fn call(self) -> Call<RoleAssignment> {
        Call::json(self.client.client.pipeline().clone(), &CREATE, self.request())
    }
}

call_builder!(CreateRoleAssignment => RoleAssignment);
