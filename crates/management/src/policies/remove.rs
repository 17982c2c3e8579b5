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
        // As it was read, word for word: what is named with all it has loses its place.
        match live.iter().find(|policy| policy.is_of_same_principal(&named)) {
            None => Ok(live.to_vec()),
            Some(policy) => {
                let kind = AccessPolicyUpdateKind::Remove;
                self.vaults.update_access_policy(group, name, kind, [policy.clone()]).await
            }
        }
    }
}

policy_change!(RemoveAccessPolicy);
