//! Who is assigned a role, where, and from when to when that counts.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use super::scope::Scope;

/// What an assignment is for, and what is noted with it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AssignmentDetails {
    pub(crate) scope: Scope,
    pub(crate) role: Uuid,
    /// The object id of the principal.
    pub(crate) principal: String,
    pub(crate) principal_type: String,
    pub(crate) description: Option<String>,
    /// Kept and shown: conditions are about other services' data.
    pub(crate) condition: Option<String>,
    pub(crate) condition_version: Option<String>,
    pub(crate) delegated_managed_identity: Option<String>,
}

/// A role assignment.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Assignment {
    pub(crate) name: Uuid,
    pub(crate) role: Uuid,
    pub(crate) details: AssignmentDetails,
    #[serde(with = "crate::moment")]
    pub(crate) created_on: OffsetDateTime,
    pub(crate) created_by: String,
    #[serde(with = "crate::moment")]
    pub(crate) updated_on: OffsetDateTime,
    pub(crate) updated_by: String,
    /// `None`: from the beginning, wherever the clock is set to.
    #[serde(default, with = "crate::moment::option")]
    from: Option<OffsetDateTime>,
    /// Once it was removed.
    #[serde(default, with = "crate::moment::option")]
    until: Option<OffsetDateTime>,
}

impl AssignmentDetails {
    /// Whether role, principal and scope are the same: these cannot be changed.
    pub(super) fn is_for_the_same(&self, other: &Self) -> bool {
        self.role == other.role
            && self.scope == other.scope
            && self.principal.eq_ignore_ascii_case(&other.principal)
    }
}

impl Assignment {
    pub(super) fn new(
        name: Uuid,
        details: AssignmentDetails,
        by: &str,
        now: OffsetDateTime,
        from: OffsetDateTime,
    ) -> Self {
        Self {
            name,
            role: details.role,
            details,
            created_on: now,
            created_by: by.to_owned(),
            updated_on: now,
            updated_by: by.to_owned(),
            from: Some(from).filter(|from| *from > now),
            until: None,
        }
    }

    pub(super) fn update(&mut self, details: AssignmentDetails, by: &str, now: OffsetDateTime) {
        // The spelling of its scope stays that of its making.
        self.details = AssignmentDetails { scope: self.details.scope.clone(), ..details };
        self.updated_on = now;
        by.clone_into(&mut self.updated_by);
    }

    pub(super) fn remove(&mut self, until: OffsetDateTime) {
        self.until = Some(until);
    }

    pub(super) fn is(&self, name: Uuid, scope: &Scope) -> bool {
        self.name == name && self.details.scope == *scope
    }

    /// One that was removed is not listed, though it may still count.
    pub(super) fn is_listed(&self) -> bool {
        self.until.is_none()
    }

    pub(super) fn is_over(&self, now: OffsetDateTime) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    pub(super) fn counts_for(
        &self,
        principal: &str,
        resource: &Scope,
        now: OffsetDateTime,
    ) -> bool {
        self.from.is_none_or(|from| from <= now)
            && !self.is_over(now)
            && self.details.principal.eq_ignore_ascii_case(principal)
            && self.details.scope.covers(resource)
    }
}
