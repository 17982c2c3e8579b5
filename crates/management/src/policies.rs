//! Access policies as people mean them: what is missing is added, exactly these, or this one gone.

mod change;
mod remove;

use std::time::Duration;

use azvault_core::{Error, Result};
pub use change::{EnsureAccessPolicy, SetAccessPolicies};
pub use remove::RemoveAccessPolicy;

use crate::{AccessPolicyEntry, AccessPolicyUpdateKind, Vault, VaultsClient};

/// How long a change of policies may take, what others change meanwhile included.
const LIMIT: Duration = Duration::from_secs(120);
/// How many policies one request adds: the specification's figure for that operation.
const POLICIES_A_REQUEST: usize = 16;

impl VaultsClient {
    /// Sees to it that a principal may do at least this. What it may do already stays, and so do
    /// all other policies; nothing is sent where nothing is missing. Gives all policies of the vault.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read` and `vaults/accessPolicies/write`.
    ///
    /// # Errors
    /// `InvalidInput` for ids that cannot be, and for a vault that goes by Azure roles: policies
    /// have no effect there; `NotFound`.
    ///
    /// Source: [Vaults_UpdateAccessPolicy](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::start().await?;
    /// # let tenant_id = emulator.tenant_id();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let parameters = azvault_management::VaultCreateOrUpdateParameters::new("eastus", tenant_id)
    /// #     .rbac_authorization(false);
    /// # management.vaults().create_or_update("my-rg", "my-vault", parameters).await?;
    /// use azvault_management::AccessPolicyEntry;
    ///
    /// let principal = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
    /// let reader = AccessPolicyEntry::secrets_reader(tenant_id, principal);
    /// let policies = management.vaults().ensure_access_policy("my-rg", "my-vault", reader).await?;
    /// assert_eq!(policies.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_access_policy(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
        policy: AccessPolicyEntry,
    ) -> EnsureAccessPolicy {
        EnsureAccessPolicy::new(self.clone(), resource_group.into(), name.into(), policy)
    }

    /// Makes these a vault's access policies, exactly: **who is not named loses access**, and who
    /// is named loses what is not named. Nothing is sent where they are these already. Gives all
    /// policies of the vault.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read` and `vaults/write`.
    ///
    /// # Errors
    /// `InvalidInput` for ids that cannot be, a principal named twice, more than 1024 policies,
    /// and for a vault that goes by Azure roles: policies have no effect there; `NotFound`.
    ///
    /// Source: [Vaults_Update](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id())
    /// #     .rbac_authorization(false);
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// use azvault_management::{AccessPolicyEntry, SecretPermission};
    ///
    /// let reader = AccessPolicyEntry::new(emulator.tenant_id(), "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90")
    ///     .secrets([SecretPermission::Get]);
    /// let policies =
    ///     management.vaults().set_access_policies("my-rg", "my-vault", [reader]).await?;
    /// assert_eq!(policies.len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn set_access_policies(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
        policies: impl IntoIterator<Item = AccessPolicyEntry>,
    ) -> SetAccessPolicies {
        let policies = policies.into_iter().collect();
        SetAccessPolicies::new(self.clone(), resource_group.into(), name.into(), policies)
    }

    /// Takes away all that a principal may do by its access policy; all other policies stay. Its
    /// policy for acting through an application is another one:
    /// [`application_id`](RemoveAccessPolicy::application_id) names it. A principal without a
    /// policy is no error. Gives the policies that are left.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read` and `vaults/accessPolicies/write`, and `vaults/write`
    /// where the service leaves a rest of the policy behind: the others are then set as a whole, and
    /// one that somebody else gives in that moment is lost. A policy of another tenant than the
    /// vault's, as a move leaves it, stays: [`set_access_policies`](Self::set_access_policies) is
    /// for those.
    ///
    /// # Errors
    /// `InvalidInput` for ids that cannot be, and for a vault that goes by Azure roles: policies
    /// have no effect there; `NotFound`.
    ///
    /// Source: [Vaults_UpdateAccessPolicy](https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy).
    ///
    /// # Examples
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = azvault_emulator::Emulator::in_memory();
    /// # let management = azvault_management::KeyVaultManagementClient::builder(emulator.subscription_id())
    /// #     .endpoint(emulator.management_url())
    /// #     .credential(emulator.credential()).transport(emulator.transport()).build()?;
    /// # management.resource_groups().create_or_update("my-rg", "eastus").await?;
    /// # let new = azvault_management::VaultCreateOrUpdateParameters::new("eastus", emulator.tenant_id())
    /// #     .rbac_authorization(false);
    /// # management.vaults().create_or_update("my-rg", "my-vault", new).await?;
    /// use azvault_management::{AccessPolicyEntry, SecretPermission};
    ///
    /// let principal = "9c9a3c4d-6f5e-4c8e-9d3e-2a5b1f7e8d90";
    /// let reader =
    ///     AccessPolicyEntry::new(emulator.tenant_id(), principal).secrets([SecretPermission::Get]);
    /// let vaults = management.vaults();
    /// vaults.ensure_access_policy("my-rg", "my-vault", reader).await?;
    /// let left = vaults.remove_access_policy("my-rg", "my-vault", principal).await?;
    /// assert!(left.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn remove_access_policy(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
        object_id: impl Into<String>,
    ) -> RemoveAccessPolicy {
        let (group, name) = (resource_group.into(), name.into());
        RemoveAccessPolicy::new(self.clone(), group, name, object_id.into())
    }

    /// Adds policies, as many a request as it takes; gives all that there are then.
    pub(crate) async fn add_policies(
        &self,
        group: &str,
        name: &str,
        policies: &[AccessPolicyEntry],
    ) -> Result<Option<Vec<AccessPolicyEntry>>> {
        let mut all = None;
        for some in policies.chunks(POLICIES_A_REQUEST) {
            let (kind, some) = (AccessPolicyUpdateKind::Add, some.to_vec());
            all = Some(self.update_access_policy(group, name, kind, some).await?);
        }
        Ok(all)
    }
}

