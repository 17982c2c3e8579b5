//! One vault of a plan, step by step.

use std::sync::Arc;

use azvault_core::{Error, ErrorKind, Result};
use azvault_management::{Vault, VaultAction, VaultField, VaultPlan};

use super::{
    Outcome, Progress, Step, Teller, VaultReport,
    access::{self, Fresh},
};
use crate::{
    ObjectAction, PlannedDeletion, PlannedObject, PlannedVault, Provisioner,
    objects::{self, Ensured, ObjectKind, Shelf},
};

/// What is to be done about a vault.
pub(super) enum Work {
    Converge(Box<PlannedVault>),
    Delete(PlannedDeletion),
}

/// The work on one vault, with what is done so far.
struct Worker<'a> {
    provisioner: &'a Provisioner,
    tell: &'a Teller,
    name: String,
    steps: Vec<Step>,
    /// What it is at, if that is in the vault.
    at: Option<String>,
}

pub(super) async fn work(
    provisioner: &Provisioner,
    work: Work,
    failed: Option<Arc<Error>>,
    tell: &Teller,
) -> VaultReport {
    let (name, subscription) = match &work {
        Work::Converge(vault) => (vault.name(), vault.subscription()),
        Work::Delete(deletion) => (deletion.name(), deletion.subscription()),
    };
    let (name, subscription) = (name.to_owned(), subscription.to_owned());
    let mut worker = Worker { provisioner, tell, name: name.clone(), steps: Vec::new(), at: None };
    if matches!(&work, Work::Converge(vault) if vault.is_empty()) {
        return worker.report(subscription, Outcome::Unchanged);
    }
    let refused = matches!(&work, Work::Converge(vault) if vault.action() == VaultAction::Refused);
    tell.tell(Progress::Begun { vault: name.clone() });
    let done = match work {
        Work::Converge(vault) => worker.converge(*vault, failed).await,
        Work::Delete(deletion) => worker.delete(&deletion).await,
    };
    let outcome = match done {
        Ok(()) => {
            tell.tell(Progress::Finished { vault: name });
            Outcome::Done
        }
        Err(error) => {
            let error = Arc::new(error);
            let at = worker.at.clone();
            tell.tell(Progress::Failed { vault: name, at, error: error.clone() });
            if refused { Outcome::Refused(error) } else { Outcome::Failed(error) }
        }
    };
    worker.report(subscription, outcome)
}

impl Worker<'_> {
    fn report(self, subscription: String, outcome: Outcome) -> VaultReport {
        VaultReport { name: self.name, subscription, steps: self.steps, at: self.at, outcome }
    }

    fn done(&mut self, step: Step) {
        self.at = None;
        self.tell.tell(Progress::Done { vault: self.name.clone(), step: step.clone() });
        self.steps.push(step);
    }

    async fn delete(&mut self, deletion: &PlannedDeletion) -> Result<()> {
        let vaults = self.provisioner.management(&deletion.subscription)?.vaults();
        vaults.delete(&deletion.resource_group, &deletion.name).await?;
        self.done(Step::VaultDeleted);
        Ok(())
    }

    /// `failed`: why the vault's group could not be made.
    async fn converge(&mut self, planned: PlannedVault, failed: Option<Arc<Error>>) -> Result<()> {
        let PlannedVault { subscription, vault, roles, objects, grants, .. } = planned;
        if let Some(error) = failed {
            return Err(Error::shared(&error));
        }
        let fresh = Fresh { access: grants, network: lets_us_in(&vault, &objects) };
        let vault = match (vault.is_empty(), vault.live()) {
            (true, Some(live)) => live.clone(),
            // One that is refused gives its refusals, and writes nothing.
            _ => {
                let (vault, done) = vault.apply_and_tell().await?;
                let step = match done {
                    VaultAction::Create => Some(Step::VaultCreated),
                    VaultAction::Recover => Some(Step::VaultRecovered),
                    VaultAction::Update => Some(Step::VaultUpdated),
                    _ => None,
                };
                step.into_iter().for_each(|step| self.done(step));
                vault
            }
        };
        for role in roles {
            self.at = Some(format!("the role {} of {}", role.role, role.principal.object_id));
            crate::roles::assign(self.provisioner, &subscription, &vault, &role).await?;
            let principal = role.principal.object_id;
            self.done(Step::RoleAssigned { role: role.role, principal });
        }
        self.fill(&vault, objects, fresh).await
    }

    /// Sees to it that the secrets and keys are there.
    async fn fill(
        &mut self,
        vault: &Vault,
        objects: Vec<PlannedObject>,
        fresh: Fresh,
    ) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let clock = self.provisioner.clock().clone();
        let deadline = clock.elapsed().saturating_add(self.provisioner.access_deadline());
        let (secrets, keys) = (
            Shelf::Secrets(self.provisioner.secrets(vault.vault_uri())?),
            Shelf::Keys(self.provisioner.keys(vault.vault_uri())?),
        );
        for PlannedObject { name, wanted, .. } in objects {
            let kind = wanted.kind();
            self.at = Some(format!("the {kind} {name}"));
            let shelf = match kind {
                ObjectKind::Secret => &secrets,
                ObjectKind::Key => &keys,
            };
            let env = self.provisioner.env();
            let ensure = || objects::ensure(shelf, &name, &wanted, env, &*clock);
            match access::wait_for(&*clock, deadline, fresh, ensure).await? {
                Ensured::Found => self.at = None,
                Ensured::Made => self.done(Step::ObjectCreated { kind, name }),
                Ensured::Recovered => self.done(Step::ObjectRecovered { kind, name }),
            }
        }
        Ok(())
    }
}

/// Whether a plan changes the rules of a vault that did not let us in: who was in, and is not after
/// that, is shut out.
fn lets_us_in(plan: &VaultPlan, objects: &[PlannedObject]) -> bool {
    use VaultField::{Bypass, DefaultAction, IpRules, PublicNetworkAccess, VirtualNetworkRules};
    let kept_out = |object: &PlannedObject| matches!(&object.action, ObjectAction::LookAgain(error) if error.kind() == ErrorKind::ForbiddenByFirewall);
    let of_network = |field: &VaultField| {
        matches!(
            field,
            Bypass | DefaultAction | IpRules | PublicNetworkAccess | VirtualNetworkRules
        )
    };
    objects.iter().any(kept_out) && plan.differences().iter().any(|it| of_network(it.field()))
}
