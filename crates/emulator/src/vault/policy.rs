//! Access policies: who holds which permissions in a vault.

use serde::{Deserialize, Serialize};

use crate::{entra::Caller, objects::ObjectKind};

/// One entry of a vault's access policies, as ARM writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessPolicy {
    pub(crate) tenant_id: String,
    pub(crate) object_id: String,
    /// The application that must act for the principal, when one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application_id: Option<String>,
    pub(crate) permissions: Permissions,
}

/// Permissions as they were sent; a group that was not sent is not shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Permissions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secrets: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificates: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage: Option<Vec<String>>,
}

impl AccessPolicy {
    /// Whether both speak of the same principal and application.
    pub(crate) fn is_of_the_same_principal(&self, other: &Self) -> bool {
        self.principal() == other.principal()
    }

    /// The tenant, the principal and the application that this entry is for; their case does not matter.
    pub(crate) fn principal(&self) -> (String, String, Option<String>) {
        let application = self.application_id.as_deref().map(str::to_lowercase);
        (self.tenant_id.to_lowercase(), self.object_id.to_lowercase(), application)
    }

    /// Whether this entry speaks of `caller`.
    pub(crate) fn is_for(&self, caller: &Caller) -> bool {
        self.object_id.eq_ignore_ascii_case(&caller.oid)
            && self.tenant_id.eq_ignore_ascii_case(&caller.tid)
            && self.application_id.as_ref().is_none_or(|id| id.eq_ignore_ascii_case(&caller.appid))
    }

    /// Whether this entry lets `caller` do what `permission` names.
    pub(crate) fn grants(&self, caller: &Caller, kind: ObjectKind, permission: &str) -> bool {
        let group = match kind {
            ObjectKind::Key => &self.permissions.keys,
            ObjectKind::Secret => &self.permissions.secrets,
            ObjectKind::Certificate => &self.permissions.certificates,
        };
        self.is_for(caller) && group.iter().flatten().any(|granted| covers(granted, permission))
    }
}

/// `all` is every permission but `purge`, which is always granted by its name.
fn covers(granted: &str, permission: &str) -> bool {
    granted.eq_ignore_ascii_case(permission)
        || (granted.eq_ignore_ascii_case("all") && permission != "purge")
        // The older word for all that is done to issuers.
        || (granted.eq_ignore_ascii_case("manageissuers") && permission.ends_with("issuers"))
}

impl Permissions {
    /// Every group, for changes that treat them alike.
    pub(crate) fn groups_mut(&mut self) -> [&mut Option<Vec<String>>; 4] {
        [&mut self.keys, &mut self.secrets, &mut self.certificates, &mut self.storage]
    }

    pub(crate) fn is_empty(&self) -> bool {
        [&self.keys, &self.secrets, &self.certificates, &self.storage]
            .into_iter()
            .all(|group| group.as_ref().is_none_or(Vec::is_empty))
    }
}
