//! What will be done about a vault, to look at before it is done.

use azvault_core::Result;

use super::{Difference, EnsureVault, Refusal, decide::Decision, observe::Look};
use crate::{DeletedVault, Vault};

/// What is done about a vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VaultAction {
    /// It is made.
    Create,
    /// The deleted vault of that name is brought back, and then made what is wanted.
    Recover,
    /// It is changed in place.
    Update,
    /// It is what is wanted.
    Nothing,
    /// Nothing, since it cannot be made what is wanted.
    Refused,
}

/// What will be done about a vault; made by [`EnsureVault::plan`]. `Display` prints it with one
/// line for each change.
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing before it is applied"]
pub struct VaultPlan {
    pub(super) ensure: EnsureVault,
    pub(super) decision: Decision,
    pub(super) live: Option<Vault>,
    pub(super) deleted: Option<DeletedVault>,
}

impl VaultPlan {
    /// The vault's name.
    pub fn vault_name(&self) -> &str {
        &self.ensure.name
    }

    /// The resource group it is, or will be, in.
    pub fn resource_group(&self) -> &str {
        &self.ensure.resource_group
    }

    /// What is done.
    pub fn action(&self) -> &VaultAction {
        &self.decision.action
    }

    /// In what the vault is not what is wanted. Of a deleted vault this is known only once it is
    /// back, since the service does not show it before.
    pub fn differences(&self) -> &[Difference] {
        &self.decision.changes.differences
    }

    /// Why it cannot be done, if it cannot.
    pub fn refusals(&self) -> &[Refusal] {
        &self.decision.refusals
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.decision.action == VaultAction::Nothing
    }

    /// The vault as it was found, if it is live.
    pub fn live(&self) -> Option<&Vault> {
        self.live.as_ref()
    }

    /// The deleted vault as it was found, if it is deleted.
    pub fn deleted(&self) -> Option<&DeletedVault> {
        self.deleted.as_ref()
    }

    /// Carries the plan out, and gives the vault as it is then.
    ///
    /// The vault is looked at again before anything is written, and what is done goes by what it is
    /// then: a plan that is out of date is not carried out blindly, and refused if it cannot be done
    /// any more.
    ///
    /// # Errors
    /// The [`refusals`](Self::refusals), as `Conflict` or `InvalidInput`, with nothing written;
    /// `Timeout` if it took longer than [`EnsureVault::with_timeout`] says; what the service reports.
    pub async fn apply(self) -> Result<Vault> {
        self.apply_and_tell().await.map(|(vault, _)| vault)
    }

    /// The same, which tells besides what was done: `Nothing` where somebody else did it since the
    /// plan was made, `Recover` where the vault was deleted since.
    ///
    /// # Errors
    /// As for [`apply`](Self::apply).
    pub async fn apply_and_tell(self) -> Result<(Vault, VaultAction)> {
        if let Some(refused) = Refusal::error(&self.ensure.subject(), self.refusals()) {
            return Err(refused);
        }
        let look = match self.decision.action {
            VaultAction::Create | VaultAction::Recover => Look::Deleted,
            _ => Look::Name,
        };
        self.ensure.converge(look).await
    }
}