/// Refuses a vault where policies have no effect.
fn goes_by_policies(vault: &Vault) -> Result<()> {
    if vault.rbac_authorization() {
        return Err(Error::invalid_input(format!(
            "the vault {} goes by Azure roles, and access policies have no effect there: assign roles, or make it go by policies with update(…).rbac_authorization(false)",
            vault.name()
        )));
    }
    Ok(())
}

/// Gives a type with `vaults`, `limit`, `check` and `once` what a change of policies has.
macro_rules! policy_change {
    ($type:ident) => {
        impl $type {
            /// How long all of it may take, waiting out what others change included; 2 min unless
            /// set.
            pub fn with_timeout(mut self, limit: ::std::time::Duration) -> Self {
                self.limit = limit;
                self
            }

            /// Does it; the same as `.await`, for `spawn` and `join!`.
            ///
            /// # Errors
            /// See [`ErrorKind`](crate::ErrorKind).
            pub async fn send(self) -> ::azvault_core::Result<Vec<crate::AccessPolicyEntry>> {
                self.check()?;
                let clock = self.vaults.place.client.pipeline().clock();
                let subject = format!("the access policies of {}", self.name);
                let work = async {
                    let mut patience = crate::patience::Patience::new(&self.vaults.place.client);
                    loop {
                        match self.once().await {
                            Err(error) if patience.waits_out(&error).await => {}
                            outcome => return outcome,
                        }
                    }
                };
                crate::patience::within(&**clock, self.limit, &subject, work).await
            }
        }

        impl ::std::future::IntoFuture for $type {
            type Output = ::azvault_core::Result<Vec<crate::AccessPolicyEntry>>;
            type IntoFuture = ::azvault_core::call::CallFuture<Vec<crate::AccessPolicyEntry>>;

            fn into_future(self) -> Self::IntoFuture {
                ::std::boxed::Box::pin(self.send())
            }
        }
    };
}
use policy_change;
