//! Who is given access.

use azvault_management::{
    AccessPolicyEntry, CertificatePermission, KeyPermission, KeyVaultRole, PrincipalType,
    SecretPermission,
};

use crate::{Place, place::Placed};

/// A principal of the tenant: a user, a group, a service principal or a managed identity, by its
/// object id.
///
/// # Examples
/// ```
/// use azvault_fleet::{Principal, PrincipalType};
///
/// let api = Principal::new("9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90")
///     .kind(PrincipalType::ServicePrincipal);
/// assert_eq!(api.object_id(), "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    pub(crate) object_id: String,
    pub(crate) kind: Option<PrincipalType>,
}

impl Principal {
    /// The principal with this object id, a GUID: not the application's id.
    pub fn new(object_id: impl Into<String>) -> Self {
        Self { object_id: object_id.into(), kind: None }
    }

    /// What it is. Resource Manager then assigns roles to it even before it has been replicated.
    ///
    /// Source: [Role assignments](https://learn.microsoft.com/azure/role-based-access-control/role-assignments-rest).
    #[must_use]
    pub fn kind(mut self, kind: PrincipalType) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Its object id.
    pub fn object_id(&self) -> &str {
        &self.object_id
    }
}

impl From<&str> for Principal {
    fn from(object_id: &str) -> Self {
        Self::new(object_id)
    }
}

/// What a principal must at least be permitted by a vault's access policies.
///
/// # Examples
/// ```
/// use azvault_fleet::{DesiredPolicy, SecretPermission};
///
/// let reader = DesiredPolicy::new("9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90")
///     .secrets([SecretPermission::Get, SecretPermission::List]);
/// # let _ = reader;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct DesiredPolicy {
    pub(crate) principal: Principal,
    keys: Vec<KeyPermission>,
    secrets: Vec<SecretPermission>,
    certificates: Vec<CertificatePermission>,
    pub(crate) place: Option<Place>,
}

impl DesiredPolicy {
    /// A policy that permits nothing yet.
    pub fn new(principal: impl Into<Principal>) -> Self {
        Self {
            principal: principal.into(),
            keys: Vec::new(),
            secrets: Vec::new(),
            certificates: Vec::new(),
            place: None,
        }
    }

    /// What the principal may do with keys.
    pub fn keys(mut self, permissions: impl IntoIterator<Item = KeyPermission>) -> Self {
        self.keys = permissions.into_iter().collect();
        self
    }

    /// What the principal may do with secrets.
    pub fn secrets(mut self, permissions: impl IntoIterator<Item = SecretPermission>) -> Self {
        self.secrets = permissions.into_iter().collect();
        self
    }

    /// What the principal may do with certificates.
    pub fn certificates(
        mut self,
        permissions: impl IntoIterator<Item = CertificatePermission>,
    ) -> Self {
        self.certificates = permissions.into_iter().collect();
        self
    }

    pub(crate) fn permits_nothing(&self) -> bool {
        self.keys.is_empty() && self.secrets.is_empty() && self.certificates.is_empty()
    }

    /// As the vault is told it.
    pub(crate) fn entry(&self, tenant: &str) -> AccessPolicyEntry {
        AccessPolicyEntry::new(tenant, &self.principal.object_id)
            .keys(self.keys.clone())
            .secrets(self.secrets.clone())
            .certificates(self.certificates.clone())
    }
}

/// A role that a principal must have at the vault's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DesiredRole {
    pub(crate) principal: Principal,
    pub(crate) role: Placed<KeyVaultRole>,
}
