//! What a plan consists of.

use azvault_core::Error;
use azvault_management::{KeyVaultRole, VaultAction, VaultPlan};

use crate::{
    Principal,
    objects::{ObjectKind, Wanted},
};

/// What will be done so that the vaults of a fleet are what they are to be; made by
/// [`Provisioner::plan`](crate::Provisioner::plan). `Display` prints it with a line for each change,
/// the subscription before it where there are several, and a summary; it holds no value of a secret.
#[derive(Clone, Debug)]
#[must_use = "a plan does nothing before it is applied"]
pub struct FleetPlan {
    pub(crate) groups: Vec<PlannedResourceGroup>,
    pub(crate) vaults: Vec<PlannedVault>,
    pub(crate) deletions: Vec<PlannedDeletion>,
}

impl FleetPlan {
    /// The resource groups that are missing, and will be made.
    pub fn resource_groups(&self) -> &[PlannedResourceGroup] {
        &self.groups
    }

    /// All vaults of the fleet, in its order; those too about which there is nothing to do.
    pub fn vaults(&self) -> &[PlannedVault] {
        &self.vaults
    }

    /// The vaults that will be deleted.
    pub fn deletions(&self) -> &[PlannedDeletion] {
        &self.deletions
    }

    /// The vaults that cannot be made what is wanted. Applying the plan leaves them alone, and counts
    /// them as failures.
    pub fn refused(&self) -> impl Iterator<Item = &PlannedVault> {
        self.vaults.iter().filter(|vault| vault.action() == VaultAction::Refused)
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
            && self.deletions.is_empty()
            && self.vaults.iter().all(PlannedVault::is_empty)
    }

    /// How many vaults it will do this with.
    pub fn count(&self, action: VaultAction) -> usize {
        self.vaults.iter().filter(|vault| vault.action() == action).count()
    }
}

/// A resource group that will be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedResourceGroup {
    pub(crate) subscription: String,
    pub(crate) name: String,
    pub(crate) location: String,
}

impl PlannedResourceGroup {
    /// The subscription's id.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The group's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The region: that of the first vault that is to be in the group.
    pub fn location(&self) -> &str {
        &self.location
    }
}

/// What will be done about one vault, the access to it, and what is in it.
#[derive(Clone, Debug)]
pub struct PlannedVault {
    pub(crate) subscription: String,
    pub(crate) vault: VaultPlan,
    pub(crate) roles: Vec<PlannedRole>,
    pub(crate) objects: Vec<PlannedObject>,
    /// Whether the fleet gives anybody access here, which may take its time to be felt.
    pub(crate) grants: bool,
    pub(crate) by_policies: bool,
}

impl PlannedVault {
    /// The vault's name.
    pub fn name(&self) -> &str {
        self.vault.vault_name()
    }

    /// The subscription's id.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// What will be done about the vault itself, with each difference and each refusal.
    pub fn vault(&self) -> &VaultPlan {
        &self.vault
    }

    /// The roles that will be assigned.
    pub fn roles(&self) -> &[PlannedRole] {
        &self.roles
    }

    /// Whether the vault goes, or will go, by access policies: roles do not open what is in it then.
    pub fn goes_by_policies(&self) -> bool {
        self.by_policies
    }

    /// The secrets and keys that will be made or recovered.
    pub fn objects(&self) -> &[PlannedObject] {
        &self.objects
    }

    /// What will be done in all: `Update` also where only roles, secrets or keys are missing.
    pub fn action(&self) -> VaultAction {
        match self.vault.action() {
            VaultAction::Nothing if !(self.roles.is_empty() && self.objects.is_empty()) => {
                VaultAction::Update
            }
            action => *action,
        }
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.action() == VaultAction::Nothing
    }
}

/// A role that will be assigned at the vault's scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedRole {
    pub(crate) role: KeyVaultRole,
    pub(crate) principal: Principal,
}

impl PlannedRole {
    /// The role.
    pub fn role(&self) -> &KeyVaultRole {
        &self.role
    }

    /// Who is given it.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}

/// What will be done about a secret or a key.
#[derive(Clone, Debug)]
pub struct PlannedObject {
    pub(crate) name: String,
    pub(crate) wanted: Wanted,
    pub(crate) action: ObjectAction,
}

/// What will be done about a secret or a key.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum ObjectAction {
    /// It is made.
    Create,
    /// The deleted one is brought back, with all its versions.
    Recover,
    /// It is looked for when the plan is applied, and made if it is not there: what is in a deleted
    /// vault cannot be seen before the vault is back.
    LookOnceBack,
    /// The same, since it could not be looked for now: perhaps for want of access, which the plan may
    /// give.
    LookAgain(
        /// Why not.
        std::sync::Arc<Error>,
    ),
}

impl PlannedObject {
    /// What it is.
    pub fn kind(&self) -> ObjectKind {
        self.wanted.kind()
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What will be done.
    pub fn action(&self) -> &ObjectAction {
        &self.action
    }
}

/// A vault that will be deleted, since the fleet names it among those that must go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDeletion {
    pub(crate) subscription: String,
    pub(crate) resource_group: String,
    pub(crate) name: String,
}

impl PlannedDeletion {
    /// The vault's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The subscription's id.
    pub fn subscription(&self) -> &str {
        &self.subscription
    }

    /// The resource group that the vault is in.
    pub fn resource_group(&self) -> &str {
        &self.resource_group
    }
}
