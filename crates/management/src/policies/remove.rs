//! Taking one principal's policy away.

use std::time::Duration;

use azvault_core::Result;

use super::{LIMIT, goes_by_policies, policy_change};
use crate::{AccessPolicyEntry, AccessPolicyUpdateKind, VaultsClient, validate};

/// Takes a principal's policy away; made by [`VaultsClient::remove_access_policy`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct RemoveAccessPolicy {
    vaults: VaultsClient,
    resource_group: String,
    name: String,
    object_id: String,
    application_id: Option<String>,
    limit: Duration,
}

impl RemoveAccessPolicy {
    pub(super) fn new(
        vaults: VaultsClient,
        resource_group: String,
        name: String,
        object_id: String,
    ) -> Self {
        Self { vaults, resource_group, name, object_id, application_id: None, limit: LIMIT }
    }

    /// The policy for acting through this application, instead of the one for acting by itself.
    pub fn application_id(mut self, id: impl Into<String>) -> Self {
        self.application_id = Some(id.into());
        self
    }

    fn check(&self) -> Result<()> {
        validate::guid("object id of an access policy", &self.object_id)?;
        match &self.application_id {
            Some(id) => validate::guid("application id of an access policy", id),
            None => Ok(()),
        }
    }

    async fn once(&self) -> Result<Vec<AccessPolicyEntry>> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        let vault = self.vaults.get(group, name).await?;
        goes_by_policies(&vault)?;
        let tenant = vault.tenant_id();
        let mut named = AccessPolicyEntry::new(tenant, &self.object_id);
        if let Some(id) = &self.application_id {
            named = named.application_id(id);
        }
        let live = vault.access_policies();
        let Some(policy) = live.iter().find(|policy| policy.is_of_same_principal(&named)) else {
            return Ok(live.to_vec());
        };
        // What is named with all it has loses its place.
        let (kind, all) = (AccessPolicyUpdateKind::Remove, [policy.clone()]);
        let mut left = self.vaults.update_access_policy(group, name, kind, all).await?;
        let before = left.len();
        left.retain(|policy| !policy.is_of_same_principal(&named));
        if left.len() == before {
            return Ok(left);
        }
        // An entry may be left with nothing in it, or with words in another case than was read.
        let update = self.vaults.update(group, name).policies_alone(left);
        Ok(update.await?.access_policies().to_vec())
    }
}

policy_change!(RemoveAccessPolicy);
