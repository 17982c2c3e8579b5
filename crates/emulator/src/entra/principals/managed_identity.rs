//! A managed identity.

use crate::principal::Principal;

/// A managed identity, for [`Principals`](crate::Principals).
///
/// ```
/// use azvault_emulator::{ManagedIdentity, Principals};
///
/// let principals = Principals::new()
///     .managed_identity(ManagedIdentity::system_assigned())
///     .managed_identity(ManagedIdentity::user_assigned("22222222-2222-2222-2222-222222222222"));
/// # drop(principals);
/// ```
#[derive(Clone, Debug)]
pub struct ManagedIdentity {
    pub(crate) principal: Principal,
    pub(crate) name: Option<String>,
    pub(crate) resource_id: Option<String>,
    pub(crate) is_system_assigned: bool,
}

impl ManagedIdentity {
    /// The machine's own, which answers when a request selects none.
    pub fn system_assigned() -> Self {
        Self {
            principal: Principal::system_assigned(),
            name: None,
            resource_id: None,
            is_system_assigned: true,
        }
    }

    /// One that is asked for by its client id; the object id follows from it until set.
    pub fn user_assigned(client_id: impl AsRef<str>) -> Self {
        Self {
            principal: Principal::for_client_id(client_id.as_ref()),
            is_system_assigned: false,
            ..Self::system_assigned()
        }
    }

    /// The object id of its service principal, a GUID.
    #[must_use]
    pub fn object_id(mut self, object_id: impl Into<String>) -> Self {
        self.principal = self.principal.with_oid(object_id);
        self
    }

    /// Its id in Resource Manager, by which it may be asked for too.
    #[must_use]
    pub fn resource_id(mut self, resource_id: impl Into<String>) -> Self {
        self.resource_id = Some(resource_id.into());
        self
    }

    /// Its display name; the client id when not set.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}
