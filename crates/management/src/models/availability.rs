//! Whether the name of a vault or a managed HSM can still be had.

use serde::Deserialize;

azvault_core::service_enum! {
    /// Why a name cannot be had.
    pub enum UnavailableReason ignoring case {
        /// It cannot be the name of a vault or a managed HSM.
        AccountNameInvalid = "AccountNameInvalid",
        /// It is taken: perhaps by a deleted one, perhaps by somebody else's.
        AlreadyExists = "AlreadyExists",
    }
}

/// Whether the name of a vault or a managed HSM can be had, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NameAvailability {
    #[serde(default)]
    name_available: bool,
    reason: Option<UnavailableReason>,
    message: Option<String>,
}

impl NameAvailability {
    /// Whether the name can be had.
    pub fn is_available(&self) -> bool {
        self.name_available
    }

    /// Why not.
    pub fn reason(&self) -> Option<&UnavailableReason> {
        self.reason.as_ref()
    }

    /// Why not, in the service's words.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}
