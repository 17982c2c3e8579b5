//! Resource providers, as a subscription has them.

use serde::Deserialize;

azvault_core::service_enum! {
    /// Whether a subscription uses a resource provider.
    pub enum RegistrationState {
        /// It does not: nothing of the provider can be made in it.
        NotRegistered = "NotRegistered",
        /// It soon will.
        Registering = "Registering",
        /// It does.
        Registered = "Registered",
        /// It soon will no more.
        Unregistering = "Unregistering",
    }
}

/// A resource provider: what makes the resources of one namespace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provider {
    #[serde(default)]
    id: Option<String>,
    namespace: String,
    #[serde(default)]
    registration_state: Option<RegistrationState>,
}

impl Provider {
    /// Its resource id.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its namespace: `Microsoft.KeyVault`.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Whether the subscription uses it.
    pub fn registration_state(&self) -> Option<&RegistrationState> {
        self.registration_state.as_ref()
    }
}
