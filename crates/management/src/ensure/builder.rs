//! The call that makes a vault be what is wanted.

use std::{future::IntoFuture, time::Duration};

use azvault_core::{Error, Result, call::CallFuture};

use super::{Observed, VaultPlan, observe::Look};
use crate::{Vault, VaultCreateOrUpdateParameters, VaultsClient, validate};

/// Makes a vault be what is wanted; made by [`VaultsClient::ensure_vault`].
#[derive(Clone, Debug)]
#[must_use = "nothing is done before it is awaited, or its plan applied"]
pub struct EnsureVault {
    pub(super) vaults: VaultsClient,
    pub(super) resource_group: String,
    pub(super) name: String,
    pub(super) parameters: VaultCreateOrUpdateParameters,
    pub(super) limit: Duration,
    pub(super) registers: bool,
}

impl VaultsClient {
    /// Makes a vault what the parameters say, whatever it is now: makes it, changes it in place, or
    /// recovers the deleted vault of that name and then changes it. What the parameters do not
    /// mention stays as it is: tags and access policies are added to those there are, network
    /// rules that are given take the place of all, and a tier that is not named is kept.
    ///
    /// [`plan`](EnsureVault::plan) shows what would be done. Doing it twice does nothing the second
    /// time. Several at once, each with access policies of its own, keep each other's: policies are
    /// added, and looked at again once the vault is ready. One gap is left: who saw no vault, and
    /// sends its creation only after somebody else's is ready, takes away the other's policies,
    /// since the service has no creation that spares what is there. Tags are sent as a whole: one
    /// that somebody else adds in the moment between a look and the change is lost.
    ///
    /// A deleted vault loses its role assignments, and recovering it does not bring them back: see
    /// to them by [`role_assignments().ensure`](crate::RoleAssignmentsClient::ensure).
    ///
    /// Needs `Microsoft.KeyVault/vaults/read`, `vaults/write` and, where there are policies,
    /// `vaults/accessPolicies/write`; see also [`plan`](EnsureVault::plan).
    ///
    /// # Errors
    /// `InvalidInput` for what cannot be or cannot be done, `Conflict` where the name, the region or
    /// the group is not what is wanted: with the reasons and what would be right.
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
    /// use azvault_management::{VaultAction, VaultCreateOrUpdateParameters};
    ///
    /// let wanted = VaultCreateOrUpdateParameters::new("eastus", tenant_id).tag("team", "payments");
    /// let ensure = management.vaults().ensure_vault("my-rg", "my-vault", wanted);
    /// let plan = ensure.clone().plan().await?;
    /// assert_eq!(plan.action(), &VaultAction::Create);
    /// println!("{plan}");
    /// plan.apply().await?;
    /// assert!(ensure.plan().await?.is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn ensure_vault(
        &self,
        resource_group: impl Into<String>,
        name: impl Into<String>,
        parameters: VaultCreateOrUpdateParameters,
    ) -> EnsureVault {
        EnsureVault {
            vaults: self.clone(),
            resource_group: resource_group.into(),
            name: name.into(),
            parameters,
            limit: Duration::from_secs(600),
            registers: true,
        }
    }
}

impl EnsureVault {
    /// How long all of it may take, waiting for the vault to be ready included; 10 min unless set.
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Whether to register the subscription for `Microsoft.KeyVault` where Resource Manager asks
    /// for it, which needs `Microsoft.KeyVault/register/action`, and then to go on. It is, unless
    /// set.
    pub fn with_registration(mut self, registers: bool) -> Self {
        self.registers = registers;
        self
    }

    /// Looks at what there is and decides what to do. Nothing is changed.
    ///
    /// Needs `Microsoft.KeyVault/vaults/read`, and where there is no such vault also
    /// `checkNameAvailability/read`, `deletedVaults/read` and `locations/deletedVaults/read`.
    ///
    /// # Errors
    /// `InvalidInput` for parameters that cannot be, before any request; what the service reports.
    /// What cannot be done is no error here: see [`VaultPlan::refusals`].
    pub async fn plan(self) -> Result<VaultPlan> {
        self.check()?;
        let observed = self.observe(Look::Name).await?;
        self.plan_from(observed)
    }

    /// The same on what is known already, without any request.
    ///
    /// # Errors
    /// `InvalidInput` for parameters that cannot be, or an observation of another vault.
    pub fn plan_from(self, observed: Observed) -> Result<VaultPlan> {
        self.check()?;
        let seen = [
            observed.live.as_ref().map(Vault::name),
            observed.deleted.as_ref().map(crate::DeletedVault::name),
        ];
        if let Some(other) =
            seen.into_iter().flatten().find(|it| !it.eq_ignore_ascii_case(&self.name))
        {
            return Err(Error::invalid_input(format!(
                "the vault {other} was observed, and {} is to be planned",
                self.name
            )));
        }
        let decision = self.decide(&observed);
        let Observed { live, deleted, .. } = observed;
        Ok(VaultPlan { ensure: self, decision, live, deleted })
    }

    /// Plans and applies; the same as `.await`, for `spawn` and `join!`.
    ///
    /// # Errors
    /// As for [`plan`](Self::plan) and [`VaultPlan::apply`].
    pub async fn send(self) -> Result<Vault> {
        self.check()?;
        self.converge(Look::Name).await.map(|(vault, _)| vault)
    }

    /// How errors name the vault.
    pub(super) fn subject(&self) -> String {
        format!("the vault {} in {}", self.name, self.resource_group)
    }

    fn check(&self) -> Result<()> {
        validate::resource_group(&self.resource_group)?;
        validate::vault_name(&self.name)?;
        if self.parameters.properties.create_mode.is_some() {
            return Err(Error::invalid_input(
                "create_mode is set: ensure_vault itself finds out whether a vault is made or recovered; leave it out",
            ));
        }
        self.parameters.check()
    }
}

impl IntoFuture for EnsureVault {
    type Output = Result<Vault>;
    type IntoFuture = CallFuture<Vault>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
