//! Adding what is missing, and setting exactly what is wanted.

use std::time::Duration;

use azvault_core::{Error, Result};

use super::{LIMIT, goes_by_policies, policy_change};
use crate::{AccessPolicyEntry, VaultsClient, validate};

/// Gives a principal what is missing; made by [`VaultsClient::ensure_access_policy`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct EnsureAccessPolicy {
    vaults: VaultsClient,
    resource_group: String,
    name: String,
    policy: AccessPolicyEntry,
    limit: Duration,
}

impl EnsureAccessPolicy {
    pub(super) fn new(
        vaults: VaultsClient,
        resource_group: String,
        name: String,
        policy: AccessPolicyEntry,
    ) -> Self {
        Self { vaults, resource_group, name, policy, limit: LIMIT }
    }

    fn check(&self) -> Result<()> {
        validate::access_policies(std::slice::from_ref(&self.policy))
    }

    async fn once(&self) -> Result<Vec<AccessPolicyEntry>> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        let vault = self.vaults.get(group, name).await?;
        goes_by_policies(&vault)?;
        let live = vault.access_policies();
        let Some(missing) = self.policy.missing_in(live) else {
            return Ok(live.to_vec());
        };
        let new = !live.iter().any(|policy| policy.is_of_same_principal(&missing));
        if new && live.len() >= validate::MOST_POLICIES {
            return Err(Error::invalid_input(format!(
                "the vault {name} has {} access policies, and takes no more: give groups access, or use Azure roles",
                live.len()
            )));
        }
        let all = self.vaults.add_policies(group, name, &[missing]).await?;
        Ok(all.unwrap_or_default())
    }
}

policy_change!(EnsureAccessPolicy);

/// Sets all access policies; made by [`VaultsClient::set_access_policies`].
#[derive(Clone, Debug)]
#[must_use = "nothing is sent before it is awaited"]
pub struct SetAccessPolicies {
    vaults: VaultsClient,
    resource_group: String,
    name: String,
    policies: Vec<AccessPolicyEntry>,
    limit: Duration,
}

impl SetAccessPolicies {
    pub(super) fn new(
        vaults: VaultsClient,
        resource_group: String,
        name: String,
        policies: Vec<AccessPolicyEntry>,
    ) -> Self {
        Self { vaults, resource_group, name, policies, limit: LIMIT }
    }

    fn check(&self) -> Result<()> {
        validate::access_policies(&self.policies)
    }

    async fn once(&self) -> Result<Vec<AccessPolicyEntry>> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        let vault = self.vaults.get(group, name).await?;
        goes_by_policies(&vault)?;
        let (live, wanted) = (vault.access_policies(), &self.policies);
        let covers = |some: &[AccessPolicyEntry], others: &[AccessPolicyEntry]| {
            others.iter().all(|policy| {
                let named = some.iter().any(|it| it.is_of_same_principal(policy));
                named && policy.missing_in(some).is_none()
            })
        };
        if covers(live, wanted) && covers(wanted, live) {
            return Ok(live.to_vec());
        }
        let update = self.vaults.update(group, name).policies_alone(wanted.clone());
        Ok(update.await?.access_policies().to_vec())
    }
}

policy_change!(SetAccessPolicies);
