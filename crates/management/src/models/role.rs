//! Azure roles, and who has them.

use std::str::FromStr;

use serde::Deserialize;

use super::lenient::or_default;
use crate::KeyVaultRole;

azvault_core::service_enum! {
    /// What a principal is.
    pub enum PrincipalType {
        /// A person.
        User = "User",
        /// A group.
        Group = "Group",
        /// A program: a service principal, or a managed identity.
        ServicePrincipal = "ServicePrincipal",
        /// A group of another tenant.
        ForeignGroup = "ForeignGroup",
        /// A device.
        Device = "Device",
    }
}

/// A role that can be assigned.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoleDefinition {
    id: String,
    name: String,
    #[serde(default, deserialize_with = "or_default")]
    properties: DefinitionProperties,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct DefinitionProperties {
    role_name: Option<String>,
    description: Option<String>,
    r#type: Option<String>,
    #[serde(deserialize_with = "or_default")]
    permissions: Vec<RolePermissions>,
    #[serde(deserialize_with = "or_default")]
    assignable_scopes: Vec<String>,
}

/// What a role permits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RolePermissions {
    #[serde(deserialize_with = "or_default")]
    actions: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    not_actions: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    data_actions: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    not_data_actions: Vec<String>,
}

impl RoleDefinition {
    /// Its resource id, which an assignment names.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its GUID.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How people call it: `Key Vault Secrets User`.
    pub fn role_name(&self) -> Option<&str> {
        self.properties.role_name.as_deref()
    }

    /// What it is for.
    pub fn description(&self) -> Option<&str> {
        self.properties.description.as_deref()
    }

    /// Whether it is Azure's own, and not a tenant's.
    pub fn is_built_in(&self) -> bool {
        self.properties.r#type.as_deref().is_some_and(|it| it.eq_ignore_ascii_case("BuiltInRole"))
    }

    /// What it permits.
    pub fn permissions(&self) -> &[RolePermissions] {
        &self.properties.permissions
    }

    /// Where it can be assigned.
    pub fn assignable_scopes(&self) -> impl Iterator<Item = &str> {
        self.properties.assignable_scopes.iter().map(String::as_str)
    }

    /// Which of the Key Vault roles it is.
    pub fn key_vault_role(&self) -> Option<KeyVaultRole> {
        KeyVaultRole::from_str(&self.name).ok()
    }
}

impl RolePermissions {
    /// What it permits with resources.
    pub fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.iter().map(String::as_str)
    }

    /// What it leaves out of that.
    pub fn not_actions(&self) -> impl Iterator<Item = &str> {
        self.not_actions.iter().map(String::as_str)
    }

    /// What it permits with the data in resources: keys, secrets and certificates.
    pub fn data_actions(&self) -> impl Iterator<Item = &str> {
        self.data_actions.iter().map(String::as_str)
    }

    /// What it leaves out of that.
    pub fn not_data_actions(&self) -> impl Iterator<Item = &str> {
        self.not_data_actions.iter().map(String::as_str)
    }
}

/// A role that a principal has in a scope.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RoleAssignment {
    id: String,
    name: String,
    properties: AssignmentProperties,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentProperties {
    #[serde(default)]
    scope: Option<String>,
    role_definition_id: String,
    principal_id: String,
    #[serde(default)]
    principal_type: Option<PrincipalType>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    condition: Option<String>,
}

impl RoleAssignment {
    /// Its resource id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its GUID, by which it is read and deleted.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it holds: here and below. It may have been assigned above where it was listed.
    pub fn scope(&self) -> Option<&str> {
        self.properties.scope.as_deref()
    }

    /// The resource id of the role.
    pub fn role_definition_id(&self) -> &str {
        &self.properties.role_definition_id
    }

    /// The role, by the GUID that its id ends with.
    pub fn role(&self) -> Option<KeyVaultRole> {
        let guid = self.properties.role_definition_id.rsplit('/').next()?;
        KeyVaultRole::from_str(guid).ok()
    }

    /// The object id of the user, group or service principal that has the role.
    pub fn principal_id(&self) -> &str {
        &self.properties.principal_id
    }

    /// What that principal is.
    pub fn principal_type(&self) -> Option<&PrincipalType> {
        self.properties.principal_type.as_ref()
    }

    /// What it is for, in the words of whoever assigned it.
    pub fn description(&self) -> Option<&str> {
        self.properties.description.as_deref()
    }

    /// Under what condition it holds.
    pub fn condition(&self) -> Option<&str> {
        self.properties.condition.as_deref()
    }
}
