//! Private endpoints that are, or want to be, connected to a vault or a managed HSM.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Base, accessors, resource_accessors, tracked_accessors};
use crate::{
    ManagedHsmSku, ManagedServiceIdentity,
    settling::{Settles, Standing},
};

azvault_core::service_enum! {
    /// Whether a private endpoint may be used.
    pub enum PrivateEndpointStatus ignoring case {
        /// Nobody has decided yet.
        Pending = "Pending",
        /// It may.
        Approved = "Approved",
        /// It may not.
        Rejected = "Rejected",
        /// Its owner has taken it away.
        Disconnected = "Disconnected",
    }
}

azvault_core::service_enum! {
    /// How far what was decided of a private endpoint has been carried out.
    pub enum PrivateEndpointProvisioningState ignoring case {
        /// Done.
        Succeeded = "Succeeded",
        /// Being made.
        Creating = "Creating",
        /// Being changed.
        Updating = "Updating",
        /// Being deleted.
        Deleting = "Deleting",
        /// It failed.
        Failed = "Failed",
        /// Its owner has taken the endpoint away.
        Disconnected = "Disconnected",
    }
}

azvault_core::service_enum! {
    /// What the owner of a private endpoint has to do.
    pub enum ActionsRequired ignoring case {
        /// Nothing.
        None = "None",
    }
}

/// What was decided of a private endpoint, and why.
///
/// # Examples
/// ```
/// use azvault_management::{PrivateEndpointStatus, PrivateLinkConnectionState};
///
/// let state = PrivateLinkConnectionState::approved().with_description("ticket 4711");
/// assert_eq!(state.status(), Some(&PrivateEndpointStatus::Approved));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PrivateLinkConnectionState {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<PrivateEndpointStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actions_required: Option<ActionsRequired>,
}

impl PrivateLinkConnectionState {
    /// This status.
    pub fn new(status: PrivateEndpointStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// The endpoint may be used.
    pub fn approved() -> Self {
        Self::new(PrivateEndpointStatus::Approved)
    }

    /// The endpoint may not be used.
    pub fn rejected() -> Self {
        Self::new(PrivateEndpointStatus::Rejected)
    }

    /// Adds a reason, which the endpoint's owner sees.
    #[must_use]
    pub fn with_description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// Adds what the endpoint's owner has to do.
    #[must_use]
    pub fn with_actions_required(mut self, actions: ActionsRequired) -> Self {
        self.actions_required = Some(actions);
        self
    }
}

accessors!(PrivateLinkConnectionState {
    /// Whether the endpoint may be used.
    status: [ref PrivateEndpointStatus] = status;
    /// Why.
    description: [text] = description;
    /// What its owner has to do.
    actions_required: [ref ActionsRequired] = actions_required;
});

/// A private endpoint that is, or wants to be, connected to a vault or a managed HSM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PrivateEndpointConnection {
    #[serde(flatten)]
    base: Base,
    location: Option<String>,
    tags: Option<BTreeMap<String, String>>,
    etag: Option<String>,
    sku: Option<ManagedHsmSku>,
    identity: Option<ManagedServiceIdentity>,
    properties: Option<Properties>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Properties {
    private_endpoint: Option<PrivateEndpoint>,
    private_link_service_connection_state: Option<PrivateLinkConnectionState>,
    provisioning_state: Option<PrivateEndpointProvisioningState>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
struct PrivateEndpoint {
    id: Option<String>,
}

resource_accessors!(PrivateEndpointConnection);
tracked_accessors!(PrivateEndpointConnection);
accessors!(PrivateEndpointConnection {
    /// Changes whenever the connection does.
    etag: [text] = etag;
    /// The size of the managed HSM; none of a vault.
    managed_hsm_sku: [ref ManagedHsmSku] = sku;
    /// The managed HSM's identity; none of a vault.
    identity: [ref ManagedServiceIdentity] = identity;
});

impl PrivateEndpointConnection {
    /// The resource id of the endpoint.
    pub fn private_endpoint_id(&self) -> Option<&str> {
        self.properties.as_ref()?.private_endpoint.as_ref()?.id.as_deref()
    }

    /// What was decided of it, and why.
    pub fn connection_state(&self) -> Option<&PrivateLinkConnectionState> {
        self.properties.as_ref()?.private_link_service_connection_state.as_ref()
    }

    /// Whether the endpoint may be used.
    pub fn status(&self) -> Option<&PrivateEndpointStatus> {
        self.connection_state()?.status()
    }

    /// How far that has been carried out.
    pub fn provisioning_state(&self) -> Option<&PrivateEndpointProvisioningState> {
        self.properties.as_ref()?.provisioning_state.as_ref()
    }
}

impl Settles for PrivateEndpointConnection {
    fn standing(&self) -> Standing<'_> {
        use PrivateEndpointProvisioningState as State;
        match self.provisioning_state() {
            Some(State::Creating | State::Updating | State::Deleting) => Standing::UnderWay,
            Some(State::Failed) => {
                Standing::Failed(self.connection_state().and_then(|it| it.description()))
            }
            _ => Standing::Ready,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_decided_is_sent() {
        let state = PrivateLinkConnectionState::rejected().with_description("not ours");
        let sent = serde_json::to_string(&state).unwrap();
        assert_eq!(sent, r#"{"status":"Rejected","description":"not ours"}"#);
    }

    #[test]
    fn the_item_in_a_vault_has_the_name_that_its_id_ends_with() {
        let read: PrivateEndpointConnection = serde_json::from_str(
            r#"{"id":"/x/privateEndpointConnections/pe","etag":"e","properties":{"privateEndpoint":{"id":"/pe"},"privateLinkServiceConnectionState":{"status":"approved","actionsRequired":"Reboot"},"provisioningState":"Succeeded"}}"#,
        )
        .unwrap();
        assert_eq!((read.name(), read.etag()), ("pe", Some("e")));
        assert_eq!(read.private_endpoint_id(), Some("/pe"));
        assert_eq!(read.status(), Some(&PrivateEndpointStatus::Approved));
        let actions = read.connection_state().unwrap().actions_required().unwrap();
        assert_eq!(actions.as_str(), "Reboot");
        assert!(matches!(read.standing(), Standing::Ready));
    }
}
