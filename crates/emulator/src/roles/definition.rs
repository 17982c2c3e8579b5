//! What a role allows.

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{action, scope::Scope};

/// A role, built in or custom.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) permissions: Vec<RolePermission>,
    /// Where it may be assigned; a role that is built in may be anywhere.
    pub(crate) assignable_scopes: Vec<String>,
    /// By whom and when it was written; `None` for a role that is built in.
    pub(crate) written: Option<Written>,
}

/// Who wrote a custom role, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Written {
    #[serde(with = "crate::moment")]
    pub(crate) created_on: OffsetDateTime,
    pub(crate) created_by: String,
    #[serde(with = "crate::moment")]
    pub(crate) updated_on: OffsetDateTime,
    pub(crate) updated_by: String,
}

/// Actions that are allowed, except those that are not.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RolePermission {
    #[serde(deserialize_with = "list")]
    pub(crate) actions: Vec<String>,
    #[serde(deserialize_with = "list")]
    pub(crate) not_actions: Vec<String>,
    #[serde(deserialize_with = "list")]
    pub(crate) data_actions: Vec<String>,
    #[serde(deserialize_with = "list")]
    pub(crate) not_data_actions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<String>,
}

/// `null` is the same as nothing.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Definition {
    pub(crate) fn is_built_in(&self) -> bool {
        self.written.is_none()
    }

    /// What one permission leaves out another may still allow.
    pub(super) fn allows_data_action(&self, wanted: &str) -> bool {
        let takes =
            |patterns: &[String]| patterns.iter().any(|pattern| action::takes(pattern, wanted));
        self.permissions.iter().any(|permission| {
            takes(&permission.data_actions) && !takes(&permission.not_data_actions)
        })
    }

    /// Whether it may be assigned at `scope`.
    pub(crate) fn is_assignable_at(&self, scope: &Scope) -> bool {
        self.assignable_scopes
            .iter()
            .any(|assignable| Scope::new(assignable.trim_end_matches('/')).covers(scope))
    }
}
