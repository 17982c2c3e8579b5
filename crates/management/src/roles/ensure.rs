//! Seeing to it that a principal has a role, once.

use std::{future::IntoFuture, time::Duration};

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use azvault_core::{ErrorKind, Result, call::CallFuture};
use uuid::{Builder, Uuid};

use super::{CreateRoleAssignment, KeyVaultRole, Scope};
use crate::{PrincipalType, RoleAssignment, patience::within};

/// How long a principal may take to be known: Entra's replicas take some minutes at worst.
const LIMIT: Duration = Duration::from_secs(300);
/// The longest wait between two looks.
const LONGEST: Duration = Duration::from_secs(16);

/// Sees to it that a principal has a role; made by
/// [`RoleAssignmentsClient::ensure`](crate::RoleAssignmentsClient::ensure).
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct EnsureRoleAssignment {
    create: CreateRoleAssignment,
    limit: Duration,
}

impl EnsureRoleAssignment {
    pub(super) fn new(create: CreateRoleAssignment) -> Self {
        let name = name_of(&create.scope, &create.role, &create.principal_id);
        Self { create: create.name(name), limit: LIMIT }
    }

    /// What the principal is. Name it for one that was just made: Resource Manager then does not
    /// look for it where it may not have arrived yet.
    pub fn principal_type(mut self, kind: PrincipalType) -> Self {
        self.create = self.create.principal_type(kind);
        self
    }

    /// What the assignment is for; not changed where there is one.
    pub fn description(mut self, text: impl Into<String>) -> Self {
        self.create = self.create.description(text);
        self
    }

    /// How long all of it may take, waiting for a new principal included; 5 min unless set.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The GUID that the assignment has if it is made now.
    pub fn name(&self) -> &str {
        &self.create.name
    }

    /// Does it; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// As for [`RoleAssignmentsClient::ensure`](crate::RoleAssignmentsClient::ensure).
    pub async fn send(self) -> Result<RoleAssignment> {
        self.create.request()?;
        let clock = self.create.client.client.pipeline().clock();
        let subject = format!("the role {} of {}", self.create.role, self.create.principal_id);
        within(&**clock, self.limit, &subject, self.ensured()).await
    }

    async fn ensured(&self) -> Result<RoleAssignment> {
        let assignments = &self.create.client;
        match assignments.get(&self.create.scope, self.name()).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            outcome => return outcome,
        }
        let clock = assignments.client.pipeline().clock();
        let (began, mut wait) = (clock.elapsed(), Duration::from_secs(1));
        loop {
            let error = match self.create.clone().await {
                Ok(assignment) => return Ok(assignment),
                Err(error) => error,
            };
            match error.code() {
                // One that was just made may not be listed yet.
                Some("RoleAssignmentExists") => {
                    if let Some(existing) = self.existing().await? {
                        return Ok(existing);
                    }
                }
                Some("PrincipalNotFound") => {}
                _ => return Err(error),
            }
            let passed = clock.elapsed().saturating_sub(began);
            // The service's own words last: a time limit would say less.
            if passed + wait >= self.limit {
                return Err(error);
            }
            clock.sleep(wait).await;
            wait = (wait * 2).min(LONGEST);
        }
    }

    /// The assignment of another name that stands in the way, and is what is wanted.
    async fn existing(&self) -> Result<Option<RoleAssignment>> {
        let CreateRoleAssignment { scope, role, principal_id, .. } = &self.create;
        let is_it = |it: &RoleAssignment| {
            let place = it.scope().is_none_or(|at| at.eq_ignore_ascii_case(&scope.to_string()));
            let id = it.role_definition_id().rsplit('/').next().unwrap_or_default();
            place
                && id.eq_ignore_ascii_case(role.id())
                && it.principal_id().eq_ignore_ascii_case(principal_id)
        };
        let all = self.create.client.list_for_scope(scope).try_collect().await?;
        Ok(all.into_iter().find(is_it))
    }
}

impl IntoFuture for EnsureRoleAssignment {
    type Output = Result<RoleAssignment>;
    type IntoFuture = CallFuture<RoleAssignment>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The namespace of the names that follow from what is assigned; made for this, once.
const NAMESPACE: Uuid = Uuid::from_u128(0x8f0d_4c8e_5a37_4b52_9a6c_37c1_8f4e_6b21);

/// A UUID of version 5 (RFC 9562, 5.5): the same for the same scope, role and principal.
fn name_of(scope: &Scope, role: &KeyVaultRole, principal_id: &str) -> String {
    let mut text = NAMESPACE.as_bytes().to_vec();
    let what = format!("{scope}|{}|{principal_id}", role.id()).to_ascii_lowercase();
    text.extend_from_slice(what.as_bytes());
    let mut hash = [0; 16];
    for (byte, of) in hash.iter_mut().zip(digest(&SHA1_FOR_LEGACY_USE_ONLY, &text).as_ref()) {
        *byte = *of;
    }
    Builder::from_sha1_bytes(hash).into_uuid().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_what_is_assigned_and_from_nothing_else() {
        const ID: &str = "6819f86e-5d41-47b0-9297-334f33d7922d";
        let scope = Scope::resource_group(ID, "my-rg").unwrap();
        let name = name_of(&scope, &KeyVaultRole::Reader, ID);
        // By Python's uuid.uuid5 of the same namespace and text.
        assert_eq!(name, "035eda0b-cc2f-5fcc-9152-f8eb64b8beca");
        let upper = Scope::resource_group(ID.to_uppercase(), "MY-RG").unwrap();
        assert_eq!(name_of(&upper, &KeyVaultRole::Reader, &ID.to_uppercase()), name);
        let other = Scope::resource_group(ID, "my-rg2").unwrap();
        for different in [
            name_of(&other, &KeyVaultRole::Reader, ID),
            name_of(&scope, &KeyVaultRole::Administrator, ID),
            name_of(&scope, &KeyVaultRole::Reader, "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90"),
        ] {
            assert_ne!(different, name);
        }
    }
}
