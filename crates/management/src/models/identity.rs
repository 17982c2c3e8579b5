//! Managed identities of a resource.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::accessors;

azvault_core::service_enum! {
    /// Which managed identities a resource has.
    pub enum ManagedServiceIdentityType ignoring case {
        /// None.
        None = "None",
        /// One of its own, which is deleted with it.
        SystemAssigned = "SystemAssigned",
        /// Those that are named.
        UserAssigned = "UserAssigned",
        /// Both.
        SystemAndUserAssigned = "SystemAssigned,UserAssigned",
    }
}

/// The managed identities of a resource.
///
/// # Examples
/// ```
/// use azvault_management::ManagedServiceIdentity;
///
/// let id = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/backup";
/// let identity = ManagedServiceIdentity::user_assigned([id]);
/// assert!(identity.user_assigned_identities().any(|(it, _)| it == id));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ManagedServiceIdentity {
    #[serde(default = "none")]
    r#type: ManagedServiceIdentityType,
    #[serde(default, skip_serializing)]
    principal_id: Option<String>,
    #[serde(default, skip_serializing)]
    tenant_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user_assigned_identities: Option<BTreeMap<String, UserAssignedIdentity>>,
}

/// An identity that is assigned to a resource by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserAssignedIdentity {
    #[serde(skip_serializing)]
    principal_id: Option<String>,
    #[serde(skip_serializing)]
    client_id: Option<String>,
}

fn none() -> ManagedServiceIdentityType {
    ManagedServiceIdentityType::None
}

impl ManagedServiceIdentity {
    /// No identity: takes those away that there are.
    pub fn none() -> Self {
        Self::new(ManagedServiceIdentityType::None, None)
    }

    /// An identity of the resource's own.
    pub fn system_assigned() -> Self {
        Self::new(ManagedServiceIdentityType::SystemAssigned, None)
    }

    /// These identities, by their resource ids.
    pub fn user_assigned<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self::new(ManagedServiceIdentityType::UserAssigned, Some(named(ids)))
    }

    /// An identity of the resource's own, and these by their resource ids.
    pub fn system_and_user_assigned<I: Into<String>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self::new(ManagedServiceIdentityType::SystemAndUserAssigned, Some(named(ids)))
    }

    fn new(
        r#type: ManagedServiceIdentityType,
        user_assigned_identities: Option<BTreeMap<String, UserAssignedIdentity>>,
    ) -> Self {
        Self { r#type, principal_id: None, tenant_id: None, user_assigned_identities }
    }

    /// Which identities the resource has.
    pub fn identity_type(&self) -> &ManagedServiceIdentityType {
        &self.r#type
    }

    /// The identities that are assigned by their resource ids.
    pub fn user_assigned_identities(&self) -> impl Iterator<Item = (&str, &UserAssignedIdentity)> {
        self.user_assigned_identities.iter().flatten().map(|(id, identity)| (id.as_str(), identity))
    }
}

fn named<I: Into<String>>(
    ids: impl IntoIterator<Item = I>,
) -> BTreeMap<String, UserAssignedIdentity> {
    ids.into_iter().map(|id| (id.into(), UserAssignedIdentity::default())).collect()
}

accessors!(ManagedServiceIdentity {
    /// The object id of the resource's own identity.
    principal_id: [text] = principal_id;
    /// The tenant of the resource's own identity.
    tenant_id: [text] = tenant_id;
});

accessors!(UserAssignedIdentity {
    /// Its object id.
    principal_id: [text] = principal_id;
    /// Its application id.
    client_id: [text] = client_id;
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_decides_is_read_and_never_sent() {
        let read: ManagedServiceIdentity = serde_json::from_str(
            r#"{"type":"SystemAssigned,UserAssigned","principalId":"p","tenantId":"t","userAssignedIdentities":{"/id":{"principalId":"q","clientId":"c"}}}"#,
        )
        .unwrap();
        assert_eq!(read.principal_id(), Some("p"));
        assert_eq!(read.user_assigned_identities().next().unwrap().1.client_id(), Some("c"));
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"{"type":"SystemAssigned,UserAssigned","userAssignedIdentities":{"/id":{}}}"#
        );
    }
}
