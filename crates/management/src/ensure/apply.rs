//! Doing what was decided, looking, and deciding again until nothing differs.

use std::time::Duration;

use azure_core::http::Method;
use azvault_core::{
    Call, Error, ErrorKind, Operation, Result,
    poller::{PollState, ProvisioningState},
};

use super::{EnsureVault, Observed, Refusal, VaultAction, decide::Decision, observe::Look};
use crate::{
    CreateMode, ProvisioningState as State, Vault, VaultCreateOrUpdateParameters,
    patience::{Patience, is_conflict, within},
    providers::with_registration,
};

static ENSURE: Operation = Operation::idempotent("vaults.ensure_vault");

/// How often a vault is written to before it is said that it does not become what is wanted: a
/// creation, what a racing creator undid of it, and as much again.
const MOST_WRITES: u32 = 6;
/// How soon a vault that is being made is looked at, and how far the looks get apart: each waits
/// half as long again as the one before. A vault takes 20 s or so, which is five looks; Resource
/// Manager lets two and a half times as many reads pass as writes.
const FIRST_LOOK: Duration = Duration::from_secs(2);
const LAST_LOOK: Duration = Duration::from_secs(10);
/// How many looks may not find what was written: those of the first 5 s or so.
const MOST_UNSEEN: u32 = 3;

impl EnsureVault {
    /// Makes the vault what is wanted; tells what was done first, which decides what it was.
    pub(super) async fn converge(&self, look: Look) -> Result<(Vault, VaultAction)> {
        let clock = self.vaults.place.client.pipeline().clock();
        within(&**clock, self.limit, &self.subject(), self.rounds(look)).await
    }

    async fn rounds(&self, mut look: Look) -> Result<(Vault, VaultAction)> {
        let mut patience = Patience::new(&self.vaults.place.client);
        let (mut writes, mut sent) = (0, Vec::new());
        let mut seen = None;
        let mut done = VaultAction::Nothing;
        loop {
            let observed = match seen.take() {
                Some(vault) => Observed::live(vault),
                None => self.observe(look).await?,
            };
            let decision = self.decide(&observed);
            if let Some(refused) = Refusal::error(&self.subject(), &decision.refusals) {
                return Err(refused);
            }
            if let Some(vault) = observed.live {
                if !is_ready(&vault) {
                    seen = Some(self.settled(FIRST_LOOK).await?);
                    continue;
                }
                if decision.action == VaultAction::Nothing {
                    return Ok((vault, done));
                }
            }
            let differences = &decision.changes.differences;
            // What was sent and is not seen may only not be seen yet.
            let again = !sent.is_empty() && sent == *differences;
            if writes == MOST_WRITES || again && !patience.waits().await {
                return Err(self.unheeded(&decision));
            }
            if again {
                sent.clear();
                continue;
            }
            writes += 1;
            match self.carry_out(&decision).await {
                // What somebody else wrote meanwhile, and what a recovery left as it was, is seen.
                Ok(wait) => {
                    if done == VaultAction::Nothing {
                        done = decision.action;
                    }
                    sent.clone_from(differences);
                    seen = Some(self.settled(wait).await?);
                }
                // Whether it is the name can be known at once.
                Err(error) if look != Look::Name && makes(&decision) && is_conflict(&error) => {
                    look = Look::Name;
                    let now = self.observe(look).await?;
                    let refusals = self.decide(&now).refusals;
                    if let Some(refused) = Refusal::error(&self.subject(), &refusals) {
                        return Err(refused);
                    }
                    if now.live.is_none() && !patience.waits_out(&error).await {
                        return Err(error);
                    }
                    seen = now.live;
                    writes -= 1;
                }
                Err(error) if patience.waits_out(&error).await => writes -= 1,
                Err(error) => return Err(error),
            }
        }
    }

    async fn carry_out(&self, decision: &Decision) -> Result<Duration> {
        match decision.action {
            VaultAction::Create => self.put(self.parameters.clone()).await,
            VaultAction::Recover => {
                let VaultCreateOrUpdateParameters { location, properties, .. } = &self.parameters;
                let recover =
                    VaultCreateOrUpdateParameters::new(location, properties.tenant_id.as_str())
                        .create_mode(CreateMode::Recover);
                self.put(recover).await
            }
            VaultAction::Update => self.update(decision).await,
            VaultAction::Nothing | VaultAction::Refused => Ok(Duration::ZERO),
        }
    }

    /// Gives how long to wait before the vault is read again.
    async fn put(&self, parameters: VaultCreateOrUpdateParameters) -> Result<Duration> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        let put = || self.vaults.begin_create_or_update(group, name, parameters.clone()).put();
        let vault = match self.registers {
            true => with_registration(&self.vaults, || put().send()).await?,
            false => put().await?,
        };
        Ok(if is_ready(&vault) { Duration::ZERO } else { FIRST_LOOK })
    }

    /// Sends what differs and nothing else; never all access policies, which would take away those
    /// that somebody else gives at the same time.
    async fn update(&self, decision: &Decision) -> Result<Duration> {
        let (group, name) = (self.resource_group.as_str(), self.name.as_str());
        let changes = &decision.changes;
        if changes.has_settings() {
            let update = self.vaults.update(group, name);
            update.told(changes.settings.clone(), changes.tags.clone()).await?;
        }
        self.vaults.add_policies(group, name, &changes.policies).await?;
        Ok(Duration::ZERO)
    }

    /// Reads the vault after `wait`, and until it is ready. Looks seldom: Resource Manager counts
    /// the reads of a subscription, and a fleet has many vaults.
    async fn settled(&self, mut wait: Duration) -> Result<Vault> {
        let pipeline = self.vaults.place.client.pipeline();
        let mut unseen = 0;
        loop {
            if !wait.is_zero() {
                pipeline.clock().sleep(wait).await;
            }
            let segments = self.vaults.vault(&self.resource_group, &self.name, &[]);
            let request =
                segments.and_then(|it| self.vaults.place.client.request(Method::Get, &it));
            match Call::new(pipeline.clone(), &ENSURE, request, ProvisioningState::read).await {
                Ok(PollState::Done(vault)) => return Ok(vault),
                Ok(_) => {}
                // What was just made is not known everywhere at once.
                Err(error) if error.kind() == ErrorKind::NotFound && unseen < MOST_UNSEEN => {
                    unseen += 1;
                }
                Err(error) => return Err(error),
            }
            wait = (wait * 3 / 2).clamp(FIRST_LOOK, LAST_LOOK);
        }
    }

    fn unheeded(&self, decision: &Decision) -> Error {
        let left: Vec<String> = decision.changes.differences.iter().map(|it| it.path()).collect();
        Error::new(
            ErrorKind::Conflict,
            format!(
                "{} does not stay what is wanted, since somebody else or a policy changes it: {}",
                self.subject(),
                left.join(", ")
            ),
        )
    }
}

/// Whether a vault is made, or brought back.
fn makes(decision: &Decision) -> bool {
    matches!(decision.action, VaultAction::Create | VaultAction::Recover)
}

fn is_ready(vault: &Vault) -> bool {
    vault.provisioning_state().is_none_or(|state| *state == State::Succeeded)
}
